#include "proto/unflatten.hpp"

#include "core/hex.hpp"

#include <boost/json.hpp>

#include <cstdint>

namespace ecisbx::proto {

namespace {

std::optional<std::vector<std::string>> json_strings(std::string_view text) {
    boost::system::error_code failed;
    auto value = boost::json::parse(text, failed);
    if (failed || !value.is_array()) return {};
    std::vector<std::string> list;
    for (const auto& element : value.get_array()) {
        if (!element.is_string()) return {};
        list.emplace_back(std::string_view(element.get_string()));
    }
    return list;
}

bool append_utf8(std::uint32_t code, std::string& out) {
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) return put(code), true;
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
    return true;
}

/// A list of strings as Python's `repr` writes it: either quote, Python's escapes.
class python_list {
public:
    explicit python_list(std::string_view text) : rest_(text) {}

    std::optional<std::vector<std::string>> read() {
        std::vector<std::string> list;
        if (!take('[')) return {};
        while (!take(']')) {
            if (!list.empty() && !take(',')) return {};
            std::string element;
            if (!read_string(element)) return {};
            list.push_back(std::move(element));
        }
        if (!rest_.empty()) return {};
        return list;
    }

private:
    /// Blanks are skipped on both sides.
    bool take(char wanted) {
        skip_blanks();
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        skip_blanks();
        return true;
    }
    void skip_blanks() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t' ||
                                  rest_.front() == '\r' || rest_.front() == '\n'))
            rest_.remove_prefix(1);
    }
    bool read_string(std::string& out) {
        if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return false;
        char quote = rest_.front();
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == quote) return true;
            if (c != '\\') {
                out += c;
            } else if (!read_escape(out)) {
                return false;
            }
        }
        return false;
    }
    bool read_escape(std::string& out) {
        if (rest_.empty()) return false;
        char c = rest_.front();
        rest_.remove_prefix(1);
        switch (c) {
            case '\\':
            case '\'':
            case '"': out += c; return true;
            case 'n': out += '\n'; return true;
            case 'r': out += '\r'; return true;
            case 't': out += '\t'; return true;
            case 'x': return read_code(2, out);
            case 'u': return read_code(4, out);
            case 'U': return read_code(8, out);
            default: return false;
        }
    }
    bool read_code(std::size_t digits, std::string& out) {
        if (rest_.size() < digits) return false;
        std::uint32_t code = 0;
        for (char c : rest_.substr(0, digits)) {
            int digit = core::hex_digit(c);
            if (digit < 0) return false;
            code = code << 4 | static_cast<std::uint32_t>(digit);
        }
        rest_.remove_prefix(digits);
        return append_utf8(code, out);
    }

    std::string_view rest_;
};

}  // namespace

std::optional<std::vector<std::string>> lenient_list(std::string_view text) {
    auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return std::vector<std::string>();
    if (text[start] != '[') return std::vector<std::string>{std::string(text)};
    if (auto list = json_strings(text)) return list;
    return python_list(text).read();
}

}  // namespace ecisbx::proto
