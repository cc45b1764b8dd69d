#include "server/runtime/simple_script.hpp"

namespace ecisbx::server::runtime {
namespace {

constexpr std::string_view needs_shell = "|&<>()$`*?[]{}~!#";

class splitter {
public:
    explicit splitter(std::string_view text) : text_(text) {}

    bool run() {
        while (at_ < text_.size()) {
            char c = text_[at_++];
            if (c == '\n' || c == ';') {
                end_command();
            } else if (c == ' ' || c == '\t') {
                end_word();
            } else if (c == '\'' || c == '"') {
                if (!quoted(c)) return false;
            } else if (c == '\\') {
                if (at_ == text_.size()) return false;
                add(text_[at_++]);
            } else if (needs_shell.find(c) != std::string_view::npos) {
                return false;
            } else {
                add(c);
            }
        }
        end_command();
        return true;
    }
    std::deque<std::vector<std::string>> take() { return std::move(commands_); }

private:
    bool quoted(char mark) {
        auto end = text_.find(mark, at_);
        if (end == std::string_view::npos) return false;
        auto inside = text_.substr(at_, end - at_);
        if (mark == '"' && inside.find_first_of("\\$`") != std::string_view::npos) return false;
        if (!word_) word_.emplace();
        word_->append(inside);
        at_ = end + 1;
        return true;
    }
    void add(char c) {
        if (!word_) word_.emplace();
        *word_ += c;
    }
    void end_word() {
        if (word_) words_.push_back(std::move(*word_));
        word_.reset();
    }
    void end_command() {
        end_word();
        if (!words_.empty()) commands_.push_back(std::move(words_));
        words_.clear();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::optional<std::string> word_;  // an empty one in quotes is a word too
    std::vector<std::string> words_;
    std::deque<std::vector<std::string>> commands_;
};

}  // namespace

std::optional<std::deque<std::vector<std::string>>> split_script(std::string_view text) {
    splitter all(text);
    if (!all.run()) return std::nullopt;
    return all.take();
}

}  // namespace ecisbx::server::runtime
