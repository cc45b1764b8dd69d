// What the texts of tmux_script.cpp answer. A sandbox is not to be trusted: what does not look
// right is no answer.
#include "proto/tmux_script.hpp"

#include <algorithm>
#include <charconv>

namespace ecisbx::proto {
namespace {

std::string_view take_until(std::string_view& text, char end) {
    auto at = text.find(end);
    auto piece = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return piece;
}

template <class Number>
bool read_number(std::string_view text, Number& value) {
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    return ec == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::optional<tmux_started> parse_tmux_started(std::string_view out) {
    using kind = tmux_started::kind;
    if (out.empty() || out.back() != '\n') return std::nullopt;
    out.remove_suffix(1);
    tmux_started answer;
    auto word = take_until(out, ' ');
    if (word == "ok") {
        answer.what = kind::started;
        if (!read_number(out, answer.created)) return std::nullopt;
    } else if (word == "failed") {
        answer.message = std::string(out);
    } else if (word == "exists") {
        answer.what = kind::exists;
    } else if (word == "no-tmux") {
        answer.what = kind::no_tmux;
    } else if (word == "no-folder") {
        answer.what = kind::no_folder;
    } else {
        return std::nullopt;
    }
    return answer;
}

std::optional<tmux_sight> parse_tmux_sight(const tmux_look& look, std::string_view out) {
    using kind = tmux_sight::kind;
    if (out.substr(0, 256).find('\n') == std::string_view::npos) return std::nullopt;
    auto line = take_until(out, '\n');
    auto word = take_until(line, ' ');
    tmux_sight sight;
    if (word == "running")
        sight.what = kind::running;
    else if (word == "completed")
        sight.what = kind::completed;
    else if (word == "gone")
        sight.what = kind::gone;
    else if (word != "none")
        return std::nullopt;
    int drained = 0;
    if (!read_number(take_until(line, ' '), sight.code) || sight.code < 0 || sight.code > 255 ||
        !read_number(take_until(line, ' '), sight.size) || !read_number(line, drained))
        return std::nullopt;
    sight.drained = drained == 1;
    // What came are whole blocks; the file may have grown since its size was taken.
    auto lead = static_cast<std::size_t>(look.from % 4096);
    if (sight.size <= look.from || out.size() <= lead) return sight;
    auto most = std::min<std::uint64_t>(sight.size - look.from, look.limit);
    sight.out = out.substr(lead, static_cast<std::size_t>(most));
    return sight;
}

std::optional<std::vector<tmux_entry>> parse_tmux_list(std::string_view out) {
    std::vector<tmux_entry> all;
    while (out != ".\n") {
        if (out.find('\n') == std::string_view::npos) return std::nullopt;
        auto line = take_until(out, '\n');
        tmux_entry entry;
        entry.name = std::string(take_until(line, ' '));
        // Not ours: somebody's folder among ours.
        if (!is_tmux_name(entry.name)) continue;
        if (!read_number(take_until(line, ' '), entry.created)) return std::nullopt;
        entry.running = line == "1";
        all.push_back(std::move(entry));
    }
    return all;
}

std::optional<std::string> parse_tmux_screen(std::string_view out) {
    constexpr std::string_view begin = "ok\n";
    if (!out.starts_with(begin)) return std::nullopt;
    return std::string(out.substr(begin.size()));
}

}  // namespace ecisbx::proto
