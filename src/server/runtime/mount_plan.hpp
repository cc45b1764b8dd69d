// The file system of a bubblewrap box, as arguments of bwrap.
#ifndef ECISBX_SERVER_RUNTIME_MOUNT_PLAN_HPP
#define ECISBX_SERVER_RUNTIME_MOUNT_PLAN_HPP

#include <cstdint>
#include <string>
#include <vector>

namespace ecisbx::server::runtime {

inline constexpr const char* box_home = "/root";

struct file_wish {
    std::string path;  ///< relative to the mount
    int fd = -1;       ///< bwrap's, with the content
    unsigned mode = 0644;
};

struct mount_wish {
    std::string path;        ///< absolute
    std::string source;      ///< folder of the host; empty: a tmpfs
    std::uint64_t size = 0;  ///< of a tmpfs; 0: as of every writable place
    bool read_only = false;
    std::vector<file_wish> files;
    bool single_file = false;  ///< the only file is `path` itself
};

struct mount_wishes {
    std::string rootfs;      ///< empty: the host's programs (/usr, /etc, /opt), not its data
    std::string dir;         ///< absolute; to be made and writable; empty: none beside home
    std::uint64_t size = 0;  ///< of each writable place
    std::vector<mount_wish> mounts = {};
};

/// Where the working folder is in the box once its symbolic links are followed. Throws
/// `invalid_argument` for one below /proc, /sys or /dev.
std::string resolve_folder(const mount_wishes& wishes);

/// `/` is a new tmpfs into which the entries of the root are bound read-only; /tmp, /var/tmp, /run,
/// the home and the working folder are tmpfs of their own. A working folder that the root has
/// already shows its content, read-only, and takes new files. Everything else ends read-only.
/// Mounts hide what the root has there. Throws `invalid_argument` when a folder on the way has too
/// many entries, and for a mount at / or below /proc, /sys or /dev, /dev/shm excepted.
std::vector<std::string> mount_arguments(const mount_wishes& wishes);

}  // namespace ecisbx::server::runtime

#endif
