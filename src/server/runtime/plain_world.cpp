#include "server/runtime/plain_world.hpp"

#include "server/runtime/process_state.hpp"

#include <ecisbx/error.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace ecisbx::server::runtime {

namespace fs = std::filesystem;

plain_world::plain_world(box_spec spec, box_cgroup group, std::string dir, std::string path)
    : spec_(std::move(spec)),
      group_(std::move(group)),
      dir_(std::move(dir)),
      path_(std::move(path)) {}

void plain_world::open(int) {
    std::error_code failed;
    for (const auto& dir : {dir_ + "/home", dir_ + "/tmp"})
        if (!failed) fs::create_directories(dir, failed);
    if (!failed) fs::permissions(dir_, fs::perms::owner_all, failed);
    std::error_code missing;
    if (!failed && !spec_.dir.empty() && !fs::is_directory(spec_.dir, missing))
        fs::create_directories(dir_ + "/home" + spec_.dir, failed);
    if (failed) throw error(errc::unavailable, "can not make " + dir_ + ": " + failed.message());
}

environment plain_world::defaults() const {
    auto temp = dir_ + "/tmp";
    // tmux does not look at TMPDIR, and one server for all boxes would outlive its box.
    return {{"PATH", path_}, {"HOME", dir_ + "/home"}, {"TMPDIR", temp}, {"TMUX_TMPDIR", temp}};
}

// A folder of the machine as it is; one that is missing there may have been made below our home.
std::string plain_world::folder(const std::string& wished) const {
    auto own = spec_.dir.empty() ? dir_ + "/home" : spec_.dir;
    auto path = wished.empty() ? own : (fs::path(own) / wished).string();
    std::error_code missing;
    if (!fs::exists(path, missing) && fs::is_directory(dir_ + "/home" + path, missing))
        return dir_ + "/home" + path;
    return path;
}

int plain_world::enter(const int*, int) const {
    return group_.join();
}

// We are the subreaper: whatever a process of this box forks stays our descendant.
void plain_world::signal_all(int signal) {
    for (pid_t pid : descendants(::getpid())) ::kill(pid, signal);
}

bool plain_world::empty(bool running) const {
    return !running && descendants(::getpid()).empty();
}

void plain_world::kill_all() {
    ending_ = true;
    // Stopped first, so that a family that forks all the time stands still while it is killed.
    signal_all(SIGSTOP);
    signal_all(SIGKILL);
}

bool plain_world::gone() {
    return ending_ && descendants(::getpid()).empty();
}

bool plain_world::cleanup() {
    std::error_code ignored;
    fs::remove_all(dir_, ignored);
    return group_.remove();
}

}  // namespace ecisbx::server::runtime
