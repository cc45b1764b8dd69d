#include "simulation/tmux_model.hpp"

#include <algorithm>
#include <charconv>

namespace ecisbx::sim {
namespace {

constexpr std::uint64_t block = 4096;

/// The text between the first `before` and the next `after`.
std::optional<std::string> between(const std::string& text, std::string_view before,
                                   std::string_view after) {
    auto begin = text.find(before);
    if (begin == std::string::npos) return std::nullopt;
    begin += before.size();
    auto end = text.find(after, begin);
    if (end == std::string::npos) return std::nullopt;
    return text.substr(begin, end - begin);
}

std::uint64_t number(const std::optional<std::string>& text) {
    std::uint64_t value = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

}  // namespace

std::optional<proto::tmux_look> tmux_model::read_look(const std::string& text) {
    auto name = between(text, "j=$d/", "\n");
    if (!name || text.find("echo none 0 0 0") == std::string::npos) return std::nullopt;
    proto::tmux_look look;
    look.name = *name;
    if (auto from = between(text, "[ $n -le ", " ]")) {
        look.from = number(from);
        look.limit = static_cast<std::size_t>(number(between(text, "[ $n -lt ", " ]")) - look.from);
    }
    if (auto length = between(text, "&&a;then w ", ";")) {
        auto dot = length->find('.');
        look.wait = std::chrono::milliseconds(number(length->substr(0, dot)) * 1000 +
                                              number(length->substr(dot + 1)));
    }
    if (proto::tmux_look_text(look) != text) return std::nullopt;
    return look;
}

std::optional<std::string> tmux_model::read_start(const std::string& text) {
    return between(text, "new-session -d -s ", " ");
}

std::string tmux_model::start(const std::string& name, const std::string& input) {
    auto job = program::read(input.substr(std::min(input.rfind("sim "), input.size())));
    if (!job) return "no-folder\n";
    if (sessions_.count(name) != 0) return "exists\n";
    ++starts_[name];
    sessions_[name] = {*job, std::chrono::steady_clock::now()};
    return "ok 1790000000\n";
}

std::optional<tmux_model::time> tmux_model::end_of(const std::string& name) const {
    auto found = sessions_.find(name);
    if (found == sessions_.end()) return std::nullopt;
    auto end = found->second.began + std::chrono::milliseconds(found->second.job.length());
    if (end <= std::chrono::steady_clock::now()) return std::nullopt;
    return end;
}

std::string tmux_model::look(const proto::tmux_look& what) const {
    auto found = sessions_.find(what.name);
    if (found == sessions_.end()) return "none 0 0 0\n";
    const auto& job = found->second.job;
    auto all = job.out_bytes();
    bool ended = !end_of(what.name);
    if (!ended) {
        auto since = std::chrono::steady_clock::now() - found->second.began;
        auto pieces = static_cast<std::size_t>(since / std::chrono::milliseconds(job.sleep));
        all.resize(job.out * pieces / job.pieces);
    }
    auto size = std::to_string(all.size());
    std::string text = ended ? "completed " + std::to_string(job.code) + ' ' + size + " 1\n"
                             : "running 0 " + size + " 0\n";
    if (what.limit == 0 || all.size() <= what.from) return text;
    auto to = std::min<std::uint64_t>(all.size(), what.from + what.limit);
    auto begin = what.from / block * block;
    auto end = std::min<std::uint64_t>(all.size(), (to + block - 1) / block * block);
    return text + all.substr(begin, end - begin);
}

std::optional<std::string> tmux_model::other(const std::string& text) {
    if (text == proto::tmux_list_text()) {
        std::string all;
        for (const auto& [name, s] : sessions_)
            all += name + " 1790000000 " + (end_of(name) ? "1" : "0") + "\n";
        return all + ".\n";
    }
    auto name = between(text, "j=$d/", "\n");
    if (!name) return std::nullopt;
    if (text == proto::tmux_kill_text(*name)) {
        sessions_.erase(*name);
        return "";
    }
    if (text == proto::tmux_screen_text(*name))
        return sessions_.count(*name) != 0 ? "ok\nscreen\n" : "none\n";
    return std::nullopt;
}

unsigned tmux_model::starts(const std::string& name) const {
    auto found = starts_.find(name);
    return found == starts_.end() ? 0 : found->second;
}

}  // namespace ecisbx::sim
