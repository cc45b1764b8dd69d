// A local folder as a tar archive.
#ifndef ECISBX_SANDBOX_FILE_PACK_HPP
#define ECISBX_SANDBOX_FILE_PACK_HPP

#include "proto/tar_stream.hpp"
#include "sandbox/file_content.hpp"
#include "sandbox/file_local.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::detail {

/// What there is is listed once; a file that is not the same any more when it is read throws
/// `conflict`. Folders come after what they hold, so that their permissions are not in its way.
class tree_source : public content_source {
public:
    /// Throws `invalid_argument` for links that lead out of the folder and for what is no file,
    /// folder or link; `too_large`, and what the disk has to say.
    tree_source(std::string top, unsigned mode);

    void restart() override;
    bool next(std::string& piece) override;
    bool is_archive() const override { return true; }
    std::optional<unsigned> mode() const override { return mode_; }

private:
    void list(const std::string& below, std::size_t depth);
    void add(const std::string& path, std::size_t depth);
    void read_more(std::string& piece);
    void open_entry(std::string& piece);

    std::string top_;
    unsigned mode_;
    std::vector<proto::tar_entry> entries_;
    std::size_t at_ = 0;  // the next entry; one more than there are: the end was given
    local_fd file_;
    std::uint64_t left_ = 0;
};

}  // namespace ecisbx::detail

#endif
