#include "server/runtime/cgroup.hpp"

#include "server/runtime/cgroup_mounts.hpp"

#include <ecisbx/error.hpp>

#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <sstream>

namespace ecisbx::server::runtime {
namespace {

namespace fs = std::filesystem;
const std::vector<std::string> wanted = {"memory", "pids", "cpu"};

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<std::string> words_of(const std::string& file) {
    std::istringstream in(read_file(file));
    using from = std::istream_iterator<std::string>;
    return std::vector<std::string>(from(in), from());
}

// A single thread that moves itself needs no lock on all forks of the machine; version 1 says that
// by `tasks`, where `cgroup.procs` may wait for milliseconds.
int join_dir(const std::string& dir, bool v2) {
    return write_file(dir + (v2 ? "/cgroup.procs" : "/tasks"), "0");
}

// The only sure sign that we may use a group is a process that got in.
int try_join(const std::string& dir, bool v2) {
    pid_t child = ::fork();
    if (child == 0) ::_exit(join_dir(dir, v2));
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

void remove_tree(const std::string& dir) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(dir, ignored))
        if (entry.is_directory(ignored)) ::rmdir(entry.path().c_str());
    ::rmdir(dir.c_str());
}

// The lock of a living keeper fails; what can be locked was left by a dead one.
void remove_stale(const std::string& parent) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        auto name = entry.path().filename().string();
        if (!name.starts_with("ecisbx-")) continue;
        if (auto lock = lock_folder(entry.path().string())) remove_tree(entry.path());
    }
}

// Another keeper may take our new folder for a stale one before we have locked it: then again.
unique_fd make_locked(const std::string& dir) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (::mkdir(dir.c_str(), 0755) != 0 && errno != EEXIST) return unique_fd();
        auto lock = lock_folder(dir);
        struct stat there{}, here{};
        if (lock && ::stat(dir.c_str(), &there) == 0 && ::fstat(lock.get(), &here) == 0 &&
            there.st_ino == here.st_ino)
            return lock;
        errno = EBUSY;
    }
    return unique_fd();
}

}  // namespace

int box_cgroup::join() const {
    for (const auto& dir : dirs_)
        if (int e = join_dir(dir, v2_)) return e;
    return 0;
}

// Version 1 has the counter in `memory.oom_control`, version 2 in `memory.events`. Of the folders
// only that of the memory controller has such a file.
std::uint64_t box_cgroup::out_of_memory_kills() const {
    for (const auto& dir : dirs_) {
        std::istringstream in(read_file(dir + (v2_ ? "/memory.events" : "/memory.oom_control")));
        std::uint64_t count = 0;
        for (std::string name; in >> name >> count;)
            if (name == "oom_kill") return count;
    }
    return 0;
}

bool box_cgroup::remove() {
    std::erase_if(
        dirs_, [](const std::string& dir) { return ::rmdir(dir.c_str()) == 0 || errno == ENOENT; });
    return dirs_.empty();
}

void cgroup_base::open(const std::string& name) {
    if (!open_v1(name)) v2_ = open_v2(name);
    std::erase_if(missing_, [&](const auto& m) { return has(m.substr(0, m.find(':'))); });
    for (const auto& controller : wanted) {
        auto names_it = [&](const auto& m) { return m.starts_with(controller + ":"); };
        if (!has(controller) && std::none_of(missing_.begin(), missing_.end(), names_it))
            missing_.push_back(controller + ": no control group that this server may use");
    }
}

bool cgroup_base::open_v1(const std::string& name) {
    for (auto& mount :
         cgroup_mounts(read_file("/proc/self/mountinfo"), read_file("/proc/self/cgroup"))) {
        if (mount.v2) continue;
        std::erase_if(mount.controllers, [](const auto& c) { return !contains(wanted, c); });
        if (mount.controllers.empty() || has(mount.controllers.front())) continue;
        remove_stale(mount.own);
        hierarchy h{mount.own + "/" + name, mount.controllers, {}};
        h.lock = make_locked(h.dir);
        int e = h.lock ? try_join(h.dir, false) : errno;
        if (e != 0) {
            for (const auto& c : mount.controllers)
                missing_.push_back(c + ": " + h.dir + ": " + std::strerror(e));
            if (h.lock) ::rmdir(h.dir.c_str());
            continue;
        }
        hierarchies_.push_back(std::move(h));
    }
    return !hierarchies_.empty();
}

