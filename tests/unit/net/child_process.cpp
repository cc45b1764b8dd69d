#include "net/child_process.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace ecisbx;
using namespace std::chrono_literals;
namespace asio = boost::asio;

struct outcome {
    net::child_output output;
    error_info why;
};

asio::awaitable<void> run_it(std::vector<std::string> argv, std::size_t longest,
                             core::deadline until, outcome& result) {
    auto got = co_await as_result(net::run_child(std::move(argv), longest, until));
    if (got)
        result.output = std::move(*got);
    else
        result.why = got.error();
}

outcome run(std::vector<std::string> argv, std::size_t longest = 1000,
            core::deadline until = core::deadline::after(20s)) {
    asio::io_context context;
    outcome result;
    std::exception_ptr failure;
    asio::co_spawn(context, run_it(std::move(argv), longest, until, result),
                   [&](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return result;
}

outcome shell(const std::string& script) {
    return run({"/bin/sh", "-c", script});
}

std::size_t open_fds() {
    namespace fs = std::filesystem;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

bool has_children() {
    siginfo_t about{};
    return ::waitid(P_ALL, 0, &about, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

TEST_CASE("child: its output and its status") {
    auto fds = open_fds();
    auto fine = shell("printf 'a\\0b'; echo err >&2");
    CHECK(fine.output.out == std::string("a\0b", 3));
    CHECK(fine.output.status == 0);
    CHECK(shell("exit 7").output.status == 7);
    CHECK(shell("kill -9 $$").output.status == 137);
    CHECK(run({"true"}).output.status == 0);  // by PATH
    CHECK(open_fds() == fds);
    CHECK_FALSE(has_children());
}

TEST_CASE("child: arguments are no shell's") {
    CHECK(run({"/bin/echo", "$(id)", "a  b", ";", "*"}).output.out == "$(id) a  b ; *\n");
}

TEST_CASE("child: no input, and none of our descriptors") {
    CHECK(shell("cat; echo end").output.out == "end\n");
    int leaked = ::open("/dev/null", O_RDONLY);  // without close-on-exec
    REQUIRE(leaked >= 3);
    auto list = shell("ls /proc/$$/fd; true");
    ::close(leaked);
    CHECK(list.output.out == "0\n1\n2\n");
}

TEST_CASE("child: what can not be run") {
    CHECK(run({}).why.code == errc::invalid_argument);
    CHECK(run({""}).why.code == errc::invalid_argument);
    auto why = run({"/nonexistent/program", "hidden"}).why;
    CHECK(why.code == errc::not_found);
    CHECK(why.message.find("hidden") == std::string::npos);
    CHECK(run({"/etc/passwd"}).why.code == errc::not_found);
    CHECK_FALSE(has_children());
}

TEST_CASE("child: output is bounded exactly") {
    CHECK(run({"printf", "12345"}, 5).output.out == "12345");
    CHECK(run({"printf", "123456"}, 5).why.code == errc::too_large);
    CHECK(run({"yes"}, 100'000).why.code == errc::too_large);
    CHECK_FALSE(has_children());
}

TEST_CASE("child: who runs too long is killed with all it started, and reaped") {
    auto fds = open_fds();
    auto mark = "61" + std::to_string(::getpid());
    auto late = run({"/bin/sh", "-c", "sleep " + mark + " & echo $!; trap '' TERM; sleep " + mark},
                    1000, core::deadline::after(300ms));
    CHECK(late.why.code == errc::timeout);
    CHECK_FALSE(has_children());
    CHECK(open_fds() == fds);
}

TEST_CASE("child: what it left in the background is not waited for") {
    auto mark = "62" + std::to_string(::getpid());
    auto began = std::chrono::steady_clock::now();
    auto left = shell("sleep " + mark + " & echo $!");
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    CHECK(left.output.status == 0);
    auto pid = static_cast<pid_t>(std::stol(left.output.out));
    for (int i = 0; i < 1000 && ::kill(pid, 0) == 0; ++i) {
        std::string state(200, '\0');  // an orphan that nobody reaps in a container is a zombie
        int fd = ::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) break;
        auto size = ::read(fd, state.data(), state.size());
        ::close(fd);
        if (size > 0 && state.find(") Z ") != std::string::npos) break;
        ::usleep(5000);
        CHECK(i < 999);
    }
}

TEST_CASE("child: a cancelled caller leaves nothing behind") {
    asio::io_context context;
    outcome result;
    asio::cancellation_signal cancel;
    std::exception_ptr failure;
    asio::co_spawn(
        context, run_it({"sleep", "60"}, 1000, core::deadline::after(50s), result),
        asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) { failure = e; }));
    context.poll();
    CHECK(has_children());
    cancel.emit(asio::cancellation_type::terminal);
    context.run();
    CHECK(result.why.code == errc::canceled);
    CHECK_FALSE(has_children());
}

TEST_CASE("child: the end of the context leaves nothing behind either") {
    auto fds = open_fds();
    {
        asio::io_context context;
        outcome result;
        asio::co_spawn(context, run_it({"sleep", "60"}, 1000, core::deadline::never(), result),
                       [](std::exception_ptr) {});
        context.poll();
        CHECK(has_children());
    }
    CHECK_FALSE(has_children());
    CHECK(open_fds() == fds);
}

TEST_CASE("child: a program that ignores its dead children") {
    struct sigaction before{}, ignore{};
    ignore.sa_handler = SIG_IGN;
    REQUIRE(::sigaction(SIGCHLD, &ignore, &before) == 0);
    auto got = shell("echo here");
    ::sigaction(SIGCHLD, &before, nullptr);
    CHECK(got.output.out == "here\n");
    CHECK_FALSE(got.output.status.has_value());
}

}  // namespace
