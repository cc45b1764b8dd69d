#include <ecisbx/error.hpp>

#include "proto/tar_header.hpp"
#include "proto/tar_stream.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace ecisbx::proto {
namespace {

[[noreturn]] void malformed(const char* what) {
    throw error(errc::protocol, std::string("the archive is malformed: ") + what);
}

std::string_view field_of(std::string_view header, tar::field where) {
    return header.substr(where.at, where.size);
}

/// Up to the first NUL.
std::string text_of(std::string_view header, tar::field where) {
    auto text = field_of(header, where);
    return std::string(text.substr(0, text.find('\0')));
}

/// Base 256, GNU tar's way to write what octal digits can not hold.
std::uint64_t binary_number(std::string_view text) {
    std::uint64_t value = static_cast<unsigned char>(text[0]) & 0x7F;
    for (char c : text.substr(1)) {
        if (value >> 55 != 0) malformed("a number is too large");
        value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
}

/// Octal digits, between spaces and NULs at the most.
std::uint64_t number_of(std::string_view header, tar::field where) {
    auto text = field_of(header, where);
    if (static_cast<unsigned char>(text[0]) == 0x80) return binary_number(text);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
    std::uint64_t value = 0;
    for (char c : text) {
        if (c < '0' || c > '7') malformed("a number has other characters than octal digits");
        value = value << 3 | static_cast<std::uint64_t>(c - '0');  // 12 digits: 36 bits
    }
    return value;
}

bool all_zero(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

std::string path_of(std::string_view header) {
    auto path = text_of(header, tar::name);
    // GNU's own magic, "ustar  ", has other things where ustar has the prefix.
    bool ustar = field_of(header, tar::magic).substr(0, 6) == std::string_view("ustar\0", 6);
    auto prefix = ustar ? text_of(header, tar::prefix) : std::string();
    return prefix.empty() ? path : prefix + '/' + path;
}

template <class Number>
Number decimal(std::string_view text) {
    Number value{};
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size()) malformed("a pax number");
    return value;
}

tar_entry::kind kind_of(char type) {
    switch (type) {
        case '0':
        case '\0':
        case '7': return tar_entry::kind::file;
        case '1': return tar_entry::kind::hard_link;
        case '2': return tar_entry::kind::symlink;
        case '5': return tar_entry::kind::folder;
        case '3':
        case '4': throw error(errc::forbidden, "the archive holds a device");
        case '6': throw error(errc::forbidden, "the archive holds a pipe");
        default: break;
    }
    throw error(errc::unsupported, "the archive holds an entry of an unknown kind");
}

std::uint64_t padding_of(std::uint64_t size) {
    return (tar::block - size % tar::block) % tar::block;
}

}  // namespace

void tar_reader::feed(std::string_view bytes) {
    buffer_.erase(0, std::exchange(used_, 0));
    content_ = {};
    buffer_.append(bytes);
}

tar_reader::step tar_reader::next() {
    for (;;) {
        if (left_ > 0) return take_content();
        auto rest = std::string_view(buffer_).substr(used_);
        if (padding_ > 0) {
            auto skipped = static_cast<std::size_t>(
                std::min(padding_, static_cast<std::uint64_t>(rest.size())));
            used_ += skipped;
            padding_ -= skipped;
            if (padding_ > 0) return step::need_more;
            continue;
        }
        if (extension_ != 0) {
            if (rest.size() < extension_size_) return step::need_more;
            take_extension();
            continue;
        }
        if (zero_blocks_ == 2) {
            if (!all_zero(rest)) malformed("something follows its end");
            used_ = buffer_.size();
            return step::end;
        }
        if (rest.size() < tar::block) return step::need_more;
        used_ += tar::block;
        if (auto done = take_header(rest.substr(0, tar::block))) return *done;
    }
}

void tar_reader::finish() const {
    if (zero_blocks_ != 2 || used_ != buffer_.size()) malformed("it ends too early");
}

tar_reader::step tar_reader::take_content() {
    auto rest = std::string_view(buffer_).substr(used_);
    if (rest.empty()) return step::need_more;
    content_ = rest.substr(
        0, static_cast<std::size_t>(std::min(left_, static_cast<std::uint64_t>(rest.size()))));
    used_ += content_.size();
    left_ -= content_.size();
    return step::content;
}

std::optional<tar_reader::step> tar_reader::take_header(std::string_view header) {
    if (all_zero(header)) {
        if (long_path_ || long_link_ || long_size_) malformed("it ends within an entry");
        ++zero_blocks_;
        return std::nullopt;
    }
    if (zero_blocks_ != 0) malformed("an entry follows its end");
    if (number_of(header, tar::sum) != tar::header_sum(header)) malformed("a bad checksum");
    char type = header[tar::type.at];
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
        auto size = number_of(header, tar::size);
        if (size > limits_.extension) throw error(errc::too_large, "a name in the archive");
        // They count too, or a chain of them would have no end.
        if (++entries_ > limits_.entries) throw error(errc::too_large, "too many entries");
        extension_ = type;
        extension_size_ = static_cast<std::size_t>(size);
        return std::nullopt;
    }
    begin(header, type);
    return step::entry;
}

