// Archives from a sandbox: the reader, whole and in pieces, and on disk, where nothing may be
// written beside the folder that was meant.
#include "fuzz/fuzz.hpp"

#include "proto/tar_header.hpp"
#include "proto/tar_stream.hpp"
#include "sandbox/file_tree.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace ecisbx;
using fuzz::check;

namespace {

namespace files = std::filesystem;
constexpr proto::tar_limits limits{20, 200, 1024};

/// All that a reader gives, as text; the end says why it stopped.
class transcript {
public:
    transcript() : reader_(limits) {}

    void feed(std::string_view bytes) {
        if (over_) return;
        try {
            reader_.feed(bytes);
            while (take()) {}
        } catch (const error& e) {
            stop(e);
        }
    }
    void finish() {
        if (over_) return;
        try {
            reader_.finish();
            text_ += "\nfinished";
        } catch (const error& e) {
            stop(e);
        }
    }
    const std::string& text() const { return text_; }

private:
    bool take() {
        using step = proto::tar_reader::step;
        switch (reader_.next()) {
            case step::need_more:
            case step::end: return false;
            case step::content:
                check(!reader_.content().empty() && reader_.content().size() <= left_);
                left_ -= reader_.content().size();
                text_ += reader_.content();
                return true;
            case step::entry: break;
        }
        const auto& entry = reader_.entry();
        check(left_ == 0 && ++entries_ <= limits.entries);
        check(entry.path.size() <= limits.path && entry.link.size() <= limits.path);
        check(entry.mode <= 07777 && entry.mtime >= 0);
        check(entry.size == 0 || entry.what == proto::tar_entry::kind::file);
        left_ = entry.size;
        text_ += '\n' + std::to_string(static_cast<int>(entry.what)) + entry.path + '>' +
                 entry.link + ' ' + std::to_string(entry.mode) + ' ' + std::to_string(entry.size) +
                 ' ' + std::to_string(entry.mtime) + '\n';
        return true;
    }
    void stop(const error& e) {
        check(e.code() == errc::protocol || e.code() == errc::too_large ||
              e.code() == errc::forbidden || e.code() == errc::unsupported);
        over_ = true;
        text_ += '\n' + std::string(e.what());
    }

    proto::tar_reader reader_;
    std::string text_;
    std::uint64_t left_ = 0;
    std::uint64_t entries_ = 0;
    bool over_ = false;
};

/// Blocks that begin with `!` get a right checksum, or the fuzzer would never come behind it.
std::string with_sums(std::string_view bytes, bool repair) {
    std::string archive(bytes);
    if (!repair) return archive;
    for (std::size_t at = 0; at + proto::tar::block <= archive.size(); at += proto::tar::block) {
        if (archive[at] == '\0') continue;
        auto block = std::string_view(archive).substr(at, proto::tar::block);
        char digits[16];
        std::snprintf(digits, sizeof digits, "%06llo",
                      static_cast<unsigned long long>(proto::tar::header_sum(block)));
        archive.replace(at + proto::tar::sum.at, 8, std::string(digits, 6) + std::string("\0 ", 2));
    }
    return archive;
}

void read_anything(fuzz::input in) {
    const bool repair = in.flag();
    const auto seed = in.word();
    const auto archive = with_sums(in.rest(), repair);
    transcript whole, pieces;
    whole.feed(archive);
    fuzz::in_pieces(archive, seed, [&](std::string_view piece) { pieces.feed(piece); });
    whole.finish();
    pieces.finish();
    check(whole.text() == pieces.text());
}

std::vector<std::pair<proto::tar_entry, std::string>> some_entries(fuzz::input& in) {
    std::vector<std::pair<proto::tar_entry, std::string>> all;
    for (auto count = in.below(6); count > 0; --count) {
        proto::tar_entry entry;
        entry.what = static_cast<proto::tar_entry::kind>(in.below(4));
        entry.mode = in.word() & 07777;
        entry.mtime = in.word();
        for (char c : in.line())
            if (c != '\0') entry.path += c;
        for (char c : in.line())
            if (c != '\0') entry.link += c;
        entry.path.resize(std::min<std::size_t>(entry.path.size(), 200));
        entry.link.resize(std::min<std::size_t>(entry.link.size(), 200));
        std::string content;
        if (entry.what == proto::tar_entry::kind::file) content = in.bytes(in.byte());
        entry.size = content.size();
        all.emplace_back(std::move(entry), std::move(content));
    }
    return all;
}

void write_and_read(fuzz::input in) {
    const auto wanted = some_entries(in);
    std::string archive;
    for (const auto& [entry, content] : wanted)
        archive += proto::tar_header(entry) + content + proto::tar_padding(entry.size);
    archive += proto::tar_end();
    proto::tar_reader reader;
    reader.feed(archive);
    using step = proto::tar_reader::step;
    for (const auto& [entry, content] : wanted) {
        check(reader.next() == step::entry);
        const auto& read = reader.entry();
        check(read.what == entry.what && read.path == entry.path && read.link == entry.link);
        check(read.mode == entry.mode && read.mtime == entry.mtime && read.size == entry.size);
        if (!content.empty()) check(reader.next() == step::content && reader.content() == content);
    }
    check(reader.next() == step::end);
    reader.finish();
}

/// A new folder in $TMPDIR, which scripts/fuzz removes: a fuzz target ends without destructors.
files::path new_folder() {
    auto name = (files::temp_directory_path() / "ecisbx-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) fuzz::fail("no folder", std::source_location::current());
    return name;
}

void write_to_disk(fuzz::input in) {
    static const files::path root = new_folder();
    // What is in `top` may lead nowhere beside it.
    const auto above = root / "above", top = above / "top";
    files::remove_all(above);
    files::create_directories(top);
    files::create_directory(above / "beside");
    const auto wanted = some_entries(in);
    try {
        detail::tree_writer writer(top.string());
        for (const auto& [entry, content] : wanted) {
            writer.entry(entry);
            if (!content.empty()) writer.content(content);
        }
        writer.finish();
    } catch (const error& e) {
        check(e.code() != errc::service && !e.info().message.empty());
    }
    check(files::is_empty(above / "beside"));
    std::size_t neighbours = 0;
    for (const auto& one : files::directory_iterator(above)) {
        check(one.path().filename() == "beside" || one.path().filename() == "top");
        ++neighbours;
    }
    check(neighbours == 2);
    for (const auto& one : files::directory_iterator(root)) check(one.path() == above);
    // No link leads out.
    std::error_code failed;
    for (auto at = files::recursive_directory_iterator(top, failed);
         !failed && at != files::recursive_directory_iterator(); at.increment(failed)) {
        if (!at->is_symlink()) continue;
        const auto target = files::weakly_canonical(at->path(), failed);
        if (failed) continue;  // a loop, or too long
        check(target.string().starts_with(top.string()));
    }
}

void links(fuzz::input in) {
    const auto depth = in.below(4);
    const std::string target(in.rest());
    if (!detail::link_stays_inside(depth, target) || target.find('\0') != target.npos) return;
    files::path from = "/top";
    for (std::size_t i = 0; i < depth; ++i) from /= "d";
    const auto leads = (from / target).lexically_normal().string();
    check(leads == "/top" || leads.starts_with("/top/"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(5)) {
        case 0:
        case 1: read_anything(in); break;
        case 2: write_and_read(in); break;
        case 3: write_to_disk(in); break;
        default: links(in); break;
    }
    return 0;
}
