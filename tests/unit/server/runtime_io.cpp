// Streams, terminals, exit codes and errors of processes, in both runtimes that run some.
#include "unit/server/runtime_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <doctest/doctest.h>

#include <csignal>

using namespace runtime_test;
using ecisbx::errc;

namespace {

asio::awaitable<std::pair<std::size_t, bool>> count_bytes(std::shared_ptr<rt::process> process,
                                                          char expected) {
    std::vector<char> buffer(256 * 1024);
    std::size_t total = 0;
    bool clean = true;
    for (;;) {
        auto n = co_await process->read_out(asio::buffer(buffer));
        if (n == 0) break;
        total += n;
        for (std::size_t i = 0; i < n; ++i) clean = clean && buffer[i] == expected;
    }
    co_return std::make_pair(total, clean);
}

}  // namespace

TEST_CASE("runtime: exit codes and signals") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    for (int code : {0, 1, 3, 126, 127, 255}) {
        auto result = w.exec(box, shell("exit " + std::to_string(code)));
        CHECK(result.exit.code == code);
        CHECK(result.exit.signal == 0);
    }
    for (int signal : {SIGTERM, SIGKILL, SIGSEGV, SIGHUP}) {
        auto result = w.exec(box, shell("kill -" + std::to_string(signal) + " $$"));
        CHECK(result.exit.code == 128 + signal);
        CHECK(result.exit.signal == signal);
    }
}

TEST_CASE("runtime: stdout and stderr are apart and exact") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto result = w.exec(box, shell("printf 'a\\000b'; printf '\\377\\n' >&2"));
    CHECK(result.out == std::string("a\0b", 3));
    CHECK(result.err == "\xff\n");
}

TEST_CASE("runtime: arguments and environment arrive byte for byte, 1 MiB of them too") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    std::vector<std::string> argv = {"printf", "%s|", "", " ", "a'b\"c\n", "\xff\xfe", "*", "-n"};
    CHECK(w.exec(box, command(argv)).out == "| |a'b\"c\n|\xff\xfe|*|-n|");

    std::vector<std::string> many = {"sh", "-c", "echo $#; printf %s \"$BIG\" | wc -c", "sh"};
    for (int i = 0; i < 10; ++i) many.push_back(std::string(100'000, 'x'));
    auto spec = command(many);
    spec.env = {{"BIG", std::string(120'000, 'y')}};
    CHECK(w.exec(box, std::move(spec)).out == "10\n120000\n");

    many.push_back(std::string(200'000, 'z'));  // more than Linux takes in one argument
    CHECK(errc_of([&] { w.start(box, command(many)); }) == errc::too_large);
}

TEST_CASE("runtime: what can not be started") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto failure = [&](rt::process_spec spec) {
        return errc_of([&] { w.start(box, std::move(spec)); });
    };
    CHECK(failure(command({"no-such-program"})) == errc::not_found);
    CHECK(failure(command({""})) == errc::not_found);
    CHECK(failure(command({"/no/such/program"})) == errc::not_found);
    CHECK(failure(command({"/etc/passwd/x"})) == errc::not_found);
    CHECK(failure(command({"/etc/passwd"})) == errc::forbidden);
    CHECK(failure(command({"/tmp"})) == errc::forbidden);
    CHECK(failure(command({})) == errc::invalid_argument);
    CHECK(failure(command({std::string("a\0b", 3)})) == errc::invalid_argument);
    auto spec = command({"true"});
    spec.dir = "/no/such/folder";
    CHECK(failure(spec) == errc::invalid_argument);
    spec.dir = "/etc/passwd";
    CHECK(failure(spec) == errc::invalid_argument);
    spec.dir = "";
    spec.env = {{"A=B", "c"}};
    CHECK(failure(spec) == errc::invalid_argument);
    // None of this has hurt the box.
    CHECK(w.sh(box, "echo fine") == "fine\n");
}

TEST_CASE("runtime: a program is searched in the PATH of the box, then of the process") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    w.sh(box,
         "mkdir -p $HOME/bin $HOME/sub; printf '#!/bin/sh\\necho mine\\n' > $HOME/bin/tool; "
         "chmod +x $HOME/bin/tool; cp $HOME/bin/tool $HOME/sub/no; chmod -x $HOME/sub/no");
    auto home = w.sh(box, "printf %s $HOME");
    auto spec = command({"tool"});
    CHECK(errc_of([&] { w.start(box, spec); }) == errc::not_found);
    spec.env = {{"PATH", "/nowhere:" + home + "/bin:/usr/bin:/bin"}};
    CHECK(w.exec(box, spec).out == "mine\n");
    spec.env = {{"PATH", home + "/sub:" + home}};
    spec.argv = {"no"};
    CHECK(errc_of([&] { w.start(box, spec); }) == errc::forbidden);
    // With a slash: relative to the folder.
    spec.argv = {"bin/tool"};
    spec.dir = home;
    CHECK(w.exec(box, spec).out == "mine\n");
    spec.argv = {"./tool"};
    spec.dir = "bin";  // relative to the box's folder, here its home
    CHECK(w.exec(box, spec).out == "mine\n");
}

TEST_CASE("runtime: stdin") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    CHECK(w.exec(box, shell("wc -c")).out == "0\n");  // /dev/null
    auto spec = command({"cat"});
    spec.open_stdin = true;
    auto cat = w.start(box, spec);
    w.run(write_text(cat, "one\n"));
    CHECK(w.run(read_until(cat, "one\n")) == "one\n");
    w.run(write_text(cat, "two"));
    cat->close_stdin();
    auto rest = w.run(collect(cat));
    CHECK(rest.out == "two");
    CHECK(rest.exit.code == 0);
    CHECK(errc_of([&] { w.run(write_text(cat, "three")); }) == errc::connection);
}

TEST_CASE("runtime: writing to a process that reads no more is an error and no signal") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto spec = shell("exec 0</dev/null; echo closed; sleep 1000");
    spec.open_stdin = true;
    auto process = w.start(box, spec);
    w.run(read_until(process, "closed\n"));
    CHECK(errc_of([&] { w.run(write_text(process, std::string(1 << 20, 'x'))); }) ==
          errc::connection);
    process->kill(SIGKILL);
    CHECK(w.run(process->wait()).signal == SIGKILL);
}

TEST_CASE("runtime: 100 MB of output, and of input") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    constexpr std::size_t size = 100'000'000;
    auto big = w.start(box, shell("head -c 100000000 /dev/zero | tr '\\0' x"));
    auto [total, clean] = w.run(count_bytes(big, 'x'));
    CHECK(total == size);
    CHECK(clean);
    auto spec = command({"wc", "-c"});
    spec.open_stdin = true;
    auto counter = w.start(box, spec);
    w.run(write_text(counter, std::string(size, 'y')));
    counter->close_stdin();
    CHECK(w.run(collect(counter)).out == "100000000\n");
}

TEST_CASE("runtime: a slow reader holds the writer back") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto process = w.start(box, shell("yes & echo $! > $HOME/pid; wait"));
    CHECK(eventually([&] {
        auto state = w.exec(box, shell("grep State /proc/$(cat $HOME/pid)/status"));
        return state.out.find("sleeping") != std::string::npos;
    }));
    process->kill(SIGKILL);
    w.run(process->wait());
}

