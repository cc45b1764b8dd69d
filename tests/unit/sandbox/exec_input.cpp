// stdin: raw and framed, beside the reading, and its end.
#include "fake_backend.hpp"

#include "proto/exec_script.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

/// Undoes `stdin_frame` and `stdin_end`; `ended` tells whether the end came.
std::string unframe(std::string_view text, bool& ended) {
    std::string bytes;
    ended = false;
    while (!text.empty() && !ended) {
        auto line = text.find('\n');
        auto size = std::stoul(std::string(text.substr(0, line)));
        text.remove_prefix(line + 1);
        bytes += text.substr(0, size);
        text.remove_prefix(size);
        ended = size == 0;
    }
    return bytes;
}

/// Longer than what an argument may be, so that it goes over the channel, on a terminal too.
command long_command() {
    return command("echo", std::string(5000, 'x'));
}

/// What came behind the preamble, whose end is the nonce.
std::string behind_preamble(const fake_wire& wire) {
    auto end = "#" + wire.nonce;
    return wire.input.substr(wire.input.find(end) + end.size());
}

TEST_CASE("input: framed where the wire can not end stdin") {
    fake_world w;
    std::string bytes(100'000, 'x');
    bytes += std::string("\0\x04\xff\n", 4);
    w.backend->on_command = [](fake_wire& wire) {
        wire.on_input = [](fake_wire& self) {
            if (self.input.ends_with(proto::stdin_end())) self.exit(0);
        };
    };
    auto r = w.run(w.box.exec(command("cat"), exec_options().input(bytes)));
    CHECK(r.ok());
    bool ended = false;
    CHECK(unframe(behind_preamble(w.wire()), ended) == bytes);
    CHECK(ended);
    CHECK(w.wire().request.open_stdin);
    CHECK(w.wire().largest_write <= 16 * 1024 + 16);
    CHECK_FALSE(w.wire().half_closed);
}

TEST_CASE("input: as it is where the wire can") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.half_closes = true;
        wire.on_input = [](fake_wire& self) {
            if (self.half_closed) self.exit(0);
        };
    };
    auto r = w.run(w.box.exec(command("cat"), exec_options().input("hello")));
    CHECK(r.ok());
    CHECK(behind_preamble(w.wire()) == "hello");
    CHECK(w.wire().half_closed);
}

TEST_CASE("input: an empty one is an end at once, none at all is no stdin") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.exit(0); };
    w.run(w.box.exec(command("cat"), exec_options().input("")));
    bool ended = false;
    CHECK(unframe(behind_preamble(w.wire(0)), ended).empty());
    CHECK(ended);
    w.run(w.box.exec(command("cat")));
    CHECK_FALSE(w.wire(1).request.open_stdin);
    CHECK(w.wire(1).input.empty());
}

TEST_CASE("input: a command that ends without reading it ends the exec") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.writes_block = true;
        wire.out("x").exit(0).end(true);
    };
    auto r = w.run(w.box.exec(command("true"), exec_options().input(std::string(1 << 20, 'x'))));
    CHECK(r.ok());
    CHECK(w.wire().dropped);
}

TEST_CASE("input: written while output is read") {
    fake_world w;
    // It answers each piece and stops taking more until the answer is read.
    w.backend->on_command = [](fake_wire& wire) {
        wire.on_input = [](fake_wire& self) {
            self.writes_block = true;
            self.out("*");
        };
        wire.source = [](fake_wire& self) {
            self.writes_block = false;
            self.wake.notify_all();
            if (self.input.ends_with(proto::stdin_end())) return self.exit(0), true;
            return false;
        };
    };
    auto r = w.run(w.box.exec(command("cat"), exec_options().input(std::string(200'000, 'x'))));
    CHECK(r.ok());
    CHECK(r.out.size() >= 13);
}

TEST_CASE("a long script goes over the channel") {
    fake_world w;
    std::string script = "# " + std::string(1 << 20, 'x') + "\ntrue\n";
    w.backend->on_command = [](fake_wire& wire) {
        wire.on_input = [](fake_wire& self) {
            if (self.input.find("\ntrue\n#ecisbx:") != std::string::npos) self.exit(0);
        };
    };
    auto r = w.run(w.box.bash(script));
    CHECK(r.ok());
    CHECK(w.wire().request.open_stdin);
    CHECK(behind_preamble(w.wire()).starts_with(script));
}

TEST_CASE("process: write and close_stdin") {
    fake_world w;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("cat"), exec_options().open_stdin());
        co_await p.write("one");
        co_await p.write("");
        co_await p.write("two");
        co_await p.close_stdin();
        co_await p.close_stdin();
        bool refused = false;
        try {
            co_await p.write("three");
        } catch (const error& e) {
            refused = e.code() == errc::invalid_argument;
        }
        CHECK(refused);
        world.wire().exit(0);
        auto r = co_await p.wait();
        CHECK(r.ok());
        co_await p.close_stdin();
    };
    w.run(body(w));
    bool ended = false;
    CHECK(unframe(behind_preamble(w.wire()), ended) == "onetwo");
    CHECK(ended);
}

TEST_CASE("process: write without open_stdin is refused, after the end it is a connection error") {
    fake_world w;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto closed = co_await world.box.start(command("x"));
        errc seen = errc::service;
        try {
            co_await closed.write("x");
        } catch (const error& e) {
            if (e.code() == errc::invalid_argument) seen = errc::invalid_argument;
        }
        CHECK(seen == errc::invalid_argument);
        auto ended = co_await world.box.start(command("x"), exec_options().open_stdin());
        world.wire(1).exit(0);
        auto r = co_await ended.wait();
        CHECK(r.ok());
        try {
            co_await ended.write("x");
        } catch (const error& e) {
            if (e.code() == errc::connection) seen = errc::connection;
        }
        CHECK(seen == errc::connection);
    };
    w.run(body(w));
}

TEST_CASE("process: write honours its deadline when nobody takes the bytes") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) { wire.writes_block = true; };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto options = exec_options().open_stdin().timeout(50ms);
        auto p = co_await world.box.start(command("x"), options);
        bool failed = false;
        try {
            co_await p.write("x");
        } catch (const error& e) {
            failed = e.code() == errc::timeout || e.code() == errc::connection;
        }
        CHECK(failed);
    };
    w.run(body(w));
    CHECK(w.kills() == 1);
}

