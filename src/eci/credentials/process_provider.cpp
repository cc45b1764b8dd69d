// A program of the user's that prints credentials.
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>

#include "eci/credentials/answers.hpp"
#include "net/child_process.hpp"

#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

constexpr std::size_t longest_output = 64 * 1024;

class process : public credentials_provider {
public:
    process(credentials_settings_ptr settings, std::string command)
        : settings_(std::move(settings)), command_(std::move(command)) {}
    std::string name() const override { return "external program"; }
    std::string_view id() const override { return "process"; }

    asio::awaitable<provider_answer> ask(core::deadline until) override {
        auto argv = command_words(command_);
        auto printed = co_await net::run_child(std::move(argv), longest_output,
                                               until.sooner(settings_->process_limit));
        if (printed.status.value_or(0) != 0)
            throw error(errc::unavailable,
                        "the program ended with status " + std::to_string(*printed.status));
        auto keys = parse_process_answer(printed.out);
        co_return provider_answer::given(std::move(keys), "an external program");
    }

private:
    credentials_settings_ptr settings_;
    std::string command_;
};

}  // namespace

std::vector<std::string> command_words(std::string_view text) {
    auto refuse = [](const char* why) {
        throw error(errc::invalid_argument, std::string("process_command: ") + why);
    };
    if (text.find('\0') != std::string_view::npos) refuse("a NUL character");
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '\\' && quote != '\'') {
            if (++i == text.size()) refuse("a backslash at the end");
            // Within double quotes it only protects what has a meaning there.
            if (quote && text[i] != '"' && text[i] != '\\') word += '\\';
            word += text[i];
            in_word = true;
        } else if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? '\0' : c;
            in_word = true;
        } else if (!quote && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            if (in_word) words.push_back(std::move(word));
            word.clear();
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote) refuse("a quote without its end");
    if (in_word) words.push_back(std::move(word));
    if (words.empty() || words.front().empty()) refuse("no program");
    return words;
}

provider_ptr process_provider(credentials_settings_ptr settings, std::string command) {
    return std::make_shared<process>(std::move(settings), std::move(command));
}

}  // namespace ecisbx::eci
