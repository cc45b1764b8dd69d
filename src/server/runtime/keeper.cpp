#include "server/runtime/keeper.hpp"

#include "server/runtime/plain_world.hpp"
#include "server/runtime/process_state.hpp"
#include "server/runtime/runtime_notes.hpp"
#include "server/runtime/spec_codec.hpp"
#include "server/runtime/warden.hpp"

#include <ecisbx/error.hpp>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

namespace ecisbx::server::runtime {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
constexpr auto patience = 8s;
constexpr std::size_t max_spec = 8 << 20;
constexpr const char* temp_prefix = "ecisbx-boxes-";

// Boxes in the thousands have descriptors here; programs get a limit of their own at exec.
void raise_descriptor_limit() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

// Since 5.14 RLIMIT_NPROC counts per user namespace; before that it counts all boxes together.
bool counts_processes_per_namespace() {
    utsname system{};
    ::uname(&system);
    int major = 0, minor = 0;
    return std::sscanf(system.release, "%d.%d", &major, &minor) == 2 &&
           (major > 5 || (major == 5 && minor >= 14));
}

void send_failure(int warden_socket, const error& e) {
    auto reason = make_memfd(e.info().message);
    packet failed{packet_kind::failed, 0, e.code().value(), 0};
    send_packet(warden_socket, failed, {reason.get()});
}

}  // namespace

keeper::keeper(keeper_settings settings, unique_fd server)
    : settings_(std::move(settings)), server_(std::move(server)) {
    hide("ecisbx-keeper");
    signals_.reset(take_signals());
    ::setsid();
    // No box shall possess the server's session keyring. Without keyrings: nothing to hide.
    constexpr int join_new_session_keyring = 1;
    ::syscall(SYS_keyctl, join_new_session_keyring, nullptr);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (::chdir("/") != 0) server_gone_ = true;
    raise_descriptor_limit();
    server_process_.reset(open_pidfd(settings_.server));
    // A pid that was taken again is not our parent.
    if (::getppid() != settings_.server) server_gone_ = true;
}

void keeper::run() {
    cgroups_.open("ecisbx-" + std::to_string(settings_.server) + "-" + std::to_string(::getpid()));
    settings_.bwrap.limit_processes = !cgroups_.has("pids") && counts_processes_per_namespace();
    say_hello();
    serve();
    end_all();
    ::_exit(0);
}

void keeper::say_hello() {
    packet hello{packet_kind::hello, 0, 0, 0};
    std::string text;
    try {
        if (!settings_.isolated) make_temp_folder();
        can_mount_ = settings_.isolated && can_mount();
        hello.detail = static_cast<std::int32_t>(volumes());
        probe();
        for (const auto& line : notes()) text += line + "\n";
    } catch (const error& e) {
        hello.value = 1;
        text = settings_.isolated ? "bubblewrap can not make a sandbox here: " : "";
        text += e.info().message;
        server_gone_ = true;
    }
    auto file = make_memfd(text);
    send_packet(server_.get(), hello, {file.get()});
}

volume_support keeper::volumes() const {
    if (!settings_.isolated) return volume_support::none;
    return can_mount_ ? volume_support::shared : volume_support::own;
}

void keeper::provide_volumes(const box_spec& spec) {
    if (!can_mount_) return;
    for (const auto& m : spec.mounts) {
        if (m.volume.empty()) continue;
        if (!volumes_.is_open()) {
            if (temp_.empty()) make_temp_folder();
            // A box's user must get through, and see nothing.
            ::chmod(temp_.c_str(), 0711);
            volumes_.open(temp_);
            settings_.bwrap.volumes = temp_;
        }
        volumes_.provide(spec.group, m.volume, volume_size(spec, m), settings_.bwrap.uid,
                         settings_.bwrap.gid);
    }
}

// Plain boxes have a folder each below one of ours, shared volumes too. What a keeper that was
// killed has left is removed by the next of the same user.
void keeper::make_temp_folder() {
    namespace fs = std::filesystem;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(settings_.temp_parent, ignored)) {
        struct stat status{};
        if (!entry.path().filename().string().starts_with(temp_prefix)) continue;
        auto lock = lock_folder(entry.path().string());
        if (lock && ::fstat(lock.get(), &status) == 0 && status.st_uid == ::geteuid())
            fs::remove_all(entry.path(), ignored);
    }
    temp_ = settings_.temp_parent + "/" + temp_prefix + "XXXXXX";
    if (::mkdtemp(temp_.data()) != nullptr) temp_lock_ = lock_folder(temp_);
    // Without the lock it is being taken for a stale one.
    if (temp_lock_) return;
    temp_.clear();
    throw error(errc::unsupported, "can not make a folder in " + settings_.temp_parent);
}

