// What a runtime does for the faces of the local server: boxes, and processes in them.
#ifndef ECISBX_SERVER_RUNTIME_RUNTIME_HPP
#define ECISBX_SERVER_RUNTIME_RUNTIME_HPP

#include "server/runtime/box_usage.hpp"

#include <ecisbx/server/server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::server::runtime {

using environment = std::vector<std::pair<std::string, std::string>>;

struct mounted_file {
    std::string path;  ///< relative to the mount, without `..`
    std::string content;
    unsigned mode = 0644;
};

struct box_mount {
    std::string path;        ///< absolute
    bool read_only = false;  ///< files always are
    /// `[a-z0-9]`, not empty: empty at first; boxes of one group that name the same one share its
    /// content, where the runtime has that.
    std::string volume;
    std::uint64_t size = 0;  ///< of a volume, bytes; 0: as of other writable places
    std::vector<mounted_file> files;
    bool single_file = false;  ///< `path` is the only file itself, not a folder
};

struct box_spec {
    std::string id;     ///< unique, `[a-z0-9-]`; names the cgroup
    std::string group;  ///< whose volumes it mounts, `[a-z0-9-]`
    std::vector<box_mount> mounts;
    std::string hostname;
    environment env;           ///< of every process in it
    std::string dir;           ///< working folder, made if missing; empty: home
    double cpus = 0;           ///< 0: no limit
    std::uint64_t memory = 0;  ///< bytes, 0: no limit
};

struct process_spec {
    std::vector<std::string> argv;  ///< not empty; argv[0] is searched in the box's PATH
    std::string dir;                ///< empty: the box's
    environment env;                ///< beside the box's
    bool open_stdin = false;        ///< else /dev/null
    bool tty = false;               ///< one terminal for all three; stderr gives nothing
    unsigned rows = 24, columns = 80;
};

struct exit_info {
    int code = 0;    ///< 0..255; 128+n after a signal
    int signal = 0;  ///< 0 unless a signal ended it
    /// It, or a child whose end it reported by 137, was killed because the box had used up its
    /// memory. Known only where control groups limit it.
    bool out_of_memory = false;
};

/// A running process, leader of its own session. Dropping it closes our ends of its pipes, which
/// does not kill it (as the kubelet does not).
class process {
public:
    virtual ~process() = default;
    /// 0 at the end of the stream. One read per stream at a time; both may be under way.
    virtual boost::asio::awaitable<std::size_t> read_out(boost::asio::mutable_buffer into) = 0;
    virtual boost::asio::awaitable<std::size_t> read_err(boost::asio::mutable_buffer into) = 0;
    /// All of it; throws `connection` when the process reads no more.
    virtual boost::asio::awaitable<void> write(boost::asio::const_buffer bytes) = 0;
    virtual void close_stdin() = 0;
    virtual void resize(unsigned rows, unsigned columns) = 0;
    virtual void kill(int signal) = 0;  ///< its process group
    virtual boost::asio::awaitable<exit_info> wait() = 0;
};

/// The world of one container. Processes in it, daemons included, live until `stop`.
class box {
public:
    virtual ~box() = default;
    /// Throws `not_found` (127: no such program), `forbidden` (126: not executable),
    /// `not_ready` (the box has ended), `invalid_argument` (dir).
    virtual boost::asio::awaitable<std::unique_ptr<process>> start(process_spec spec) = 0;
    /// SIGTERM to all, SIGKILL after `grace`; returns when all are gone. Idempotent.
    virtual boost::asio::awaitable<void> stop(std::chrono::milliseconds grace) = 0;
    /// What its processes use; nothing where the runtime has none that could.
    virtual std::optional<box_usage> usage() = 0;
};

/// none: a box_spec's mounts are ignored; own: each box has volumes of its own.
enum class volume_support { none, own, shared };

class runtime {
public:
    /// Dropping it kills every process of every box.
    virtual ~runtime() = default;
    virtual boost::asio::awaitable<std::shared_ptr<box>> create(box_spec spec) = 0;
    virtual volume_support volumes() const = 0;
    /// Forgets the content of all volumes of a group; the next box has them empty.
    virtual void drop_volumes(const std::string& group) = 0;
    /// What is isolated and what is not, on this machine, one statement a line.
    virtual std::vector<std::string> notes() const = 0;
};

using log_function = std::function<void(log_level, std::string_view)>;

/// Throws `unsupported` with what is missing when the kind can not work on this machine.
std::unique_ptr<runtime> make(boost::asio::any_io_executor executor, const runtime_options& options,
                              log_function log);

}  // namespace ecisbx::server::runtime

#endif
