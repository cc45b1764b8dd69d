#include "core/dotenv.hpp"
#include "core/unique_fd.hpp"

#include <ecisbx/error.hpp>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace ecisbx::core {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool starts_name(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/// A buffer of secret bytes that never grows beyond what was reserved, so that no copy of them is
/// left in freed memory.
class wiped_string {
public:
    explicit wiped_string(std::size_t capacity) { text.reserve(capacity); }
    wiped_string(const wiped_string&) = delete;
    wiped_string& operator=(const wiped_string&) = delete;
    ~wiped_string() { clear(); }
    void clear() {
        OPENSSL_cleanse(text.data(), text.size());
        text.clear();
    }
    std::string text;
};

class parser {
public:
    parser(std::string_view text, const std::string& file)
        : text_(text), file_(file), value_(text.size()) {}

    std::vector<dotenv_entry> run() {
        if (text_.starts_with("\xEF\xBB\xBF")) pos_ = 3;
        std::vector<dotenv_entry> entries;
        while (pos_ < text_.size()) {
            skip_blanks();
            if (!at_line_end() && peek() != '#') entries.push_back(entry());
            end_line();
        }
        return entries;
    }

private:
    [[noreturn]] void fail(std::string_view why) const {
        throw error(errc::invalid_argument,
                    file_ + ":" + std::to_string(line_) + ": " + std::string(why));
    }

    char peek() const { return pos_ < text_.size() ? text_[pos_] : '\n'; }
    bool at_crlf() const { return text_.substr(pos_, 2) == "\r\n"; }
    bool at_line_end() const { return pos_ == text_.size() || text_[pos_] == '\n' || at_crlf(); }
    void skip_blanks() {
        while (pos_ < text_.size() && is_blank(text_[pos_])) ++pos_;
    }

    /// The rest of a line, which must be blank or a comment.
    void end_line() {
        skip_blanks();
        if (peek() == '#')
            while (!at_line_end()) ++pos_;
        if (!at_line_end()) fail("expected the end of the line or a comment after the value");
        if (pos_ < text_.size()) pos_ += at_crlf() ? 2 : 1;
        ++line_;
    }

    dotenv_entry entry() {
        dotenv_entry result;
        result.line = line_;
        result.name = name();
        if (result.name == "export" && is_blank(peek())) {
            skip_blanks();
            if (peek() != '=') result.name = name();
        }
        skip_blanks();
        if (peek() != '=') fail("expected = after the name");
        ++pos_;
        skip_blanks();
        if (peek() == '\'')
            single_quoted();
        else if (peek() == '"')
            double_quoted();
        else
            plain();
        result.value = secret(value_.text);
        value_.clear();
        return result;
    }

    std::string name() {
        auto start = pos_;
        if (!starts_name(peek())) fail("expected NAME=value, a comment or a blank line");
        while (pos_ < text_.size() && continues_name(text_[pos_])) ++pos_;
        return std::string(text_.substr(start, pos_ - start));
    }

    void plain() {
        std::size_t keep = 0;  // up to the last character that is no blank
        bool after_blank = pos_ > 0 && is_blank(text_[pos_ - 1]);
        for (; !at_line_end() && !(peek() == '#' && after_blank); ++pos_) {
            if (peek() == '\0') fail("a NUL in a value; is the file UTF-8 text?");
            after_blank = is_blank(peek());
            value_.text += peek();
            if (!after_blank) keep = value_.text.size();
        }
        value_.text.resize(keep);
    }

    /// One character of a quoted value, line ends as LF.
    char quoted_char(std::size_t opened) {
        if (pos_ == text_.size()) {
            line_ = opened;
            fail("a quote that is never closed");
        }
        if (at_crlf()) ++pos_;
        char c = text_[pos_++];
        if (c == '\0') fail("a NUL in a value; is the file UTF-8 text?");
        if (c == '\n') ++line_;
        return c;
    }

    void single_quoted() {
        auto opened = line_;
        ++pos_;
        for (char c; (c = quoted_char(opened)) != '\'';) value_.text += c;
    }

    void double_quoted() {
        auto opened = line_;
        ++pos_;
        for (char c; (c = quoted_char(opened)) != '"';) {
            if (c != '\\') {
                value_.text += c;
                continue;
            }
            switch (char next = quoted_char(opened)) {
                case 'n': value_.text += '\n'; break;
                case 'r': value_.text += '\r'; break;
                case 't': value_.text += '\t'; break;
                case '\n': break;  // joins the lines
                case '\\':
                case '"':
                case '$':
                case '`': value_.text += next; break;
                default: (value_.text += '\\') += next;
            }
        }
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t pos_ = 0;
    std::size_t line_ = 1;
    wiped_string value_;  // never longer than the text: every escape shrinks
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why) {
    throw error(errc::invalid_argument, file.string() + ": " + why);
}

}  // namespace

std::vector<dotenv_entry> parse_dotenv(std::string_view text, const std::string& file) {
    return parser(text, file).run();
}

std::vector<dotenv_entry> load_dotenv(const std::filesystem::path& file) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0) fail(file, std::generic_category().message(errno));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) fail(file, "not a regular file");

    wiped_string content(dotenv_max_bytes + 1);
    content.text.resize(dotenv_max_bytes + 1);
    std::size_t size = 0;
    while (size <= dotenv_max_bytes) {
        auto n = ::read(fd.get(), content.text.data() + size, content.text.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(file, std::generic_category().message(errno));
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    if (size > dotenv_max_bytes)
        fail(file, "larger than " + std::to_string(dotenv_max_bytes) + " bytes");
    return parse_dotenv(std::string_view(content.text).substr(0, size), file.string());
}

std::optional<std::filesystem::path> find_dotenv(std::filesystem::path from) {
    std::error_code ec;
    from = std::filesystem::absolute(from, ec);
    if (ec) return std::nullopt;
    for (auto folder = from.lexically_normal();; folder = folder.parent_path()) {
        auto file = folder / ".env";
        if (std::filesystem::is_regular_file(file, ec) && ::access(file.c_str(), R_OK) == 0)
            return file;
        if (!folder.has_relative_path()) return std::nullopt;
    }
}

}  // namespace ecisbx::core
