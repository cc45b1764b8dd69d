#include "proto/tmux_unwrap.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace ecisbx::proto {
namespace {

constexpr std::size_t block = 4096;

/// The number between the first `before` and the next `after`.
template <class Number>
bool number_between(std::string_view text, std::string_view before, std::string_view after,
                    Number& value) {
    auto at = text.find(before);
    if (at == text.npos) return false;
    text.remove_prefix(at + before.size());
    text = text.substr(0, text.find(after));
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() && end == text.data() + text.size();
}

std::string name_in(std::string_view text) {
    constexpr std::string_view before = "\nj=$d/";
    auto at = text.find(before);
    if (at == text.npos) return {};
    text.remove_prefix(at + before.size());
    auto name = text.substr(0, text.find('\n'));
    return is_tmux_name(name) ? std::string(name) : std::string();
}

// Fields are guessed from the text, and a text made from them anew must be the same.
bool read_look(std::string_view text, tmux_look& look) {
    std::uint64_t to = 0;
    std::int64_t seconds = 0, thousandths = 0;
    if (number_between(text, "then w ", ".", seconds)) {
        auto rest = text.substr(text.find("then w "));
        // The digits behind the point may begin with zeros, which are no number's beginning.
        if (!number_between(rest, ".", ";", thousandths)) return false;
        if (seconds < 0 || seconds > 1'000'000'000 || thousandths < 0 || thousandths > 999)
            return false;
        look.wait = std::chrono::milliseconds(seconds * 1000 + thousandths);
    }
    if (number_between(text, "\n[ $n -le ", " ]", look.from)) {
        if (!number_between(text, "[ $n -lt ", " ]", to) || to <= look.from) return false;
        look.limit = static_cast<std::size_t>(to - look.from);
    }
    return tmux_look_text(look) == text;
}

bool read_start(std::string_view text, wanted_tmux& wanted) {
    // Everything from here on but names and numbers is the same in each such text.
    if (!text.starts_with("unset ECISBX_EXEC;exec 2>/dev/null;")) return false;
    return number_between(text, "wc -c<\"$j/all\"))) = ", " ]", wanted.input_size) &&
           number_between(text, "of=\"$j/run\" bs=", " ", wanted.runner_size) &&
           wanted.runner_size <= wanted.input_size &&
           text.find("new-session -d -s " + wanted.name + " ") != text.npos;
}

}  // namespace

std::optional<wanted_tmux> unwrap_tmux(std::string_view text) {
    using kind = wanted_tmux::kind;
    wanted_tmux wanted;
    if (text == tmux_list_text()) return wanted;
    wanted.name = name_in(text);
    if (wanted.name.empty()) return std::nullopt;
    wanted.look.name = wanted.name;
    if (text == tmux_kill_text(wanted.name))
        wanted.what = kind::kill;
    else if (read_start(text, wanted))
        wanted.what = kind::start;
    else if (read_look(text, wanted.look))
        wanted.what = kind::look;
    else
        return std::nullopt;
    return wanted;
}

std::string tmux_sight_text(const tmux_look& look, tmux_sight::kind what, int code,
                            std::string_view out) {
    using kind = tmux_sight::kind;
    auto size = std::to_string(out.size());
    std::string text;
    if (what == kind::none) return "none 0 0 0\n";
    if (what == kind::gone) text = "gone 0 " + size + " 0\n";
    if (what == kind::running) text = "running 0 " + size + " 0\n";
    if (what == kind::completed) text = "completed " + std::to_string(code) + " " + size + " 1\n";
    if (look.limit == 0 || out.size() <= look.from) return text;
    // Whole blocks, as dd gives them.
    auto from = static_cast<std::size_t>(look.from) / block * block;
    auto to = std::min(out.size(), static_cast<std::size_t>(look.from) + look.limit);
    return text.append(out.substr(from, (to + block - 1) / block * block - from));
}

std::string tmux_entry_text(const tmux_entry& entry) {
    return entry.name + " " + std::to_string(entry.created) + (entry.running ? " 1\n" : " 0\n");
}

}  // namespace ecisbx::proto
