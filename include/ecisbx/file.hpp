// Moving files and folders into and out of a sandbox: settings and results.
//
// What is known after `write_file` or `upload`:
// | after ...  | the remote path                             | left beside it                  |
// |------------|---------------------------------------------|---------------------------------|
// | success    | the new content, verified, then renamed     | nothing                         |
// | a failure  | as before; never half of the new content    | nothing                         |
// | a cut      | as before, or the new content as a whole    | removed as soon as that is      |
// | cancel     | (the last step may just have been done)     | possible, in the background     |
//
// The same holds for the local path of a `download`. A transfer that was cut, or whose content did
// not verify, is begun again once, from its start and under another temporary name: doing it twice
// leaves the same file.
#ifndef ECISBX_FILE_HPP
#define ECISBX_FILE_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

namespace ecisbx {

/// Settings of `write_file`, `read_file`, `upload` and `download`.
class file_options {
public:
    using milliseconds = std::chrono::milliseconds;
    /// Bytes moved so far and, when it is known, how many there will be. Begins again at 0 when a
    /// transfer is begun again. Of a folder they are bytes of its archive.
    using progress_function =
        std::function<void(std::uint64_t bytes, std::optional<std::uint64_t> total)>;
    file_options() = default;

    /// Permissions of the new file, 0 to 07777. Default: `write_file` keeps those of a file that
    /// it replaces, else the sandbox's umask decides; `upload` and `download` copy those of the
    /// source (`download` without setuid, setgid and sticky bits). Folders: not allowed.
    file_options& mode(unsigned bits) & { return mode_ = bits, *this; }
    /// Make missing parent folders of the target. Default: a missing one is `not_found`.
    file_options& make_parents(bool on = true) & { return parents_ = on, *this; }
    /// Called on the executor after each piece; what it throws ends the transfer. With GCC 12 name
    /// a lambda that captures by value before the `co_await`: as a temporary it is destroyed twice.
    file_options& progress(progress_function f) & { return progress_ = std::move(f), *this; }
    /// How long all of it may take, a second attempt included. Default 1 h; must be > 0.
    file_options& timeout(milliseconds length) & { return timeout_ = length, *this; }
    file_options& no_timeout() & { return timeout_.reset(), *this; }
    /// `read_file` and `download` only: more bytes than this are `too_large`. Default 64 MiB for
    /// `read_file`, none for `download`.
    file_options& limit(std::uint64_t bytes) & { return limit_ = bytes, *this; }
    /// Name of the container. Default: the sandbox's first.
    file_options& container(std::string name) & { return container_ = std::move(name), *this; }

    file_options&& mode(unsigned bits) && { return std::move(mode(bits)); }
    file_options&& make_parents(bool on = true) && { return std::move(make_parents(on)); }
    file_options&& progress(progress_function f) && { return std::move(progress(std::move(f))); }
    file_options&& timeout(milliseconds length) && { return std::move(timeout(length)); }
    file_options&& no_timeout() && { return std::move(no_timeout()); }
    file_options&& limit(std::uint64_t bytes) && { return std::move(limit(bytes)); }
    file_options&& container(std::string n) && { return std::move(container(std::move(n))); }

    const std::optional<unsigned>& mode() const noexcept { return mode_; }
    bool makes_parents() const noexcept { return parents_; }
    const progress_function& progress() const noexcept { return progress_; }
    std::optional<milliseconds> timeout() const noexcept { return timeout_; }
    const std::optional<std::uint64_t>& limit() const noexcept { return limit_; }
    const std::string& container() const noexcept { return container_; }

private:
    std::optional<unsigned> mode_;
    bool parents_ = false;
    progress_function progress_;
    std::optional<milliseconds> timeout_ = std::chrono::hours(1);
    std::optional<std::uint64_t> limit_;
    std::string container_;
};

/// How it was checked that both ends have the same bytes.
enum class verification {
    size,    ///< the number of bytes alone: the image has neither `sha256sum` nor `cksum`
    cksum,   ///< number and CRC of POSIX `cksum`: the image has no `sha256sum`
    sha256,  ///< SHA-256
};

/// `size`, `cksum`, `sha256`.
std::ostream& operator<<(std::ostream& os, verification how);

/// A transfer that has succeeded: verified and renamed into place.
class transfer_result {
public:
    transfer_result() = default;

    std::uint64_t bytes = 0;  ///< of the file; of a folder, those of its archive
    /// The proof that there is. It covers the whole content; of a folder, its archive.
    verification verified = verification::size;
    int attempts = 1;                      ///< 2 when it was begun again
    std::string request_id;                ///< of the call that opened the channel, the last one
    std::chrono::milliseconds elapsed{0};  ///< from the call to the result
};

}  // namespace ecisbx

#endif