TEST_CASE("runtime: a terminal") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto spec = command({"sh"});
    spec.tty = true;
    spec.open_stdin = true;
    spec.rows = 33;
    spec.columns = 111;
    spec.env = {{"PS1", "> "}};
    auto terminal = w.start(box, spec);
    w.run(read_until(terminal, "> "));
    w.run(write_text(terminal, "tty; stty size; echo $TERM\n"));
    auto shown = w.run(read_until(terminal, "xterm-256color\r\n> "));
    CHECK(shown.find("/dev/pts/") != std::string::npos);
    CHECK(shown.find("not a tty") == std::string::npos);
    CHECK(shown.find("33 111\r\n") != std::string::npos);
    if (kind == 0) CHECK(shown.find("/dev/pts/0\r\n") != std::string::npos);

    w.run(write_text(terminal, "trap 'echo resized to $(stty size)' WINCH\n"));
    w.run(read_until(terminal, "> "));
    terminal->resize(50, 132);
    w.run(write_text(terminal, "\n"));
    w.run(read_until(terminal, "resized to 50 132\r\n"));

    w.run(write_text(terminal, "sh -c 'echo started; exec sleep 1000'\n"));
    w.run(read_until(terminal, "started\r\n"));
    w.run(write_text(terminal, "\x03"));  // ends the sleep, not the shell
    w.run(write_text(terminal, "echo sum $((40 + 2))\n"));
    w.run(read_until(terminal, "sum 42\r\n"));
    w.run(write_text(terminal, "exit 7\n"));
    auto end = w.run(collect(terminal));
    CHECK(end.err == "");
    CHECK(end.exit.code == 7);
    terminal->resize(1, 1);  // harmless afterwards
}

