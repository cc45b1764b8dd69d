#include "server/runtime/bwrap_world.hpp"

#include "core/ascii.hpp"
#include "server/runtime/confinement.hpp"
#include "server/runtime/pause_program.hpp"
#include "server/runtime/process_state.hpp"
#include "server/runtime/seccomp_filter.hpp"
#include "server/runtime/volume_folder.hpp"

#include <ecisbx/error.hpp>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>

namespace ecisbx::server::runtime {
namespace {

constexpr std::uint64_t default_place_size = std::uint64_t{1} << 30;
constexpr int patience = 30'000;  // ms; a loaded machine, not a slow bwrap

[[noreturn]] void fail(const std::string& what, int code) {
    throw error(errc::unavailable, what + ": " + std::strerror(code));
}

pid_t parent_of(pid_t pid) {
    auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    auto close = text.rfind(')');
    return close == std::string::npos || close + 4 > text.size() ? 0 : std::atoi(&text[close + 4]);
}

// {"child-pid": 123, ...}
pid_t child_pid(const std::string& info) {
    auto at = info.find("\"child-pid\":");
    return at == std::string::npos ? 0 : std::atoi(info.c_str() + at + 12);
}

}  // namespace

struct bwrap_world::plumbing {
    unique_fd arguments, filter, pause;
    std::vector<unique_fd> files;  // of mounts, in their order
    fd_pair ready, errors, info;
};

// Files in memory count as memory of the box, and some must be left to remove them with.
std::uint64_t place_size(const box_spec& spec) {
    return spec.memory != 0 ? spec.memory / 2 : default_place_size;
}

std::uint64_t volume_size(const box_spec& spec, const box_mount& mount) {
    return mount.size != 0 ? std::min(mount.size, place_size(spec)) : place_size(spec);
}

bwrap_world::bwrap_world(const bwrap_settings& settings, box_spec spec, box_cgroup group)
    : settings_(settings), spec_(std::move(spec)), group_(std::move(group)) {}

bwrap_world::~bwrap_world() = default;

std::vector<std::string> bwrap_world::arguments(const plumbing& pipes) const {
    std::vector<std::string> all = {"--unshare-user",
                                    "--unshare-pid",
                                    "--unshare-ipc",
                                    "--unshare-uts",
                                    "--unshare-cgroup",
                                    "--die-with-parent",
                                    "--new-session",
                                    "--cap-drop",
                                    "ALL",
                                    "--uid",
                                    "0",
                                    "--gid",
                                    "0",
                                    "--hostname",
                                    spec_.hostname.empty() ? spec_.id : spec_.hostname,
                                    "--info-fd",
                                    std::to_string(pipes.info.second.get()),
                                    "--seccomp",
                                    std::to_string(pipes.filter.get())};
    if (!settings_.host_network) all.push_back("--unshare-net");
    auto places = mount_arguments({settings_.rootfs, spec_.dir, place_size(spec_), mounts(pipes)});
    all.insert(all.end(), places.begin(), places.end());
    all.insert(all.end(), {"--perms", "0555", "--file", std::to_string(pipes.pause.get()),
                           "/.pause", "--remount-ro", "/", "--chdir", "/"});
    return all;
}

std::vector<mount_wish> bwrap_world::mounts(const plumbing& pipes) const {
    std::vector<mount_wish> wishes;
    std::size_t next = 0;
    for (const auto& m : spec_.mounts) {
        mount_wish wish;
        wish.path = m.path;
        wish.read_only = m.read_only || m.volume.empty();
        wish.single_file = m.single_file;
        wish.size = volume_size(spec_, m);
        if (!m.volume.empty() && !settings_.volumes.empty())
            wish.source = volume_path(settings_.volumes, spec_.group, m.volume);
        for (const auto& f : m.files)
            wish.files.push_back({f.path, pipes.files[next++].get(), f.mode});
        wishes.push_back(std::move(wish));
    }
    return wishes;
}

// Only a shared volume has content that is older than this box, and it belongs to other boxes.
int bwrap_world::keep_from_host() const {
    std::vector<std::string> shared;
    for (const auto& m : spec_.mounts)
        if (!m.volume.empty() && !settings_.volumes.empty())
            shared.push_back(volume_path(settings_.volumes, spec_.group, m.volume));
    return shared.empty() ? 0 : protect_host(shared);
}

int bwrap_world::leave_root() const {
    if (!settings_.privileged) return 0;
    if (::setgroups(0, nullptr) != 0 || ::setresgid(settings_.gid, settings_.gid, settings_.gid) ||
        ::setresuid(settings_.uid, settings_.uid, settings_.uid))
        return errno;
    return 0;
}

void bwrap_world::become_bwrap(const plumbing& pipes) const {
    auto give_up = [&](const char* what, int code) {
        std::string text = std::string(what) + ": " + std::strerror(code);
        [[maybe_unused]] auto n = ::write(pipes.errors.second.get(), text.data(), text.size());
        ::_exit(1);
    };
    pid_t warden = ::getppid();
    if (int e = group_.join()) give_up("control group", e);
    // The sleeper must outlive a box that has run out of memory; not every root may say so.
    write_file("/proc/self/oom_score_adj", "-1000");
    if (int e = keep_from_host()) give_up("mount namespace", e);
    if (int e = leave_root()) give_up("setresuid", e);
    // bwrap asks for this too, but only once it runs.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != warden) ::_exit(1);
    // take_signals() left SIGTERM and others ignored, and so they stay in the sleeper: the SIGTERM
    // for all processes of a box must not end the box itself.
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::umask(022);
    ::dup2(pipes.ready.second.get(), 1);
    ::dup2(pipes.errors.second.get(), 2);
    for (int fd :
         {pipes.arguments.get(), pipes.filter.get(), pipes.pause.get(), pipes.info.second.get()})
        ::fcntl(fd, F_SETFD, 0);
    for (const auto& fd : pipes.files) ::fcntl(fd.get(), F_SETFD, 0);
    auto number = std::to_string(pipes.arguments.get());
    const char* argv[] = {"bwrap", "--args", number.c_str(), "--", "/.pause", nullptr};
    const char* envp[] = {nullptr};
    ::execve(settings_.program.c_str(), const_cast<char* const*>(argv),
             const_cast<char* const*>(envp));
    give_up(settings_.program.c_str(), errno);
    ::_exit(1);
}

void bwrap_world::open(int watch) {
    dir_ = resolve_folder({settings_.rootfs, spec_.dir, 0, {}});
    auto ready = make_pipe(), errors = make_pipe(), info = make_pipe();
    if (!ready || !errors || !info) fail("pipe", errno);
    plumbing pipes{{},
                   make_memfd(settings_.filter),
                   make_memfd(pause_program()),
                   {},
                   std::move(*ready),
                   std::move(*errors),
                   std::move(*info)};
    for (const auto& m : spec_.mounts)
        for (const auto& f : m.files) {
            pipes.files.push_back(make_memfd(f.content));
            if (!pipes.files.back()) fail("memfd_create", errno);
        }
    std::string text;
    for (const auto& argument : arguments(pipes)) text.append(argument).push_back('\0');
    pipes.arguments = make_memfd(text);
    if (!pipes.arguments || !pipes.filter || !pipes.pause) fail("memfd_create", errno);
    bwrap_ = ::fork();
    if (bwrap_ == 0) become_bwrap(pipes);
    if (bwrap_ < 0) {
        bwrap_ = 0;
        fail("fork", errno);
    }
    pipes.ready.second.reset();
    pipes.errors.second.reset();
    pipes.info.second.reset();
    // Others hold the far ends too, so their end is nothing to wait for.
    set_nonblocking(pipes.errors.first.get());
    set_nonblocking(pipes.info.first.get());
    wait_until_ready(pipes, watch);
}

void bwrap_world::wait_until_ready(const plumbing& pipes, int watch) {
    pollfd entries[] = {{pipes.ready.first.get(), POLLIN, 0}, {watch, POLLRDHUP, 0}};
    int n;
    do n = ::poll(entries, watch >= 0 ? 2 : 1, patience);
    while (n < 0 && errno == EINTR);
    char byte;
    bool ready = n > 0 && (entries[0].revents & POLLIN) != 0 &&
                 ::read(pipes.ready.first.get(), &byte, 1) == 1;
    if (ready) {
        init_ = child_pid(read_file(pipes.info.first.get(), 4096));
        if (init_ > 0) init_fd_.reset(open_pidfd(init_));
        // The pid was good if it still is bwrap's child after we hold it.
        if (init_fd_ && parent_of(init_) == bwrap_) return;
    }
    ::kill(bwrap_, SIGKILL);
    ::waitpid(bwrap_, nullptr, 0);
    bwrap_ = 0;
    if (n == 0) throw error(errc::unavailable, "bwrap took too long");
    auto why = std::string(core::trimmed(read_file(pipes.errors.first.get(), 4096)));
    throw error(errc::unavailable, why.empty() ? "bwrap ended early" : why);
}

environment bwrap_world::defaults() const {
    return {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
            {"HOME", box_home},
            {"HOSTNAME", spec_.hostname.empty() ? spec_.id : spec_.hostname}};
}

std::string bwrap_world::folder(const std::string& wished) const {
    if (wished.empty()) return dir_;
    return wished.front() == '/' ? wished : dir_ + "/" + wished;
}

int bwrap_world::namespaces() const {
    return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
           CLONE_NEWCGROUP | (settings_.host_network ? 0 : CLONE_NEWNET);
}

int bwrap_world::enter(const int* stdio, int count) const {
    if (int e = group_.join()) return e;
    // When memory runs out, the processes of a box go first: before its sleeper and the server.
    write_file("/proc/self/oom_score_adj", "500");
    if (settings_.privileged) {
        // Else nobody in the box could open /dev/stdout.
        for (int i = 0; i < count; ++i)
            if (::fchown(stdio[i], settings_.uid, settings_.gid) != 0) return errno;
        // Not possible any more in a user namespace that forbids it.
        if (::setgroups(0, nullptr) != 0) return errno;
    }
    return ::setns(init_fd_.get(), namespaces()) == 0 ? 0 : errno;
}

int bwrap_world::become_user() const {
    if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0) return errno;
    // Until exec this is a copy of the server, and a user change may have made it readable for the
    // box (fs.suid_dumpable).
    return ::prctl(PR_SET_DUMPABLE, 0) == 0 ? 0 : errno;
}

