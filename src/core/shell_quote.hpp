// Words as data for a POSIX shell.
#ifndef ECISBX_CORE_SHELL_QUOTE_HPP
#define ECISBX_CORE_SHELL_QUOTE_HPP

#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::core {

/// Text that any POSIX shell reads back as exactly the word `word`, whatever its bytes. Always
/// in single quotes: a bare `if`, `2` or alias would mean something else in some places.
/// Throws `invalid_argument` for NUL, which no argument of a process can hold.
std::string shell_quote(std::string_view word);

/// The words quoted, with a space between them: a command line.
std::string shell_join(const std::vector<std::string>& argv);

}  // namespace ecisbx::core

#endif
