// `.env` files.
//
// A line is blank, a comment (`#`), or `NAME=value` with an optional `export ` before it and
// blanks around `=`. Values:
//   plain      up to the end of the line or a `#` after a blank, blanks at the end removed
//   'single'   as they are, may span lines
//   "double"   may span lines; \n \r \t \\ \" \$ \` mean what they do in C or a shell, a backslash
//              before a line break joins the lines, before anything else it is a backslash
// Nothing is expanded: `$X` is two characters. A byte order mark and CRLF line ends are accepted.
#ifndef ECISBX_CORE_DOTENV_HPP
#define ECISBX_CORE_DOTENV_HPP

#include <ecisbx/secret.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::core {

/// A `secret` because keys live in such files.
struct dotenv_entry {
    std::string name;
    secret value;
    std::size_t line = 0;  ///< where it starts, from 1
};

inline constexpr std::size_t dotenv_max_bytes = 1024 * 1024;

/// In file order; a name may be there twice (the last one counts). `file` is for messages.
/// Throws `invalid_argument`, `FILE:LINE: what was expected`, never with the text of a value.
std::vector<dotenv_entry> parse_dotenv(std::string_view text, const std::string& file);

/// Reads and parses. Throws `invalid_argument` also when it can not be read, is no regular file
/// or is larger than `dotenv_max_bytes`.
std::vector<dotenv_entry> load_dotenv(const std::filesystem::path& file);

/// The nearest regular file (or link to one) named `.env` in `from` or a folder above it.
std::optional<std::filesystem::path> find_dotenv(std::filesystem::path from);

}  // namespace ecisbx::core

#endif