void get_ready(fake_wire& wire) {
    wire.out("noise" + wire.ready_mark());
}

TEST_CASE("terminal: size first, end of file by its key") {
    fake_world w;
    w.backend->on_command = get_ready;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("cat"), exec_options().tty(24, 80));
        CHECK(world.wire().request.argv.at(2).find("stty rows 24 cols 80;") != std::string::npos);
        co_await p.write("line\n");
        co_await p.write("part");
        co_await p.resize(50, 132);
        co_await p.close_stdin();
        world.wire().out(world.wire().trailer(0)).end(true);
        auto r = co_await p.wait();
        CHECK(r.ok());
        CHECK(r.out == "noise");
        bool refused = false;
        try {
            co_await p.resize(0, 1);
        } catch (const error& e) {
            refused = e.code() == errc::invalid_argument;
        }
        CHECK(refused);
    };
    w.run(body(w));
    CHECK(w.wire().request.tty);
    CHECK(w.wire().input == "line\npart\x04\x04");
    CHECK(w.wire().sizes == std::vector<std::pair<unsigned, unsigned>>{{24, 80}, {50, 132}});
}

TEST_CASE("terminal: the command waits for the loader and comes behind the size") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.source = [](fake_wire& self) {
            if (self.sizes.empty()) return false;
            CHECK(self.input.empty());
            self.source = nullptr;
            get_ready(self);
            return true;
        };
        wire.on_input = [](fake_wire& self) { CHECK(self.sizes.size() == 1); };
        asio::post(wire.executor, [&wire] { wire.wake.notify_all(); });
    };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(long_command(), exec_options().tty(24, 80));
        co_await p.write("mine");
        world.wire().out(world.wire().trailer(0)).end(true);
        auto r = co_await p.wait();
        CHECK(r.ok());
    };
    w.run(body(w));
    CHECK(behind_preamble(w.wire()) == "mine");
}

TEST_CASE("terminal: one that can not be set up ends the command") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.out("sh: no stty\r\n" + wire.trailer(126));
    };
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(long_command(), exec_options().tty(24, 80));
        auto r = co_await p.wait();
        CHECK(r.status.code() == 126);
        CHECK(r.out == "sh: no stty\r\n");
    };
    w.run(body(w));
    CHECK(w.wire().input.empty());
}

TEST_CASE("terminal: without a loader that gets ready there is no endless memory") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        wire.source = [](fake_wire& self) { return self.out(std::string(64 * 1024, 'x')), true; };
    };
    bool refused = false;
    try {
        w.run(w.box.start(long_command(), exec_options().tty(24, 80)));
    } catch (const error& e) {
        refused = e.code() == errc::protocol;
    }
    CHECK(refused);
    CHECK(w.kills() == 1);
}

TEST_CASE("exec with a terminal ends its input") {
    fake_world w;
    w.backend->on_command = [](fake_wire& wire) {
        get_ready(wire);
        wire.on_input = [](fake_wire& self) {
            if (self.input.ends_with('\x04')) self.out(self.trailer(0)).end(true);
        };
    };
    auto r = w.run(w.box.exec(command("cat"), exec_options().tty(24, 80).timeout(5s)));
    CHECK(r.ok());
    CHECK(w.wire().input == "\x04");
}

TEST_CASE("terminal: a new size waits until the first one is set") {
    fake_world w;
    auto body = [](fake_world& world) -> asio::awaitable<void> {
        auto p = co_await world.box.start(command("top"), exec_options().tty(24, 80));
        asio::post(world.context, [&world] {
            CHECK(world.wire().sizes.size() == 1);  // the first, for images without stty
            world.wire().out(world.wire().ready_mark());
        });
        co_await p.resize(50, 132);
        CHECK(world.wire().sizes.back() == std::pair(50U, 132U));
        world.wire().out(world.wire().trailer(0)).end(true);
        co_await p.wait();
    };
    w.run(body(w));
    CHECK(w.wire().sizes.size() == 2);
}

}  // namespace
