// The ways an exec channel may speak, and what a result must say on each of them.
#ifndef ECISBX_TESTS_COMMON_WIRES_HPP
#define ECISBX_TESTS_COMMON_WIRES_HPP

#include "common/world.hpp"

#include <ecisbx/exec.hpp>
#include <ecisbx/server.hpp>

#include <doctest/doctest.h>

#include <string>

namespace ecisbx::test {

inline constexpr server::wire all_wires[] = {server::wire::kubelet, server::wire::v4,
                                             server::wire::v5,      server::wire::silent,
                                             server::wire::raw,     server::wire::text};

inline std::string name_of(server::wire wire) {
    switch (wire) {
        case server::wire::kubelet: return "kubelet";
        case server::wire::v4: return "v4";
        case server::wire::v5: return "v5";
        case server::wire::silent: return "silent";
        case server::wire::raw: return "raw";
        case server::wire::text: return "text";
    }
    return "unknown";
}

/// stdout and stderr come as one stream.
inline bool merges(server::wire wire) {
    return wire == server::wire::raw || wire == server::wire::text;
}

/// Bytes that are no UTF-8 do not get through.
inline bool is_text(server::wire wire) {
    return wire == server::wire::text;
}

/// The result has these bytes, and says so: complete everywhere, stderr apart where it can be. Two
/// pipes that are merged have no order: either may come first.
inline void check_streams(server::wire wire, const exec_result& r, const std::string& out,
                          const std::string& err) {
    CHECK(r.complete);
    if (!merges(wire)) {
        CHECK(r.out == out);
        CHECK(r.err == err);
        CHECK(r.note == "");
        return;
    }
    bool as_one = r.out == out + err || r.out == err + out;
    CAPTURE(r.out);
    CHECK(as_one);
    CHECK(r.err == "");
    CHECK(r.note.find("merges stderr into stdout") != std::string::npos);
}

/// Runs `body` against a server of each wire; plain processes, which start fastest.
inline void on_every_wire(asio::awaitable<void> (*body)(world&)) {
    for (auto wire : all_wires) {
        CAPTURE(name_of(wire));
        in_world(server::options().runtime(server::process()).wire(wire), body);
    }
}

}  // namespace ecisbx::test

#endif
