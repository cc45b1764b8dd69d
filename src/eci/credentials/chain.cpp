// Several providers as one.
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>

#include <optional>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

class chain : public credentials_provider {
public:
    chain(std::string name, std::vector<provider_ptr> parts)
        : name_(std::move(name)), parts_(std::move(parts)) {
        for (const auto& part : parts_)
            reports_.push_back({part->name(), source_state::not_asked, ""});
    }
    std::string name() const override { return name_; }
    std::string_view id() const override { return winner_ ? parts_[*winner_]->id() : "chain"; }
    std::vector<source_report> reports() const override { return reports_; }
    asio::awaitable<provider_answer> ask(core::deadline until) override;

private:
    asio::awaitable<std::optional<provider_answer>> ask_one(std::size_t index,
                                                            core::deadline until);
    std::string summary() const;

    std::string name_;
    std::vector<provider_ptr> parts_;
    std::vector<source_report> reports_;
    std::optional<std::size_t> winner_;
};

std::string chain::summary() const {
    std::string text;
    for (const auto& one : reports_) text += "\n  " + to_line(one);
    return text;
}

asio::awaitable<std::optional<provider_answer>> chain::ask_one(std::size_t index,
                                                               core::deadline until) {
    std::optional<provider_answer> got;
    error_info why;
    try {
        got = co_await parts_[index]->ask(until);
    } catch (const error& e) {
        if (e.code() == errc::canceled) throw;
        why = e.info();
    }
    auto& report = reports_[index];
    report.state = got ? got->state : source_state::failed;
    report.text = got ? got->text : why.message;
    if (got && got->state != source_state::gave) got.reset();
    co_return got;
}

asio::awaitable<provider_answer> chain::ask(core::deadline until) {
    if (winner_) {
        auto again = co_await ask_one(*winner_, until);
        const auto& report = reports_[*winner_];
        if (!again) throw error(errc::unauthenticated, report.source + ": " + report.text);
        co_return provider_answer::given(std::move(again->keys),
                                         report.source + " (" + report.text + ")");
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        auto got = co_await ask_one(i, until);
        if (!got) continue;
        winner_ = i;
        co_return provider_answer::given(std::move(got->keys),
                                         reports_[i].source + " (" + reports_[i].text + ")");
    }
    throw error(errc::unauthenticated, summary());
}

std::string words_for(const source_report& report) {
    switch (report.state) {
        case source_state::gave: return "gives the key: " + report.text;
        case source_state::not_set: return "not set: " + report.text;
        case source_state::disabled: return "disabled: " + report.text;
        case source_state::failed: return "failed: " + report.text;
        case source_state::not_asked: break;
    }
    return "not asked";
}

}  // namespace

std::string to_line(const source_report& report) {
    return report.source + ": " + words_for(report);
}

provider_ptr chain_provider(std::string name, std::vector<provider_ptr> parts) {
    return std::make_shared<chain>(std::move(name), std::move(parts));
}

}  // namespace ecisbx::eci
