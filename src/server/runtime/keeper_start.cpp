// The server's side of a keeper's birth and end.
#include "server/runtime/keeper.hpp"
#include "server/runtime/process_state.hpp"

#include <ecisbx/error.hpp>

#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

namespace ecisbx::server::runtime {
namespace {

constexpr int hello_patience = 60'000;
constexpr int end_patience = 12'000;
constexpr auto by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD, which glibc 2.36 lacks

// No handler of the server may run in the keeper before that has its own.
class all_signals_blocked {
public:
    all_signals_blocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~all_signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    all_signals_blocked(const all_signals_blocked&) = delete;
    all_signals_blocked& operator=(const all_signals_blocked&) = delete;

private:
    sigset_t before_;
};

[[noreturn]] void be_keeper(keeper_settings settings, int socket) {
    unique_fd kept(keep_only(socket));
    keeper(std::move(settings), std::move(kept)).run();
}

[[noreturn]] void fail(const char* what, int code) {
    throw error(errc::unsupported, std::string(what) + ": " + std::strerror(code));
}

}  // namespace

running_keeper start_keeper(keeper_settings settings) {
    auto pair = make_socket_pair();
    if (!pair) fail("socketpair", errno);
    settings.server = ::getpid();
    running_keeper started;
    {
        all_signals_blocked while_forking;
        started.pid = ::fork();
        if (started.pid == 0) be_keeper(std::move(settings), pair->second.get());
    }
    if (started.pid < 0) fail("fork", errno);
    pair->second.reset();
    started.socket = std::move(pair->first);
    started.process.reset(open_pidfd(started.pid));
    received hello;
    if (wait_readable(started.socket.get(), hello_patience))
        hello = receive_packet(started.socket.get());
    std::string text;
    if (!hello.fds.empty()) text = read_file(hello.fds.front().get(), 1 << 20);
    if (hello.what != receipt::packet || hello.content.value != 0) {
        end_keeper(started);
        throw error(errc::unsupported, text.empty() ? "the keeper did not start" : text);
    }
    started.volumes = static_cast<volume_support>(hello.content.detail);
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) started.notes.push_back(line);
    return started;
}

void end_keeper(running_keeper& keeper) {
    keeper.socket.reset();
    if (!keeper.process) return;
    wait_readable(keeper.process.get(), end_patience);
    siginfo_t ignored;
    // By pidfd: another part of the program may have reaped it, and its pid be taken again.
    ::waitid(by_pidfd, static_cast<id_t>(keeper.process.get()), &ignored, WEXITED | WNOHANG);
    keeper.process.reset();
}

}  // namespace ecisbx::server::runtime