// A group with processes in it can not give controllers to its children, so ours is mostly a
// sibling: the first folder from our own one upward that works.
bool cgroup_base::open_v2(const std::string& name) {
    for (const auto& mount :
         cgroup_mounts(read_file("/proc/self/mountinfo"), read_file("/proc/self/cgroup"))) {
        if (!mount.v2) continue;
        for (fs::path at = mount.own; at.string().size() >= mount.point.size();
             at = at.parent_path()) {
            remove_stale(at);
            hierarchy h{(at / name).string(), {}, {}};
            h.lock = make_locked(h.dir);
            if (!h.lock) continue;
            for (const auto& c : words_of(h.dir + "/cgroup.controllers"))
                if (contains(wanted, c) &&
                    write_file(h.dir + "/cgroup.subtree_control", "+" + c) == 0)
                    h.controllers.push_back(c);
            auto probe = h.dir + "/probe";
            bool works = !h.controllers.empty() && ::mkdir(probe.c_str(), 0755) == 0 &&
                         try_join(probe, true) == 0;
            ::rmdir(probe.c_str());
            if (works) return hierarchies_.push_back(std::move(h)), true;
            ::rmdir(h.dir.c_str());
        }
    }
    return false;
}

bool cgroup_base::has(const std::string& controller) const {
    return std::any_of(hierarchies_.begin(), hierarchies_.end(),
                       [&](const auto& h) { return contains(h.controllers, controller); });
}

void cgroup_base::set_limits(const hierarchy& h, const std::string& dir,
                             const box_limits& limits) const {
    auto set = [&](const char* file, const std::string& value) {
        int e = write_file(dir + file, value);
        if (e == 0) return;
        throw error(errc::unavailable,
                    "can not set a limit: " + dir + file + ": " + std::strerror(e));
    };
    if (contains(h.controllers, "memory") && limits.memory != 0) {
        auto bytes = std::to_string(limits.memory);
        set(v2_ ? "/memory.max" : "/memory.limit_in_bytes", bytes);
        // Without swap accounting there is no such file.
        if (v2_)
            write_file(dir + "/memory.swap.max", "0");
        else
            write_file(dir + "/memory.memsw.limit_in_bytes", bytes);
    }
    if (contains(h.controllers, "pids") && limits.processes != 0)
        set("/pids.max", std::to_string(limits.processes));
    if (contains(h.controllers, "cpu") && limits.cpus > 0) {
        auto quota = std::to_string(std::max(1000L, static_cast<long>(limits.cpus * 100000)));
        // Refused when the server itself has less than that, which then is the limit.
        if (v2_)
            write_file(dir + "/cpu.max", quota + " 100000");
        else
            write_file(dir + "/cpu.cfs_quota_us", quota);
    }
}

box_cgroup cgroup_base::create(const std::string& id, const box_limits& limits) const {
    std::vector<std::string> dirs;
    for (const auto& h : hierarchies_) dirs.push_back(h.dir + "/" + id);
    box_cgroup group(dirs, v2_);
    for (std::size_t i = 0; i < dirs.size(); ++i) {
        if (::mkdir(dirs[i].c_str(), 0755) != 0) {
            int e = errno;
            group.remove();
            throw error(errc::unavailable,
                        "can not make a control group: " + dirs[i] + ": " + std::strerror(e));
        }
        try {
            set_limits(hierarchies_[i], dirs[i], limits);
        } catch (...) {
            group.remove();
            throw;
        }
    }
    return group;
}

box_cgroup cgroup_base::find(const std::string& id) const {
    std::vector<std::string> dirs;
    for (const auto& h : hierarchies_) dirs.push_back(h.dir + "/" + id);
    return box_cgroup(std::move(dirs), v2_);
}

void cgroup_base::close() {
    for (const auto& h : hierarchies_) remove_tree(h.dir);
    hierarchies_.clear();
}

}  // namespace ecisbx::server::runtime
