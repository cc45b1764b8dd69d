// Writes the entries of an archive that is not trusted below one folder, and nowhere else.
#ifndef ECISBX_SANDBOX_FILE_TREE_HPP
#define ECISBX_SANDBOX_FILE_TREE_HPP

#include "proto/tar_stream.hpp"
#include "sandbox/file_local.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::detail {

/// Whether a symlink to `target`, in a folder `depth` levels below the top, stays below the top
/// whatever other such links there are: relative, `..` only at its start and not too often.
bool link_stays_inside(std::size_t depth, std::string_view target);

/// Every folder on the way to an entry is opened from the one above it and never through a
/// symlink, nothing that is there is opened or replaced, and links that lead out are refused.
class tree_writer {
public:
    /// `top` is a new and empty folder.
    explicit tree_writer(const std::string& top);

    /// Throws `forbidden` for what leads out, `conflict` for what is there twice, and what the
    /// disk has to say.
    void entry(const proto::tar_entry& entry);
    /// Of the entry before.
    void content(std::string_view bytes);
    /// Permissions of folders, which could have been in the way before.
    void finish();

private:
    using parts = std::vector<std::string_view>;
    static parts split(std::string_view path);
    int folder(const parts& path, std::size_t count);
    void make_folder(const proto::tar_entry& entry, const parts& path);
    void make_file(const proto::tar_entry& entry, const parts& path);
    void make_symlink(const proto::tar_entry& entry, const parts& path);
    void make_hard_link(const proto::tar_entry& entry, const parts& path);
    void close_file();

    local_fd top_;
    std::string last_path_;  // of `last_`, the folder that was opened last
    local_fd last_;
    local_fd file_;
    proto::tar_entry open_;  // what `file_` is
    std::vector<std::pair<std::string, unsigned>> folders_;
    std::size_t names_ = 0;  // bytes of their names
    std::size_t made_ = 0;   // folders
};

}  // namespace ecisbx::detail

#endif
