// What may follow the words typed so far. The scripts of `ecisbx completion` ask for it by
// `ecisbx __complete WORD...`, so that one implementation serves every shell.
#include "cli/complete.hpp"

#include <algorithm>
#include <cstddef>
#include <set>

namespace ecisbx::cli {
namespace {

const CLI::App* subcommand(const CLI::App& app, const std::string& name) {
    for (const auto* sub : app.get_subcommands(nullptr))
        if (sub->get_name() == name) return sub;
    return nullptr;
}

bool is_hidden(const CLI::App& app) {
    return app.get_group().empty();
}

bool has_name(const CLI::Option& option, const std::string& word) {
    auto known = [&word](const std::vector<std::string>& names, const std::string& dashes) {
        return std::any_of(names.begin(), names.end(),
                           [&](const std::string& n) { return dashes + n == word; });
    };
    return known(option.get_lnames(), "--") || known(option.get_snames(), "-");
}

const CLI::Option* option_named(const CLI::App& app, const std::string& word) {
    for (const auto* at = &app; at; at = at->get_parent())
        for (const auto* option : at->get_options())
            if (!option->get_positional() && has_name(*option, word)) return option;
    return nullptr;
}

/// Where the words before the cursor lead to.
struct position {
    const CLI::App* app;
    const CLI::Option* wants_value = nullptr;  ///< the option whose value is being typed
    std::size_t positionals = 0;               ///< already given
    bool behind_dashes = false;                ///< after `--`: words of the remote command
};

position walk(const CLI::App& root, const std::vector<std::string>& before) {
    position at{&root};
    for (const auto& word : before) {
        if (at.behind_dashes) continue;
        if (at.wants_value) {
            at.wants_value = nullptr;
        } else if (word == "--") {
            at.behind_dashes = true;
        } else if (word.size() > 1 && word.front() == '-') {
            const auto* option = option_named(*at.app, word);
            if (option && option->get_items_expected_max() > 0) at.wants_value = option;
        } else if (const auto* sub = at.positionals == 0 ? subcommand(*at.app, word) : nullptr) {
            at.app = sub;
        } else {
            ++at.positionals;
        }
    }
    return at;
}

class collector {
public:
    explicit collector(std::string prefix) : prefix_(std::move(prefix)) {}

    void offer(const std::string& word, const std::string& help = {}) {
        if (!word.starts_with(prefix_) || !seen_.insert(word).second) return;
        result.words.emplace_back(word, help.substr(0, help.find('\n')));
    }
    void offer_choices(const std::string& text) {
        for (std::size_t from = 0; from <= text.size();) {
            auto to = std::min(text.find('|', from), text.size());
            offer(text.substr(from, to - from));
            from = to + 1;
        }
    }
    /// Of an option or a positional: its choices, an id, or a path.
    void offer_value(const CLI::Option& option) {
        if (option.get_option_text().find('|') != std::string::npos)
            offer_choices(option.get_option_text());
        else if (option.get_name() == "ID")
            result.ids = true;
        else if (option.get_name() == "FROM" || option.get_name() == "TO")
            result.ids = result.files = true;
        else if (option.get_type_name() == "FILE" || option.get_type_name() == "DIR")
            result.files = true;
    }

    completion result;

private:
    std::string prefix_;
    std::set<std::string> seen_;
};

void offer_options(const CLI::App& app, collector& found) {
    for (const auto* at = &app; at; at = at->get_parent())
        for (const auto* option : at->get_options())
            for (const auto& name : option->get_lnames())
                found.offer("--" + name, option->get_description());
}

void offer_positional(const CLI::App& app, std::size_t index, collector& found) {
    const CLI::Option* last = nullptr;
    for (const auto* option : app.get_options()) {
        if (!option->get_positional()) continue;
        last = option;
        if (index == 0) return found.offer_value(*option);
        --index;
    }
    if (last && last->get_expected_max() > 1) found.offer_value(*last);
}

}  // namespace

completion complete(const CLI::App& root, std::vector<std::string> words) {
    std::string current;
    if (!words.empty()) {
        current = std::move(words.back());
        words.pop_back();
    }
    auto at = walk(root, words);
    collector found(current);
    if (at.behind_dashes) return found.result;
    if (at.wants_value) {
        found.offer_value(*at.wants_value);
    } else if (current.starts_with('-')) {
        offer_options(*at.app, found);
    } else {
        if (at.positionals == 0)
            for (const auto* sub : at.app->get_subcommands(nullptr))
                if (!is_hidden(*sub)) found.offer(sub->get_name(), sub->get_description());
        offer_positional(*at.app, at.positionals, found);
    }
    return std::move(found.result);
}

}  // namespace ecisbx::cli
