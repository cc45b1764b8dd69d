#include "server/runtime/process_state.hpp"

#include "server/runtime/posix.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>

namespace ecisbx::server::runtime {
namespace {

void close_range_of(unsigned first, unsigned last, unsigned flags) {
    if (first > last || ::syscall(SYS_close_range, first, last, flags) == 0) return;
    // Before Linux 5.9, or 5.11 for the flag.
    auto end = std::min<unsigned>(last, static_cast<unsigned>(::sysconf(_SC_OPEN_MAX)));
    for (unsigned fd = first; fd < end; ++fd) {
        if (flags != 0)
            ::fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
        else
            ::close(static_cast<int>(fd));
    }
}

void wipe(char* from, char* to) {
    if (from != nullptr && from < to) std::memset(from, 0, static_cast<std::size_t>(to - from));
}

// Fields 48 to 51 of /proc/self/stat: where the kernel takes /proc/PID/cmdline and environ from.
struct areas {
    char *arguments = nullptr, *arguments_end = nullptr;
    char *environment = nullptr, *environment_end = nullptr;
};
areas find_areas() {
    auto text = read_file("/proc/self/stat");
    auto close = text.rfind(')');
    if (close == std::string::npos) return {};
    std::istringstream in(text.substr(close + 1));
    std::string word;
    for (int field = 3; field < 48; ++field) in >> word;
    unsigned long a = 0, b = 0, c = 0, d = 0;
    if (!(in >> a >> b >> c >> d)) return {};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives them as numbers
    auto at = [](unsigned long p) { return reinterpret_cast<char*>(p); };
    return {at(a), at(b), at(c), at(d)};
}

std::multimap<pid_t, pid_t> family_tree() {
    std::multimap<pid_t, pid_t> tree;
    DIR* proc = ::opendir("/proc");
    if (proc == nullptr) return tree;
    while (auto* entry = ::readdir(proc)) {
        auto pid = static_cast<pid_t>(std::atoi(entry->d_name));
        if (pid <= 0) continue;
        auto text = read_file("/proc/" + std::string(entry->d_name) + "/stat");
        auto close = text.rfind(')');
        if (close == std::string::npos || close + 4 > text.size()) continue;
        tree.emplace(static_cast<pid_t>(std::atoi(text.c_str() + close + 4)), pid);
    }
    ::closedir(proc);
    return tree;
}

}  // namespace

void restore_signals() {
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    for (int s = 1; s <= SIGRTMAX; ++s) ::sigaction(s, &standard, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int take_signals() {
    restore_signals();
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    for (int s : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR2, SIGALRM})
        ::sigaction(s, &ignore, nullptr);
    sigset_t mine;
    ::sigemptyset(&mine);
    ::sigaddset(&mine, SIGCHLD);
    ::sigaddset(&mine, SIGUSR1);
    ::sigprocmask(SIG_SETMASK, &mine, nullptr);
    return ::signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool drain_signals(int fd) {
    bool asked = false;
    signalfd_siginfo info;
    while (::read(fd, &info, sizeof info) == sizeof info)
        if (info.ssi_signo == SIGUSR1) asked = true;
    return asked;
}

void close_from_on_exec(int first) {
    close_range_of(static_cast<unsigned>(first), ~0U, CLOSE_RANGE_CLOEXEC);
}

int keep_only(int keep) {
    // Above stdin, stdout and stderr, which may be closed in the server.
    int kept = ::fcntl(keep, F_DUPFD_CLOEXEC, 3);
    int null = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(null, fd);
    close_range_of(3, static_cast<unsigned>(kept) - 1, 0);
    close_range_of(static_cast<unsigned>(kept) + 1, ~0U, 0);
    return kept;
}

void hide(std::string_view title) {
    ::prctl(PR_SET_DUMPABLE, 0);
    ::prctl(PR_SET_NAME, std::string(title.substr(0, 15)).c_str());
    auto a = find_areas();
    wipe(a.arguments, a.arguments_end);
    wipe(a.environment, a.environment_end);
    auto room = static_cast<std::size_t>(a.arguments_end - a.arguments);
    if (a.arguments != nullptr && room > title.size())
        std::memcpy(a.arguments, title.data(), title.size());
}

std::vector<pid_t> descendants(pid_t root) {
    auto tree = family_tree();
    std::vector<pid_t> result;
    auto add_children = [&](pid_t parent) {
        auto [from, to] = tree.equal_range(parent);
        for (auto at = from; at != to; ++at) result.push_back(at->second);
    };
    add_children(root);
    for (std::size_t i = 0; i < result.size(); ++i) add_children(result[i]);
    return result;
}

}  // namespace ecisbx::server::runtime
