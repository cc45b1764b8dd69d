// tar archives as streams, no I/O: a writer (ustar, with GNU's long names and numbers where ustar
// is too small) and a strict reader for what GNU, busybox and BSD tar write, pax included. Names
// and links are only read here; where an entry may be written is for the one who writes it to
// check.
#ifndef ECISBX_PROTO_TAR_STREAM_HPP
#define ECISBX_PROTO_TAR_STREAM_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::proto {

struct tar_entry {
    enum class kind { file, folder, symlink, hard_link };
    kind what = kind::file;
    std::string path;
    std::string link;  ///< target of a link
    unsigned mode = 0644;
    std::uint64_t size = 0;  ///< bytes of content that follow; files only
    std::int64_t mtime = 0;  ///< seconds since 1970
};

/// The header of an entry, and before it what is too long for one. `size` bytes must follow, and
/// `tar_padding(size)`.
std::string tar_header(const tar_entry& entry);
/// Zeros up to the next block.
std::string tar_padding(std::uint64_t size);
/// What an archive ends with.
std::string tar_end();

struct tar_limits {
    std::uint64_t entries = 1'000'000;
    std::size_t path = 4096;
    std::size_t extension = 64 * 1024;  ///< of one pax record set, long name or long link
};

/// Memory is bounded by what was fed and not taken, and by the limits.
class tar_reader {
public:
    explicit tar_reader(tar_limits limits = tar_limits()) : limits_(limits) {}

    void feed(std::string_view bytes);

    enum class step {
        need_more,
        entry,    ///< `entry()` is new; its content follows
        content,  ///< `content()` is the next piece of it, valid until the next call
        end,      ///< the archive is over; only zeros may follow
    };
    /// Throws `protocol` for anything that is not a well-formed archive, `too_large` over a limit,
    /// `forbidden` for devices and pipes, `unsupported` for kinds of entries nobody agrees on.
    step next();
    /// The input is over. Throws `protocol` unless the archive is too.
    void finish() const;

    const tar_entry& entry() const { return entry_; }
    std::string_view content() const { return content_; }

private:
    std::optional<step> take_header(std::string_view block);
    void begin(std::string_view block, char type);
    void take_extension();
    void take_pax(std::string_view records, bool global);
    void pax_record(std::string_view key, std::string_view value);
    step take_content();

    tar_limits limits_;
    std::string buffer_;
    std::size_t used_ = 0;  // bytes of the buffer that are done with
    tar_entry entry_;
    std::string_view content_;
    std::uint64_t left_ = 0;     // content of the entry
    std::uint64_t padding_ = 0;  // behind it
    std::uint64_t entries_ = 0;
    int zero_blocks_ = 0;
    char extension_ = 0;  // type of the extension that is being read
    std::size_t extension_size_ = 0;
    std::optional<std::string> long_path_, long_link_;  // for the next entry
    std::optional<std::uint64_t> long_size_;
};

}  // namespace ecisbx::proto

#endif