void tar_reader::begin(std::string_view header, char type) {
    if (++entries_ > limits_.entries)
        throw error(errc::too_large, "the archive has too many entries");
    entry_ = tar_entry();
    entry_.what = kind_of(type);
    entry_.path = long_path_ ? std::move(*long_path_) : path_of(header);
    entry_.link = long_link_ ? std::move(*long_link_) : text_of(header, tar::link);
    entry_.mode = static_cast<unsigned>(number_of(header, tar::mode) & 07777);
    auto size = long_size_ ? *long_size_ : number_of(header, tar::size);
    // Seconds before 1970 are negative numbers in base 256: of no use here.
    bool plain = static_cast<unsigned char>(header[tar::mtime.at]) < 0x80;
    if (plain) entry_.mtime = static_cast<std::int64_t>(number_of(header, tar::mtime));
    long_path_.reset();
    long_link_.reset();
    long_size_.reset();
    if (entry_.path.size() > limits_.path || entry_.link.size() > limits_.path)
        throw error(errc::too_large, "a path in the archive is too long");
    // The form before POSIX: a folder is a file with '/' at its end.
    if (type == '\0' && entry_.path.ends_with('/')) entry_.what = tar_entry::kind::folder;
    bool file = entry_.what == tar_entry::kind::file;
    if (!file && size != 0) malformed("an entry that is no file has content");
    entry_.size = left_ = size;
    padding_ = padding_of(size);
}

void tar_reader::take_extension() {
    auto body = std::string(std::string_view(buffer_).substr(used_, extension_size_));
    used_ += extension_size_;
    padding_ = padding_of(extension_size_);
    char type = std::exchange(extension_, '\0');
    if (type == 'x' || type == 'g') {
        take_pax(body, type == 'g');
        return;
    }
    body.resize(std::min(body.find('\0'), body.size()));
    (type == 'L' ? long_path_ : long_link_) = std::move(body);
}

void tar_reader::take_pax(std::string_view records, bool global) {
    while (!records.empty()) {
        auto space = records.find(' ');
        if (space == records.npos) malformed("a pax record");
        auto length = decimal<std::size_t>(records.substr(0, space));
        if (length > records.size() || length < space + 4 || records[length - 1] != '\n')
            malformed("the length of a pax record");
        auto pair = records.substr(space + 1, length - space - 2);
        records.remove_prefix(length);
        auto equals = pair.find('=');
        if (equals == pair.npos || equals == 0) malformed("a pax record");
        auto key = pair.substr(0, equals);
        if (!global)
            pax_record(key, pair.substr(equals + 1));
        else if (key == "path" || key == "linkpath" || key == "size")
            malformed("one name for all of its entries");
    }
}

void tar_reader::pax_record(std::string_view key, std::string_view value) {
    if ((key == "path" || key == "linkpath") && value.find('\0') != value.npos)
        malformed("a path with NUL");
    if (key == "path") long_path_ = value;
    if (key == "linkpath") long_link_ = value;
    if (key == "size") long_size_ = decimal<std::uint64_t>(value);
    if (key.starts_with("GNU.sparse"))
        throw error(errc::unsupported, "the archive holds a sparse file");
}

}  // namespace ecisbx::proto
