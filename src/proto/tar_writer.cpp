#include "proto/tar_header.hpp"
#include "proto/tar_stream.hpp"

namespace ecisbx::proto {
namespace {

void put(std::string& header, tar::field where, std::string_view text) {
    header.replace(where.at, text.size(), text);
}

/// Octal digits that fill the field but for a NUL, or base 256 for what is too large for them.
void put_number(std::string& header, tar::field where, std::uint64_t value) {
    if (value >> (3 * (where.size - 1)) != 0) {
        std::string bytes(where.size, '\0');
        for (auto byte = bytes.rbegin(); value != 0; ++byte, value >>= 8)
            *byte = static_cast<char>(value & 0xFF);
        bytes[0] = '\x80';
        put(header, where, bytes);
        return;
    }
    std::string digits(where.size - 1, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, value >>= 3)
        *digit = static_cast<char>('0' + (value & 7));
    put(header, where, digits);
}

char type_of(tar_entry::kind what) {
    switch (what) {
        case tar_entry::kind::folder: return '5';
        case tar_entry::kind::symlink: return '2';
        case tar_entry::kind::hard_link: return '1';
        case tar_entry::kind::file: break;
    }
    return '0';
}

std::uint64_t seconds_of(std::int64_t mtime) {
    constexpr std::int64_t latest = 077777777777;  // 11 octal digits
    return static_cast<std::uint64_t>(mtime < 0 ? 0 : mtime > latest ? latest : mtime);
}

std::string block_of(const tar_entry& entry, char type) {
    std::string header(tar::block, '\0');
    put(header, tar::name, std::string_view(entry.path).substr(0, tar::name.size));
    put_number(header, tar::mode, entry.mode & 07777);
    put_number(header, tar::uid, 0);
    put_number(header, tar::gid, 0);
    put_number(header, tar::size, entry.size);
    put_number(header, tar::mtime, seconds_of(entry.mtime));
    header[tar::type.at] = type;
    put(header, tar::link, std::string_view(entry.link).substr(0, tar::link.size));
    put(header, tar::magic, std::string_view("ustar\00000", 8));
    put_number(header, {tar::sum.at, tar::sum.size - 1}, tar::header_sum(header));
    header[tar::sum.at + tar::sum.size - 1] = ' ';
    return header;
}

/// An entry whose content is the next one's path or link. GNU tar's form: busybox tar reads no pax
/// records, and every other tar reads this.
std::string long_text(char type, const std::string& text) {
    tar_entry extension;
    extension.path = "././@LongLink";
    extension.size = text.size() + 1;
    auto padded = text + '\0';
    return block_of(extension, type) + padded + tar_padding(padded.size());
}

}  // namespace

std::string tar_header(const tar_entry& entry) {
    std::string all;
    if (entry.link.size() > tar::link.size) all += long_text('K', entry.link);
    if (entry.path.size() > tar::name.size) all += long_text('L', entry.path);
    return all + block_of(entry, type_of(entry.what));
}

std::string tar_padding(std::uint64_t size) {
    return std::string((tar::block - size % tar::block) % tar::block, '\0');
}

std::string tar_end() {
    return std::string(2 * tar::block, '\0');
}

}  // namespace ecisbx::proto
