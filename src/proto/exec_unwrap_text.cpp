#include "proto/exec_unwrap_text.hpp"

#include "proto/exec_script_text.hpp"

#include <charconv>
#include <string>
#include <utility>

namespace ecisbx::proto {
namespace {

/// A place in the text; what is not there is not eaten.
class cursor {
public:
    explicit cursor(std::string_view rest) : rest_(rest) {}

    bool eat(std::string_view part) {
        if (!rest_.starts_with(part)) return false;
        rest_.remove_prefix(part.size());
        return true;
    }
    bool at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    /// A word as `core::shell_quote` writes it.
    std::optional<std::string> quoted() {
        cursor at(rest_);
        std::string word;
        if (!at.eat("'")) return std::nullopt;
        while (true) {
            const auto plain = at.rest_.find('\'');
            if (plain == at.rest_.npos) return std::nullopt;
            word += at.rest_.substr(0, plain);
            at.rest_.remove_prefix(plain + 1);
            if (!at.eat("\\''")) break;
            word += '\'';
        }
        rest_ = at.rest_;
        return word;
    }

    std::optional<std::size_t> number() {
        std::size_t value = 0;
        const auto* first = rest_.data();
        const auto [stop, ec] = std::from_chars(first, first + rest_.size(), value);
        if (ec != std::errc()) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(stop - first));
        return value;
    }

private:
    std::string_view rest_;
};

/// Words up to what is no word. `exec env` stands before them; variables are those with a '='.
void read_variables(cursor& at, exec_wish& wish) {
    if (!at.eat(text::env) || at.eat(text::no_variable)) return;
    while (true) {
        cursor ahead = at;
        const auto word = ahead.quoted();
        const auto equals = word ? word->find('=') : std::string::npos;
        if (equals == std::string::npos) break;
        wish.env.emplace_back(word->substr(0, equals), word->substr(equals + 1));
        ahead.eat(" ");
        at = ahead;
    }
    at.eat(text::exec_again);
}

/// What loads a script that follows on the channel.
struct script_loader {
    std::size_t size = 0;  ///< of the script
    stdin_mode input = stdin_mode::stream;
    std::optional<std::string> path;
};

std::optional<script_loader> read_script_loader(std::string_view code) {
    cursor at(code);
    if (!at.eat(text::read_script) || !at.number() || !at.eat(text::or_read_script) ||
        !at.number() || !at.eat(text::then_script) || !at.eat(text::script_end_mark))
        return std::nullopt;
    const auto size = at.number();
    if (!size || *size == 0 || !at.eat(")")) return std::nullopt;
    script_loader found;
    found.size = *size;
    if (at.eat(text::detach)) found.input = stdin_mode::none;
    if (at.eat(text::export_path)) {
        found.path = at.quoted();
        if (!found.path || !at.eat(";")) return std::nullopt;
    }
    if (!at.eat(text::run_script) || !at.at_end()) return std::nullopt;
    return found;
}

bool read_script(cursor& at, exec_wish& wish, wrapper_facts& facts) {
    if (!at.eat(";") || !at.eat(text::exec)) return false;
    read_variables(at, wish);
    if (!at.eat(text::script_shell)) return false;
    auto script = at.quoted();
    if (!script || !at.eat(text::script_name)) return false;
    // A script of the user's may begin as a loader does.
    auto loader = read_script_loader(*script);
    if (!loader) {
        wish.script = std::move(*script);
        return true;
    }
    facts.script_size = loader->size;
    wish.input = loader->input;
    if (loader->path) wish.env.emplace_back("PATH", std::move(*loader->path));
    return true;
}

bool read_command(cursor& at, exec_wish& wish) {
    if (!at.eat(text::exec)) return false;
    read_variables(at, wish);
    do {
        auto word = at.quoted();
        if (!word) return false;
        wish.argv.push_back(std::move(*word));
    } while (at.eat(" "));
    return true;
}

bool read_body(cursor& at, exec_wish& wish, wrapper_facts& facts) {
    if (at.eat(text::cd)) {
        auto dir = at.quoted();
        if (!dir || !at.eat(text::cd_failed)) return false;
        wish.dir = dir->starts_with("./") ? dir->substr(2) : *dir;
    }
    return at.eat(text::find_shell) ? read_script(at, wish, facts) : read_command(at, wish);
}

}  // namespace

bool read_wrapper_start(std::string_view& code, exec_wish& wish) {
    cursor at(code);
    if (!at.eat(text::quiet)) return false;
    if (at.eat(text::set_rows)) {
        const auto rows = at.number();
        const bool both = rows && at.eat(text::set_columns);
        const auto columns = both ? at.number() : std::nullopt;
        if (!columns || !at.eat(";")) return false;
        wish.rows = static_cast<unsigned>(*rows);
        wish.columns = static_cast<unsigned>(*columns);
    }
    if (!at.eat(text::started)) return false;
    code = at.rest();
    return true;
}

std::optional<wrapper_facts> read_wrapper(std::string_view wrapper, exec_wish& wish) {
    wrapper_facts facts;
    cursor at(wrapper);
    facts.framed = at.eat(text::reader);
    if (!at.eat(text::run)) return std::nullopt;
    wish.input = stdin_mode::stream;
    if (!read_body(at, wish, facts)) return std::nullopt;
    if (at.eat(text::no_input))
        wish.input = stdin_mode::none;
    else if (!at.eat(text::own_input))
        return std::nullopt;
    const bool whole =
        facts.framed ? at.eat(text::reader_status) && at.eat(text::reader_report)
                     : at.eat(text::status) && at.eat(wish.tty ? text::report_tty : text::report);
    if (!whole || !at.at_end()) return std::nullopt;
    return facts;
}

}  // namespace ecisbx::proto
