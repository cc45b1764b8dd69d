#include "net/child_process.hpp"

#include <ecisbx/error.hpp>

#include "core/unique_fd.hpp"
#include "net/wait.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;

namespace {

constexpr auto reap_limit = std::chrono::seconds(5);

[[noreturn]] void fail(errc condition, const std::string& what, int number) {
    throw error(condition, what + ": " + std::strerror(number));
}

/// What posix_spawn is told.
class spawn_settings {
public:
    explicit spawn_settings(int out) {
        posix_spawn_file_actions_init(&files);
        // stdout first: its descriptor may be 0 or 2 where this process has closed those.
        posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setpgroup(&attributes, 0);
        sigset_t set;
        sigfillset(&set);
        posix_spawnattr_setsigdefault(&attributes, &set);
        sigemptyset(&set);
        posix_spawnattr_setsigmask(&attributes, &set);
    }
    ~spawn_settings() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
};

/// The running program. The destructor leaves neither a process nor a zombie.
class child {
public:
    child(const std::vector<std::string>& argv, int out) {
        std::vector<char*> pointers;
        for (const auto& one : argv) pointers.push_back(const_cast<char*>(one.c_str()));
        pointers.push_back(nullptr);
        spawn_settings settings(out);
        int number = ::posix_spawnp(&pid_, pointers[0], &settings.files, &settings.attributes,
                                    pointers.data(), environ);
        if (number != 0) fail(errc::not_found, "the program can not be started", number);
    }
    child(const child&) = delete;
    child& operator=(const child&) = delete;
    ~child() {
        kill_group();
        // Only where the wait for it was cut short: by the end of the io_context.
        if (!reaped_) wait(0);
    }

    pid_t pid() const { return pid_; }
    /// Before it is reaped nobody else can get its number. Where SIGCHLD is ignored the system
    /// reaps it, and then the number is not ours any more.
    void kill_group() {
        siginfo_t about;
        if (!reaped_ &&
            ::waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT) != 0)
            reaped_ = errno == ECHILD;
        if (!reaped_) ::kill(-pid_, SIGKILL);
    }
    void reap() {
        if (!reaped_) wait(WNOHANG);
    }
    std::optional<int> status() const { return status_; }

private:
    void wait(int flags) {
        int raw = 0;
        pid_t got = -1;
        do got = ::waitpid(pid_, &raw, flags);
        while (got < 0 && errno == EINTR);
        if (got == 0) return;
        reaped_ = true;
        if (got != pid_) return;
        status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    }

    pid_t pid_ = -1;
    bool reaped_ = false;
    std::optional<int> status_;
};

/// What the callbacks and the coroutine share.
struct watch {
    explicit watch(const asio::any_io_executor& executor)
        : out(executor), exit(executor), changed(executor) {}
    asio::posix::stream_descriptor out;
    asio::posix::stream_descriptor exit;  ///< a pidfd: readable when the program has ended
    notifier changed;
    bool exited = false;
    bool waits_for_output = false;
};
using watch_ptr = std::shared_ptr<watch>;

void wait_for_exit(const watch_ptr& on) {
    on->exit.async_wait(asio::posix::stream_descriptor::wait_read,
                        [on](boost::system::error_code ec) {
                            on->exited = on->exited || !ec;
                            on->changed.notify_all();
                        });
}

void wait_for_output(const watch_ptr& on) {
    if (std::exchange(on->waits_for_output, true)) return;
    on->out.async_wait(asio::posix::stream_descriptor::wait_read, [on](boost::system::error_code) {
        on->waits_for_output = false;
        on->changed.notify_all();
    });
}

/// False at the end of the output.
bool drain(int fd, std::string& into, std::size_t longest) {
    std::array<char, 4096> buffer;
    while (true) {
        auto n = ::read(fd, buffer.data(), buffer.size());
        if (n == 0) return false;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN;
        if (into.size() + static_cast<std::size_t>(n) > longest)
            throw error(errc::too_large,
                        "the program printed more than " + std::to_string(longest) + " bytes");
        into.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

asio::awaitable<std::string> read_until_exit(watch_ptr on, std::size_t longest,
                                             core::deadline until) {
    std::string text;
    while (true) {
        // The flag first: what was printed before the exit is there to be read after it.
        bool exited = on->exited;
        bool more = drain(on->out.native_handle(), text, longest);
        if (exited) co_return text;
        if (more) wait_for_output(on);
        co_await on->changed.wait(until);
    }
}

/// After SIGKILL: bounded, for a process can be stuck in the kernel.
asio::awaitable<void> wait_for_the_end(watch_ptr on) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto until = core::deadline::after(reap_limit);
    try {
        while (!on->exited) co_await on->changed.wait(until);
    } catch (const error&) {
        // It is reaped by the destructor then.
    }
}

/// Nothing for one that has ended and is reaped already, which happens in a process that ignores
/// SIGCHLD.
core::unique_fd open_pidfd(pid_t pid) {
    core::unique_fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd && errno != ESRCH)
        fail(errc::unsupported, "a program can not be watched on this system", errno);
    return fd;
}

}  // namespace

asio::awaitable<child_output> run_child(std::vector<std::string> argv, std::size_t longest,
                                        core::deadline until) {
    if (argv.empty() || argv.front().empty())
        throw error(errc::invalid_argument, "there is no program to run");
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail(errc::unavailable, "no pipe", errno);
    core::unique_fd read_end(ends[0]), write_end(ends[1]);
    // Ours only: the program must not meet EAGAIN.
    ::fcntl(read_end.get(), F_SETFL, ::fcntl(read_end.get(), F_GETFL) | O_NONBLOCK);
    child program(argv, write_end.get());
    write_end.reset();

    const auto executor = co_await asio::this_coro::executor;
    auto on = std::make_shared<watch>(executor);
    on->out.assign(read_end.release());
    if (auto exit = open_pidfd(program.pid())) {
        on->exit.assign(exit.release());
        wait_for_exit(on);
    } else {
        on->exited = true;
    }
    child_output result;
    std::exception_ptr failure;
    try {
        result.out = co_await read_until_exit(on, longest, until);
    } catch (const error& e) {
        failure = std::current_exception();
        if (e.code() == errc::timeout)
            failure =
                std::make_exception_ptr(error(errc::timeout, "the program did not end in time"));
    } catch (...) {
        failure = std::current_exception();
    }
    program.kill_group();
    co_await wait_for_the_end(on);
    program.reap();
    on->out.close();
    if (on->exit.is_open()) on->exit.close();
    if (failure) std::rethrow_exception(failure);
    result.status = program.status();
    co_return result;
}

}  // namespace ecisbx::net
