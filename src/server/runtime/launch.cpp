#include "server/runtime/launch.hpp"

#include "server/runtime/process_state.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>

#include <algorithm>
#include <cerrno>

namespace ecisbx::server::runtime {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const auto& t : texts) result.push_back(const_cast<char*>(t.c_str()));
    result.push_back(nullptr);
    return result;
}

// Everything from here on runs in the child; every way out is exec or _exit.

[[noreturn]] void give_up(int report, launch_stage stage, int code) {
    packet p{packet_kind::start_failed, 0, static_cast<std::int32_t>(stage), code};
    send_packet(report, p, {});
    ::_exit(127);
}

void install(int from, int to) {
    if (from == to)
        ::fcntl(to, F_SETFD, 0);
    else
        ::dup2(from, to);
}

// Opened in the box, so that its name means something there. Returns the master.
int open_terminal(const process_spec& spec) {
    int master = ::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    int unlock = 0;
    if (master < 0 || ::ioctl(master, TIOCSPTLCK, &unlock) != 0) return -1;
    winsize size{};
    size.ws_row = static_cast<unsigned short>(std::min(spec.rows, 65535U));
    size.ws_col = static_cast<unsigned short>(std::min(spec.columns, 65535U));
    ::ioctl(master, TIOCSWINSZ, &size);
    int slave = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || ::ioctl(slave, TIOCSCTTY, 0) != 0) return -1;
    for (int fd : {0, 1, 2}) install(slave, fd);
    return master;
}

void install_stdio(const launch_order& order) {
    std::size_t next = 0;
    if (order.spec.open_stdin) {
        install(order.stdio[next++].get(), 0);
    } else if (int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC); fd >= 0) {
        install(fd, 0);
    }
    install(order.stdio[next++].get(), 1);
    install(order.stdio[next].get(), 2);
}

void limit_resources() {
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    // The server's own limit is for its connections; programs that loop over all descriptors
    // would take minutes with it.
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max = std::min<rlim_t>(files.rlim_max, 65536);
    ::setrlimit(RLIMIT_NOFILE, &files);
}

int exec_first(const launch_order& order, char* const* argv, char* const* envp) {
    int result = ENOENT;
    for (const auto& path : order.candidates) {
        ::execve(path.c_str(), argv, envp);
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return errno;
        // As execvp: "not executable" is remembered while the search goes on.
        if (errno == EACCES) result = EACCES;
    }
    return result;
}

[[noreturn]] void become(const world& where, const launch_order& order, char* const* argv,
                         char* const* envp, int report) {
    ::setsid();
    if (int e = where.become_user()) give_up(report, launch_stage::setup, e);
    std::vector<int> master;
    if (order.spec.tty) {
        master.push_back(open_terminal(order.spec));
        if (master.back() < 0) give_up(report, launch_stage::terminal, errno);
    } else {
        install_stdio(order);
    }
    packet hello{packet_kind::started, 0, 0, 0};
    if (int e = send_packet(report, hello, master)) give_up(report, launch_stage::setup, e);
    limit_resources();
    ::umask(022);
    if (int e = where.confine()) give_up(report, launch_stage::setup, e);
    if (::chdir(order.spec.dir.c_str()) != 0) give_up(report, launch_stage::dir, errno);
    restore_signals();
    close_from_on_exec(3);
    give_up(report, launch_stage::exec, exec_first(order, argv, envp));
}

// A child of the warden, not of this process: a pid namespace that was entered holds children only.
pid_t fork_sibling() {
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
}

[[noreturn]] void join_and_become(const world& where, const launch_order& order, char* const* argv,
                                  char* const* envp, int report) {
    int fds[3] = {};
    int count = 0;
    for (const auto& fd : order.stdio) fds[count++] = fd.get();
    if (int e = where.enter(fds, count)) give_up(report, launch_stage::join, e);
    if (where.forks_again()) {
        pid_t inner = fork_sibling();
        if (inner < 0) give_up(report, launch_stage::fork, errno);
        if (inner > 0) ::_exit(0);
    }
    become(where, order, argv, envp, report);
}

}  // namespace

environment merged(const environment& a, const environment& b, const environment& c) {
    environment result;
    for (const auto* part : {&a, &b, &c})
        for (const auto& variable : *part) {
            auto same = std::find_if(result.begin(), result.end(),
                                     [&](const auto& v) { return v.first == variable.first; });
            if (same == result.end())
                result.push_back(variable);
            else
                same->second = variable.second;
        }
    return result;
}

std::vector<std::string> exec_candidates(const std::string& program, const environment& env) {
    if (program.empty()) return {};
    if (program.find('/') != std::string::npos) return {program};
    std::string path;
    for (const auto& [name, value] : env)
        if (name == "PATH") path = value;
    std::vector<std::string> result;
    for (std::size_t at = 0; at <= path.size();) {
        auto end = std::min(path.find(':', at), path.size());
        auto dir = path.substr(at, end - at);
        result.push_back((dir.empty() ? "." : dir) + "/" + program);
        at = end + 1;
    }
    return result;
}

launch_result launch(const world& where, const launch_order& order) {
    auto pair = make_socket_pair();
    if (!pair) return {unique_fd(), errno};
    int on = 1;
    ::setsockopt(pair->first.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    std::vector<std::string> variables;
    for (const auto& [name, value] : order.spec.env) variables.push_back(name + "=" + value);
    auto argv = pointers(order.spec.argv), envp = pointers(variables);
    pid_t child = ::fork();
    if (child == 0) join_and_become(where, order, argv.data(), envp.data(), pair->second.get());
    if (child < 0) return {unique_fd(), errno};
    return {std::move(pair->first), 0};
}

}  // namespace ecisbx::server::runtime
