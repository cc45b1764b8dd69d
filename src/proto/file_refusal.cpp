// From the words of the scripts and the messages of any system's tools to conditions.
#include "core/ascii.hpp"
#include "proto/file_script.hpp"

#include <array>

namespace ecisbx::proto {
namespace {

struct known_end {
    std::string_view end;
    errc condition;
    std::string_view reason;
};

// glibc, musl, and what dash and busybox say in their own words.
constexpr std::array known_ends{
    known_end{"No space left on device", errc::quota_exceeded, "no space left on the device"},
    known_end{"Disk quota exceeded", errc::quota_exceeded, "the disk quota is used up"},
    known_end{"Quota exceeded", errc::quota_exceeded, "the disk quota is used up"},
    known_end{"File too large", errc::quota_exceeded, "the file system takes no file so large"},
    known_end{"File size limit exceeded", errc::quota_exceeded, "files may not be so large"},
    known_end{"Permission denied", errc::forbidden, "permission denied"},
    known_end{"Operation not permitted", errc::forbidden, "operation not permitted"},
    known_end{"Read-only file system", errc::forbidden, "the file system is read-only"},
    known_end{"Is a directory", errc::conflict, "it is a folder"},
    known_end{"Not a directory", errc::conflict, "a part of the path is no folder"},
    known_end{"File exists", errc::conflict, "a part of the path is no folder"},
    known_end{"Directory not empty", errc::conflict, "a folder that is not empty is there"},
    known_end{"File name too long", errc::invalid_argument, "the name is too long"},
    known_end{"Too many levels of symbolic links", errc::conflict, "a loop of symbolic links"},
    known_end{"No such file or directory", errc::not_found, "no such file or folder"},
    known_end{"No such file", errc::not_found, "no such file"},
    known_end{"no such file", errc::not_found, "no such file"},
    known_end{"Directory nonexistent", errc::not_found, "no such folder"},
    known_end{"nonexistent directory", errc::not_found, "no such folder"},
};

struct known_word {
    std::string_view word;
    errc condition;
    std::string_view reason;
    bool worth_retry;
};

constexpr std::array known_words{
    known_word{"folder", errc::conflict, "it is a folder", false},
    known_word{"special", errc::conflict, "it is there already, or not a plain file or folder",
               false},
    known_word{"exists", errc::conflict, "a folder that is not empty is there", false},
    known_word{"changed", errc::conflict, "the file changed meanwhile", false},
    known_word{"tar", errc::unsupported, "the image has no tar, which folders need", false},
    known_word{"size", errc::connection, "not all bytes arrived", true},
    known_word{"sum", errc::protocol, "the content changed on its way or while it was read", true},
};

const known_end* known_end_of(std::string_view err) {
    while (!err.empty()) {
        auto newline = err.rfind('\n');
        auto line = err.substr(newline + 1);  // npos + 1 is 0
        for (const auto& known : known_ends)
            if (line.ends_with(known.end)) return &known;
        err = newline == err.npos ? "" : err.substr(0, newline);
    }
    return nullptr;
}

}  // namespace

std::string shown_tail(std::string_view err) {
    constexpr std::size_t longest = 300;
    while (!err.empty() && err.back() == '\n') err.remove_suffix(1);
    std::string line(err.substr(err.rfind('\n') + 1));
    if (line.size() > longest) line = "..." + line.substr(line.size() - longest);
    for (char& c : line)
        if (core::is_ascii_control(c)) c = '?';
    return line;
}

file_refusal explain_refusal(std::string_view word, std::string_view err) {
    file_refusal refusal;
    for (const auto& known : known_words)
        if (known.word == word)
            return {known.condition, std::string(known.reason), known.worth_retry};
    if (const auto* known = known_end_of(err))
        return {known->condition, std::string(known->reason), false};
    refusal.reason = "the sandbox could not do it (" + shown_tail(word) + ")";
    if (auto tail = shown_tail(err); !tail.empty()) refusal.reason += ": " + tail;
    return refusal;
}

}  // namespace ecisbx::proto
