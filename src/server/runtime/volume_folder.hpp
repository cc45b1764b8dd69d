// Volumes that boxes share: a tmpfs each, in a mount namespace of the keeper that its boxes inherit
// and that takes them along when it ends, however it ends.
#ifndef ECISBX_SERVER_RUNTIME_VOLUME_FOLDER_HPP
#define ECISBX_SERVER_RUNTIME_VOLUME_FOLDER_HPP

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

/// Whether this process may mount, and the kernel has `protect_host` (Linux 5.12). Tried in a
/// child.
bool can_mount();

/// Enters a mount namespace in which everything but /proc and the folders `writable` is read-only.
/// For who sets up a box with a shared volume: a symlink that another box has put there may lead
/// out of the box, and what is made through it must not end up on the host. Result: 0 or errno.
int protect_host(const std::vector<std::string>& writable);

/// Where a volume is below `folder`.
std::string volume_path(const std::string& folder, const std::string& group,
                        const std::string& volume);

class volume_folder {
public:
    /// Enters a mount namespace of its own. `folder`: exists; what is in it is ours.
    /// Throws `unavailable`.
    void open(std::string folder);
    bool is_open() const { return !folder_.empty(); }
    const std::string& path() const { return folder_; }

    /// Mounts it, empty, unless it is there. Throws `unavailable`.
    void provide(const std::string& group, const std::string& volume, std::uint64_t size, uid_t uid,
                 gid_t gid);
    /// Boxes that still have one keep its content until they end.
    void drop(const std::string& group);
    void drop_all();

private:
    std::string folder_;
    std::map<std::string, std::set<std::string>> paths_;  // by group
};

}  // namespace ecisbx::server::runtime

#endif
