#include "core/shell_quote.hpp"

#include <ecisbx/error.hpp>

namespace ecisbx::core {

std::string shell_quote(std::string_view word) {
    if (word.find('\0') != word.npos)
        throw error(errc::invalid_argument, "a word for a shell can not contain NUL");
    std::string text = "'";
    for (char c : word) {
        if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text += '\'';
}

std::string shell_join(const std::vector<std::string>& argv) {
    std::string line;
    for (const auto& word : argv) {
        if (!line.empty()) line += ' ';
        line += shell_quote(word);
    }
    return line;
}

}  // namespace ecisbx::core