// Whether it works here, only a box can tell.
void keeper::probe() {
    box_spec spec;
    spec.id = "probe";
    auto box = make_world(spec);
    box->open(-1);
    launch_order order;
    order.spec.argv = {"/"};  // can not run, so it gets as far as exec and no further
    order.spec.dir = box->folder("");
    order.candidates = {"/"};
    for (int i = 0; i < 2; ++i) order.stdio.push_back(make_memfd(""));
    auto launched = launch(*box, order);
    auto last = launch_stage::none;
    int code = launched.error;
    while (launched.socket && wait_readable(launched.socket.get(), 10'000)) {
        auto got = receive_packet(launched.socket.get());
        if (got.what != receipt::packet) break;
        last = static_cast<launch_stage>(got.content.value);
        code = got.content.detail;
    }
    for (auto give_up = clock::now() + patience; clock::now() < give_up;) {
        box->kill_all();
        int status;
        for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) box->reaped(pid);
        if (box->gone() && box->cleanup()) break;
        ::poll(nullptr, 0, 1);
    }
    if (last != launch_stage::exec)
        throw error(errc::unsupported,
                    std::string("a process can not join a sandbox: ") + std::strerror(code));
}

std::vector<std::string> keeper::notes() const {
    note_facts facts;
    facts.isolated = settings_.isolated;
    facts.host_network = settings_.bwrap.host_network;
    facts.rootfs = settings_.bwrap.rootfs;
    facts.privileged = settings_.bwrap.privileged;
    facts.uid = settings_.bwrap.uid;
    facts.process_limit_without_cgroup = settings_.isolated && settings_.bwrap.limit_processes;
    facts.shared_volumes = can_mount_;
    facts.cgroup_version = cgroups_.version();
    for (const char* controller : {"memory", "pids", "cpu"})
        if (cgroups_.has(controller)) facts.controllers.push_back(controller);
    facts.missing = cgroups_.missing();
    return make_notes(facts);
}

std::unique_ptr<world> keeper::make_world(const box_spec& spec) const {
    auto group = cgroups_.create(spec.id, {spec.cpus, spec.memory, max_processes});
    if (settings_.isolated)
        return std::make_unique<bwrap_world>(settings_.bwrap, spec, std::move(group));
    return std::make_unique<plain_world>(spec, std::move(group), temp_ + "/" + spec.id,
                                         settings_.path);
}

void keeper::serve() {
    while (!server_gone_) {
        pollfd entries[] = {{server_.get(), POLLIN, 0},
                            {signals_.get(), POLLIN, 0},
                            {server_process_.get(), POLLIN, 0}};
        ::poll(entries, 3, -1);
        drain_signals(signals_.get());
        if ((entries[2].revents & POLLIN) != 0) server_gone_ = true;
        take_requests();
        reap();
    }
}

void keeper::take_requests() {
    while (!server_gone_) {
        auto got = receive_packet(server_.get());
        if (got.what == receipt::nothing) return;
        if (got.what == receipt::end)
            server_gone_ = true;
        else if (got.content.kind == packet_kind::create_box && got.fds.size() == 2)
            create_box(std::move(got));
        else if (got.content.kind == packet_kind::drop_volumes && got.fds.size() == 1)
            volumes_.drop(read_file(got.fds[0].get(), 4096));
    }
}

// Whatever fails here ends the box's socket, and that is the answer.
void keeper::create_box(received request) {
    auto spec = decode_box_spec(read_file(request.fds[0].get(), max_spec));
    if (!spec) return;
    try {
        provide_volumes(*spec);
    } catch (const error& e) {
        return send_failure(request.fds[1].get(), e);
    }
    pid_t self = ::getpid(), pid = ::fork();
    if (pid == 0) become_warden(std::move(*spec), std::move(request.fds[1]), self);
    if (pid > 0) wardens_.emplace(pid, spec->id);
}

void keeper::become_warden(box_spec spec, unique_fd socket, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
    if (::getppid() != parent) ::_exit(1);
    hide("ecisbx-box " + spec.id);
    server_.reset();
    signals_.reset();
    auto env = spec.env;
    try {
        auto keeps = make_world(spec);
        warden(std::move(socket), server_process_.get(), std::move(keeps), std::move(env)).run();
    } catch (const error& e) {
        send_failure(socket.get(), e);
    } catch (const std::exception&) {}
    ::_exit(1);
}

void keeper::reap() {
    int status;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        auto at = wardens_.find(pid);
        if (at == wardens_.end()) continue;
        auto id = at->second;
        wardens_.erase(at);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
        // It could not clean up after itself. Its processes are ours now, or die with it.
        kill_strays();
        cgroups_.find(id).remove();
    }
}

// What descends from us but from none of the wardens: left by one that was killed.
void keeper::kill_strays() {
    std::set<pid_t> kept;
    for (const auto& [pid, id] : wardens_) {
        kept.insert(pid);
        for (pid_t below : descendants(pid)) kept.insert(below);
    }
    for (pid_t pid : descendants(::getpid()))
        if (!kept.contains(pid)) ::kill(pid, SIGKILL);
}

void keeper::end_all() {
    for (const auto& [pid, id] : wardens_) ::kill(pid, SIGUSR1);
    server_.reset();
    auto give_up = clock::now() + patience;
    while (!wardens_.empty() && clock::now() < give_up) {
        wait_readable(signals_.get(), 100);
        drain_signals(signals_.get());
        reap();
    }
    wardens_.clear();
    for (give_up = clock::now() + 2s; clock::now() < give_up;) {
        kill_strays();
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {}
        if (descendants(::getpid()).empty()) break;
        ::poll(nullptr, 0, 5);
    }
    cgroups_.close();
    volumes_.drop_all();
    std::error_code ignored;
    if (!temp_.empty()) std::filesystem::remove_all(temp_, ignored);
}

}  // namespace ecisbx::server::runtime