int bwrap_world::confine() const {
    if (settings_.limit_processes) {
        rlimit limit{max_processes, max_processes};
        ::setrlimit(RLIMIT_NPROC, &limit);
    }
    if (int e = drop_capabilities()) return e;
    return install_seccomp_filter(settings_.filter);
}

// From inside: kill(-1) in the pid namespace reaches all of it but its init and the caller.
void bwrap_world::signal_all(int signal) {
    if (::fork() != 0) return;
    if (::setns(init_fd_.get(), CLONE_NEWUSER | CLONE_NEWPID) != 0) ::_exit(1);
    if (::fork() == 0) ::kill(-1, signal);
    ::_exit(0);
}

bool bwrap_world::empty(bool running) const {
    if (running) return false;
    auto pid = std::to_string(init_);
    std::istringstream in(read_file("/proc/" + pid + "/task/" + pid + "/children"));
    int count = 0;
    for (pid_t child; in >> child;) ++count;
    return count == 1;  // the sleeper; 0 where the kernel has no such file
}

void bwrap_world::kill_all() {
    // Its end takes the whole pid namespace with it.
    if (init_fd_) signal_pidfd(init_fd_.get(), SIGKILL);
}

void bwrap_world::reaped(pid_t child) {
    // bwrap waits for its init, and the kernel ends an init only when its namespace is empty.
    if (child == bwrap_) bwrap_ = 0;
}

}  // namespace ecisbx::server::runtime
