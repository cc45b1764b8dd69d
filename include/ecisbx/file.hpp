/// @file
/// Moving files and folders into and out of a sandbox: settings and results.
///
/// What is known afterwards; "old" is what was there before the call, "new" all of the new content:
/// | operation          | success       | timeout, cancel | cut twice       | other failure |
/// |--------------------|---------------|-----------------|-----------------|---------------|
/// | write_file, upload | new, verified | old or new      | old or new      | old           |
/// | the same, append   | new, verified | old or new      | old or new      | old           |
/// | read_file          | verified      | nothing         | nothing         | nothing       |
/// | download           | new, verified | old             | old             | old           |
/// Never half of the new content. "Old or new": the last step may just have been done, and its
/// answer have been lost. With `append`, new has the bytes once, and one cut is enough: it is not
/// begun again.
///
/// What is left beside the target: nothing after a success or a failure. After a timeout, a cut or
/// a cancel a temporary `.ecisbx-*` may be there for a moment: the script in the sandbox removes it
/// when its input ends, and if it had to be killed a second exec does, in the background (the
/// io_context must go on running for that). A sandbox that can not be reached for longer may keep
/// it. `make_parents` leaves the folders that it made, in any case. Locally nothing is ever left.
/// May the remote side still be running? After a success or a failure: no. After a timeout, a cut
/// or a cancel: for a moment; it is killed in the background, and reads or writes no more then.
///
/// A transfer that was cut, or whose content did not verify, is begun again once, from its start
/// and under another temporary name: doing it twice leaves the same file. An upload of a folder
/// whose answer was lost finds the folder there then: that is `connection` too, and not a conflict.
///
/// Wires: all that relay bytes. One of text messages (see `exec_result::complete`) takes any
/// content into the sandbox, but out of it only what is UTF-8: anything else is `unsupported`.
#ifndef ECISBX_FILE_HPP
#define ECISBX_FILE_HPP

#include <ecisbx/export.hpp>

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
    /// `write_file` and `upload` of a file only: put the bytes behind those of the file that is
    /// there, which is made if there is none. As whole as the rest: old and new bytes are written
    /// beside it, then renamed over it, so it takes their space for a moment, and of two that
    /// append at the same time one may be lost. Never begun again unless it is certain that
    /// nothing was appended. Default: replace.
    file_options& append(bool on = true) & { return append_ = on, *this; }
    /// Make missing parent folders of the target. Default: a missing one is `not_found`.
    file_options& make_parents(bool on = true) & { return parents_ = on, *this; }
    /// Called on the executor after each piece; what it throws ends the transfer. With GCC 12 name
    /// a lambda that captures by value before the `co_await`: as a temporary it is destroyed twice.
    file_options& progress(progress_function f) & { return progress_ = std::move(f), *this; }
    /// How long all of it may take, a second attempt included. Default 1 h; must be > 0.
    file_options& timeout(milliseconds length) & { return timeout_ = length, *this; }
    /// No limit on how long it may take.
    file_options& no_timeout() & { return timeout_.reset(), *this; }
    /// `read_file` and `download` only: more bytes than this are `too_large`. Default 64 MiB for
    /// `read_file`, none for `download`.
    file_options& limit(std::uint64_t bytes) & { return limit_ = bytes, *this; }
    /// Name of the container. Default: the sandbox's first.
    file_options& container(std::string name) & { return container_ = std::move(name), *this; }

    file_options&& mode(unsigned bits) && { return std::move(mode(bits)); }
    file_options&& append(bool on = true) && { return std::move(append(on)); }
    file_options&& make_parents(bool on = true) && { return std::move(make_parents(on)); }
    file_options&& progress(progress_function f) && { return std::move(progress(std::move(f))); }
    file_options&& timeout(milliseconds length) && { return std::move(timeout(length)); }
    file_options&& no_timeout() && { return std::move(no_timeout()); }
    file_options&& limit(std::uint64_t bytes) && { return std::move(limit(bytes)); }
    file_options&& container(std::string n) && { return std::move(container(std::move(n))); }

    const std::optional<unsigned>& mode() const noexcept { return mode_; }
    bool appends() const noexcept { return append_; }
    bool makes_parents() const noexcept { return parents_; }
    const progress_function& progress() const noexcept { return progress_; }
    std::optional<milliseconds> timeout() const noexcept { return timeout_; }
    const std::optional<std::uint64_t>& limit() const noexcept { return limit_; }
    const std::string& container() const noexcept { return container_; }

private:
    std::optional<unsigned> mode_;
    bool append_ = false;
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
ECISBX_API std::ostream& operator<<(std::ostream& os, verification how);

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
