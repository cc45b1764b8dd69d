#include "server/api/eci/exec_wire.hpp"

#include <doctest/doctest.h>

using namespace ecisbx::server::api::eci;
using ecisbx::proto::channel;
using ecisbx::proto::exec_frame;
using ecisbx::proto::exec_message;
using ecisbx::server::wire;
using names = std::vector<std::string>;

namespace {

// The message as it would be on the wire, text marked.
std::string sent(const std::optional<exec_message>& m, std::string_view bytes = {}) {
    if (!m) return "(none)";
    bool own = m->encoded || bytes.empty();
    return (m->text ? "text:" : "") + m->prefix + (own ? m->payload : std::string(bytes));
}

std::string piece(exec_wire& w, channel on, std::string_view bytes) {
    return sent(w.output(on, bytes), bytes);
}

const std::string out_of_1 = std::string("\x01") + "hi", err_of_2 = std::string("\x02") + "hi";
const names argv = {"sh", "-c", "exit 3"};
const std::string success = "\x03{\"metadata\":{},\"status\":\"Success\"}";

}  // namespace

TEST_CASE("wire kubelet: the first offered subprotocol that is known") {
    auto agreed = [](names offered) { return exec_wire(wire::kubelet, offered).subprotocol(); };
    CHECK(agreed({}) == "");
    CHECK(agreed({"v4.channel.k8s.io", "v5.channel.k8s.io"}) == "v4.channel.k8s.io");
    CHECK(agreed({"x", "v5.channel.k8s.io"}) == "v5.channel.k8s.io");
    CHECK(agreed({"base64.channel.k8s.io"}) == "base64.channel.k8s.io");
    CHECK(agreed({"channel.k8s.io"}) == "channel.k8s.io");
    CHECK(agreed({"x", "y"}) == "");
}

TEST_CASE("wire kubelet: without a subprotocol") {
    for (const auto& offered : {names{}, names{"channel.k8s.io"}}) {
        exec_wire w(wire::kubelet, offered);
        CHECK(sent(w.greeting()) == "\x01");
        CHECK(piece(w, channel::out, "hi") == out_of_1);
        CHECK(piece(w, channel::err, "hi") == err_of_2);
        CHECK(sent(w.end_of(channel::out)) == "(none)");
        CHECK(sent(w.exit_status(argv, 0)) == "(none)");
        CHECK(sent(w.exit_status(argv, 3)) ==
              "\x03"
              "command terminated with non-zero exit code: error executing command "
              "[sh -c exit 3], exit code 3");
        CHECK(sent(w.failure("why")) ==
              "\x03"
              "error executing command in container: why");
    }
}

TEST_CASE("wire kubelet: v4 and v5 give a record always") {
    for (const auto* name : {"v4.channel.k8s.io", "v5.channel.k8s.io"}) {
        exec_wire w(wire::kubelet, {name});
        CHECK(w.subprotocol() == name);
        CHECK(sent(w.greeting()) == "\x01");
        CHECK(piece(w, channel::out, "hi") == out_of_1);
        CHECK(sent(w.exit_status(argv, 0)) == success);
        auto failed = sent(w.exit_status(argv, 3));
        CHECK(failed.find("\"reason\":\"NonZeroExitCode\"") != std::string::npos);
        CHECK(failed.find("\"message\":\"3\"") != std::string::npos);
        auto broken = sent(w.failure("why"));
        CHECK(broken.find("\"reason\":\"InternalError\"") != std::string::npos);
        CHECK(broken.find("error executing command in container: why") != std::string::npos);
    }
}

TEST_CASE("wire kubelet: base64 is text") {
    exec_wire w(wire::kubelet, {"v4.base64.channel.k8s.io"});
    CHECK(sent(w.greeting()) == "text:1");
    CHECK(piece(w, channel::out, "hi") == "text:1aGk=");
    CHECK(piece(w, channel::err, "hi") == "text:2aGk=");
    CHECK(sent(w.exit_status(argv, 0)).starts_with("text:3eyJ"));
    exec_wire old(wire::kubelet, {"base64.channel.k8s.io"});
    CHECK(sent(old.exit_status(argv, 0)) == "(none)");
    CHECK(sent(old.exit_status(argv, 3)).starts_with("text:3"));
    auto in = w.decode(true, "0aGk=");
    CHECK(in.what == exec_frame::kind::in);
    CHECK(in.bytes == "hi");
}

TEST_CASE("wire v4, v5: spoken whether offered or not") {
    exec_wire v4(wire::v4, {});
    CHECK(v4.subprotocol() == "");
    CHECK(sent(v4.exit_status(argv, 0)) == success);
    exec_wire offered(wire::v4, {"v5.channel.k8s.io", "v4.channel.k8s.io"});
    CHECK(offered.subprotocol() == "v4.channel.k8s.io");
    exec_wire v5(wire::v5, {"v4.channel.k8s.io"});
    CHECK(v5.subprotocol() == "");
    CHECK(v5.decode(false, std::string("\xff\0", 2)).what == exec_frame::kind::half_close);
}

TEST_CASE("wire silent: channels without a status") {
    exec_wire w(wire::silent, {"v4.channel.k8s.io"});
    CHECK(w.subprotocol() == "");
    CHECK(sent(w.greeting()) == "\x01");
    CHECK(piece(w, channel::out, "hi") == out_of_1);
    CHECK(piece(w, channel::err, "hi") == err_of_2);
    CHECK(sent(w.exit_status(argv, 3)) == "(none)");
    CHECK(sent(w.failure("why")) == "(none)");
}

TEST_CASE("wire raw: the bytes and nothing else") {
    exec_wire w(wire::raw, {"v4.channel.k8s.io"});
    CHECK(w.subprotocol() == "");
    CHECK(sent(w.greeting()) == "(none)");
    CHECK(piece(w, channel::out, "\x01hi\xff") == "\x01hi\xff");
    CHECK(piece(w, channel::err, "hi") == "hi");
    CHECK(sent(w.exit_status(argv, 3)) == "(none)");
    CHECK(w.decode(false, std::string("\0in", 3)).bytes == "in");
}

TEST_CASE("wire text: well-formed text whatever the process prints") {
    exec_wire w(wire::text, {});
    CHECK(sent(w.greeting()) == "(none)");
    CHECK(piece(w, channel::out, "a\xe4\xbd") == "text:a");
    CHECK(piece(w, channel::err, "err") == "text:err");  // a stream of its own
    CHECK(piece(w, channel::out, "\xa0") == "text:你");
    CHECK(piece(w, channel::out, "\xe4") == "(none)");
    CHECK(sent(w.end_of(channel::out)) == "text:\xef\xbf\xbd");
    CHECK(sent(w.end_of(channel::err)) == "(none)");
    CHECK(piece(w, channel::err, "\xff") == "text:\xef\xbf\xbd");
    CHECK(sent(w.exit_status(argv, 3)) == "(none)");
}

TEST_CASE("wire: the header's list") {
    CHECK(split_subprotocols("") == names{});
    CHECK(split_subprotocols("a") == names{"a"});
    CHECK(split_subprotocols(" a , b,,c\t") == names{"a", "b", "c"});
}
