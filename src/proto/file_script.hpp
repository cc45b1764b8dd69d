// The shell scripts that move files over an exec channel, and the readers of their answers. They
// need a POSIX shell and cat, wc, ls, mv, rm, chmod, mkdir, rmdir, of busybox or any other kind;
// sha256sum or cksum where there is one; stat where there is one; tar for folders.
#ifndef ECISBX_PROTO_FILE_SCRIPT_HPP
#define ECISBX_PROTO_FILE_SCRIPT_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

/// Throws `invalid_argument` unless `path` is absolute, holds no NUL and does not end in `/`.
void check_remote_path(std::string_view path);

/// What both ends compute of the same bytes.
struct content_sums {
    std::uint64_t size = 0;
    std::string sha256;
    std::uint32_t cksum = 0;
};

struct receive_wish {
    std::string path;  ///< passes `check_remote_path`
    std::string temp;  ///< from `temporary_beside`
    content_sums sums;
    std::optional<unsigned> mode;  ///< always there for an archive: the folder's own
    bool make_parents = false;
    bool append = false;   ///< a file only: behind the bytes that it has
    bool archive = false;  ///< stdin is a tar archive; `path` becomes a folder of its entries
};

/// `folder/.ecisbx-NONCE` in the folder of `path`.
std::string temporary_beside(std::string_view path, std::string_view nonce);

/// Takes the content from stdin into the temporary, compares, and renames. Its verdict is the last
/// line of stdout, behind what the tools said: see `read_receive_answer`.
std::vector<std::string> receive_argv(const receive_wish& wish);

/// Removes what a killed `receive_argv` left.
std::vector<std::string> clean_argv(std::string_view temporary);

enum class send_kind {
    file,    ///< a regular file; a folder is refused
    either,  ///< a folder is sent as an archive of its entries
};
/// Sends a file or folder on stdout, between a first line and a last one: see `send_reader`.
std::vector<std::string> send_argv(std::string_view path, send_kind kind);

/// Why a script did not do it.
struct file_refusal {
    errc condition = errc::service;
    std::string reason;  ///< for a person, one line
    /// It may be that the bytes were damaged or cut on their way.
    bool worth_retry = false;
};

/// `word` is the script's own; `err` is what its tools wrote on stderr.
file_refusal explain_refusal(std::string_view word, std::string_view err);

/// The end of the last line of `err` that can be shown: bounded, without control characters.
std::string shown_tail(std::string_view err);

/// What the end of a script's stdout says: how it was verified, or the word of a refusal, or
/// nothing at all.
struct receive_answer {
    std::optional<verification> done;
    std::string refused;
    std::string why;  ///< of a refusal: what the tools said
};
receive_answer read_receive_answer(std::string_view out);

/// Takes the stdout of `send_argv` apart. The content may be anything; what is not content is the
/// first line and, known only at the end, the last.
class send_reader {
public:
    /// Appends content to `content`. Throws `protocol` for a first line that is none.
    void feed(std::string_view bytes, std::string& content);
    /// The output is over. Content that was held back is appended.
    void finish(std::string& content);

    bool started() const { return started_; }
    /// After `started()`.
    bool is_folder() const { return folder_; }
    const std::optional<unsigned>& mode() const { return mode_; }
    /// As it was at the start; of folders it is not known.
    const std::optional<std::uint64_t>& size() const { return size_; }
    /// Not empty: the script refused, and this is its word.
    const std::string& refused() const { return refused_; }
    /// What a tool said then, if anything.
    const std::string& why() const { return why_; }

    /// After `finish()`. Whether the last line is there and, if so, `expect` are its sums.
    bool ended() const { return how_.has_value(); }
    verification how() const { return *how_; }
    bool agrees(const content_sums& mine) const;

private:
    void first_line(std::string_view line);
    void refusal(std::string_view line);
    bool last_line(std::string_view line);
    std::string held_;
    bool started_ = false;
    bool folder_ = false;
    std::optional<unsigned> mode_;
    std::optional<std::uint64_t> size_;
    std::string refused_, why_;
    std::optional<verification> how_;
    std::string sum_;
};

}  // namespace ecisbx::proto

#endif
