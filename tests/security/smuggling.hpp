// The kept lists: bytes that two readers of HTTP could understand differently, bombs, and paths.
#ifndef ECISBX_TESTS_SECURITY_SMUGGLING_HPP
#define ECISBX_TESTS_SECURITY_SMUGGLING_HPP

#include <span>
#include <string>

namespace ecisbx::security {

/// Sent as they are, with `smuggled` in place of `{}` and behind the rest. Must get one answer,
/// this one, and the connection's end: never an answer to what was smuggled.
struct smuggling {
    const char* what;
    std::string bytes;
    int status;
};
std::span<const smuggling> smugglings();
/// Would be answered 200, and so be counted, if it were taken for a request.
extern const std::string smuggled;

/// Too much of something: refused by its size or number, before it is kept.
struct bomb {
    const char* what;
    std::string bytes;
    int status;
};
std::span<const bomb> bombs();

/// A path, and the answers of the API's listener and of the admin listener to GET.
struct path_trick {
    const char* path;
    int api, admin;
};
std::span<const path_trick> path_tricks();

/// A Host field, and the answer of the admin listener to GET /metrics.
struct host_trick {
    const char* host;
    int status;
};
std::span<const host_trick> host_tricks();

}  // namespace ecisbx::security

#endif
