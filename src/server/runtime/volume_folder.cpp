#include "server/runtime/volume_folder.hpp"

#include <ecisbx/error.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace ecisbx::server::runtime {
namespace {

// What the host mounts later is still seen here; what is mounted here is not seen there.
int enter_namespace() {
    if (::unshare(CLONE_NEWNS) != 0) return errno;
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 ? 0 : errno;
}

// As linux/mount.h has it, which does not go together with every sys/mount.h.
struct mount_attributes {
    std::uint64_t set = 0, clear = 0, propagation = 0, user_namespace = 0;
};
constexpr std::uint64_t read_only = 1;
constexpr unsigned with_all_below = 0x8000;
constexpr long mount_setattr_number = 442;  // on every processor

int set_attributes(const std::string& path, unsigned flags, const mount_attributes& what) {
    auto result =
        ::syscall(mount_setattr_number, AT_FDCWD, path.c_str(), flags, &what, sizeof what);
    return result == 0 ? 0 : errno;
}

[[noreturn]] void fail(const char* what, int code) {
    throw error(errc::unavailable, std::string(what) + ": " + std::strerror(code));
}

}  // namespace

bool can_mount() {
    if (::geteuid() != 0) return false;
    pid_t child = ::fork();
    if (child == 0) {
        bool good = enter_namespace() == 0 &&
                    ::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=4096") == 0 &&
                    protect_host({"/tmp"}) == 0;
        ::_exit(good ? 0 : 1);
    }
    int status = 1;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int protect_host(const std::vector<std::string>& writable) {
    if (int e = enter_namespace()) return e;
    mount_attributes closed, open;
    closed.set = open.clear = read_only;
    if (int e = set_attributes("/", with_all_below, closed)) return e;
    // The kernel gives a box no better /proc than the one that is there.
    if (int e = set_attributes("/proc", 0, open)) return e;
    for (const auto& folder : writable)
        if (int e = set_attributes(folder, 0, open)) return e;
    return 0;
}

std::string volume_path(const std::string& folder, const std::string& group,
                        const std::string& volume) {
    return folder + "/" + group + "." + volume;  // neither has a dot
}

void volume_folder::open(std::string folder) {
    if (int e = enter_namespace()) fail("a mount namespace for volumes", e);
    folder_ = std::move(folder);
}

void volume_folder::provide(const std::string& group, const std::string& volume, std::uint64_t size,
                            uid_t uid, gid_t gid) {
    auto path = volume_path(folder_, group, volume);
    if (auto known = paths_.find(group); known != paths_.end() && known->second.contains(path))
        return;
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) fail("a folder for a volume", errno);
    auto options = "mode=0777,size=" + std::to_string(size) + ",uid=" + std::to_string(uid) +
                   ",gid=" + std::to_string(gid);
    if (::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
        int code = errno;
        ::rmdir(path.c_str());
        fail("a volume", code);
    }
    paths_[group].insert(path);
}

void volume_folder::drop(const std::string& group) {
    auto known = paths_.find(group);
    if (known == paths_.end()) return;
    for (const auto& path : known->second) {
        ::umount2(path.c_str(), MNT_DETACH);
        ::rmdir(path.c_str());
    }
    paths_.erase(known);
}

void volume_folder::drop_all() {
    while (!paths_.empty()) drop(std::string(paths_.begin()->first));
}

}  // namespace ecisbx::server::runtime