TEST_CASE("runtime: dropping a terminal hangs it up, dropping pipes kills nothing") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto mark = unique_mark();
    auto piped = w.start(box, shell("echo on; exec sleep 1000; : " + mark));
    w.run(read_until(piped, "on\n"));
    piped.reset();
    auto spec = shell(
        "trap 'echo hung up > $HOME/hup; exit' HUP; echo on; "
        "while :; do sleep 0.01; done");
    spec.tty = true;
    auto terminal = w.start(box, spec);
    w.run(read_until(terminal, "on\r\n"));
    terminal.reset();
    CHECK(
        eventually([&] { return w.sh(box, "cat $HOME/hup 2>/dev/null || true") == "hung up\n"; }));
    CHECK(w.sh(box, "pgrep -x sleep | wc -l") != "0\n");
}

TEST_CASE("runtime: kill reaches the process group") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto mark = unique_mark();
    auto process = w.start(box, shell("sh -c 'sleep 1000; : " + mark + "' & echo on; wait"));
    w.run(read_until(process, "on\n"));
    CHECK(eventually([&] { return processes_with(mark).size() >= 2; }));
    process->kill(SIGTERM);
    auto exit = w.run(process->wait());
    CHECK(exit.signal == SIGTERM);
    CHECK(exit.code == 143);
    CHECK(eventually([&] { return processes_with(mark).empty(); }));
    process->kill(SIGTERM);  // nobody there any more
}

TEST_CASE("runtime: output of a background process comes after the exit") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto spec = shell("(read line; echo late $line) <$HOME/fifo & echo early");
    w.sh(box, "mkfifo $HOME/fifo");
    auto process = w.start(box, spec);
    CHECK(w.run(read_until(process, "early\n")) == "early\n");
    CHECK(w.run(process->wait()).code == 0);
    w.sh(box, "echo now > $HOME/fifo");
    CHECK(w.run(collect(process)).out == "late now\n");
}

TEST_CASE("runtime: many processes at once in one box") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    std::vector<std::shared_ptr<rt::process>> all;
    for (int i = 0; i < 100; ++i) all.push_back(w.start(box, shell("echo $$; exec cat /dev/null")));
    for (auto& process : all) CHECK(w.run(collect(process)).exit.code == 0);
}

TEST_CASE("runtime: cancelled reads, writes and waits leave nothing behind") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto spec = command({"sleep", "1000"});
    spec.open_stdin = true;
    auto process = w.start(box, spec);
    char byte;
    std::vector<char> much(1 << 20);
    auto cancelled = [&](auto operation) {
        asio::cancellation_signal signal;
        std::optional<boost::system::error_code> end;
        auto keep = [&](std::exception_ptr e, auto...) {
            try {
                if (e) std::rethrow_exception(e);
                end = boost::system::error_code();
            } catch (const boost::system::system_error& failure) {
                end = failure.code();
            }
        };
        asio::co_spawn(w.io, std::move(operation),
                       asio::bind_cancellation_slot(signal.slot(), keep));
        w.io.restart();
        w.io.poll();
        CHECK_FALSE(end.has_value());
        signal.emit(asio::cancellation_type::terminal);
        auto until = std::chrono::steady_clock::now() + 10s;
        while (!end && std::chrono::steady_clock::now() < until) w.io.run_one_until(until);
        REQUIRE(end.has_value());
        CHECK(*end == errc::canceled);
    };
    cancelled(process->read_out(asio::buffer(&byte, 1)));
    cancelled(process->read_err(asio::buffer(&byte, 1)));
    cancelled(process->write(asio::buffer(much)));
    cancelled(process->wait());
    process->kill(SIGKILL);
    CHECK(w.run(process->wait()).signal == SIGKILL);
}

TEST_CASE("runtime: a start that is cancelled ends its process") {
    BOTH_RUNTIMES(kind)
    world w(options_of(kind));
    auto box = w.box();
    auto mark = unique_mark();
    for (int i = 0; i < 20; ++i) {
        asio::cancellation_signal signal;
        bool done = false;
        asio::co_spawn(w.io, start_process(box, shell("sleep 1000; : " + mark)),
                       asio::bind_cancellation_slot(
                           signal.slot(),
                           [&](std::exception_ptr, std::shared_ptr<rt::process>) { done = true; }));
        w.io.restart();
        w.io.poll_one();
        signal.emit(asio::cancellation_type::terminal);
        while (!done) w.io.run_one();
    }
    CHECK(eventually([&] {
        w.sh(box, "true");
        return processes_with(mark).empty();
    }));
}
