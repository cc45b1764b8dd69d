#include "server/lifecycle/decisions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace ecisbx::server::lifecycle {
namespace {

using store::container_state;
using store::group_status;

void replace_all(std::string& text, std::string_view mark, std::string_view value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), value);
        at += value.size();
    }
}

std::string value_of(const store::env_var& var, const store::group& g,
                     const store::container_spec& c, const std::string& region) {
    // The only field the service knows. The local runtime gives no address but loopback.
    if (!var.field_path.empty()) return "127.0.0.1";
    std::string value = var.value;
    const std::array<std::pair<std::string_view, std::string_view>, 5> marks = {{
        {"__ECI_ID__", g.id},
        {"__ECI_NAME__", g.spec.name},
        {"__REGION_ID__", region},
        {"__ZONE_ID__", g.spec.zone},
        {"__CONTAINER_NAME__", c.name},
    }};
    for (const auto& [mark, name] : marks) replace_all(value, mark, name);
    return value;
}

std::string hostname_of(const store::group& g) {
    auto given = g.spec.extra.find("HostName");
    std::string name = given != g.spec.extra.end() && given->value().is_string()
                           ? std::string(given->value().get_string())
                           : g.spec.name;
    return name.substr(0, 63);  // what the kernel and DNS take
}

/// A volume of the local runtime; of a config volume the files that the mount shows.
std::optional<runtime::box_mount> mount_for(const store::group& g, const store::mount& m) {
    auto v = std::find_if(g.spec.volumes.begin(), g.spec.volumes.end(),
                          [&](const auto& one) { return one.name == m.volume; });
    if (v == g.spec.volumes.end() || !is_mounted(*v, m)) return std::nullopt;
    runtime::box_mount made;
    made.path = m.path;
    if (v->what == store::volume::kind::empty_dir) {
        made.read_only = m.read_only;
        made.size = v->size;
        made.volume = std::to_string(v - g.spec.volumes.begin());
        return made;
    }
    made.read_only = true;
    for (const auto& file : v->files) {
        std::string_view path = file.path;
        if (m.sub_path == path) {
            made.single_file = true;
            made.files = {{"", file.content, file.mode}};
            break;
        }
        bool shown =
            m.sub_path.empty() || (path.starts_with(m.sub_path) && path[m.sub_path.size()] == '/');
        if (!m.sub_path.empty() && shown) path.remove_prefix(m.sub_path.size() + 1);
        if (shown) made.files.push_back({std::string(path), file.content, file.mode});
    }
    return made;
}

}  // namespace

bool is_mounted(const store::volume& v, const store::mount& m) {
    if (v.what == store::volume::kind::config) return true;
    // A part of a volume is named by its content, which a sandbox may have made into anything.
    return v.what == store::volume::kind::empty_dir && m.sub_path.empty();
}

bool restarts_after(store::restart_policy policy, int exit_code) {
    return policy == store::restart_policy::always ||
           (policy == store::restart_policy::on_failure && exit_code != 0);
}

group_status judge(const store::group& g) {
    bool clean = true;
    for (const auto& c : g.containers) {
        if (c.current.state != container_state::kind::terminated ||
            restarts_after(g.spec.restart, c.current.exit_code))
            return group_status::running;
        clean = clean && c.current.exit_code == 0;
    }
    return clean ? group_status::succeeded : group_status::failed;
}

std::chrono::milliseconds restart_pause(const backoff_settings& settings, unsigned n) {
    if (n == 0) return std::chrono::milliseconds(0);
    auto pause = settings.first;
    for (unsigned i = 1; i < n && pause < settings.longest; ++i) pause *= 2;
    return std::min(pause, settings.longest);
}

std::vector<std::string> main_argv(const store::container_spec& c) {
    auto argv = c.command;
    argv.insert(argv.end(), c.args.begin(), c.args.end());
    return argv;
}

runtime::box_spec box_for(const store::group& g, const store::container_spec& c,
                          const std::string& region, const std::string& suffix) {
    constexpr double gib = 1024.0 * 1024.0 * 1024.0;
    runtime::box_spec spec;
    spec.id = g.id + "-" + suffix;
    spec.hostname = hostname_of(g);
    for (const auto& var : c.env) spec.env.emplace_back(var.key, value_of(var, g, c, region));
    spec.dir = c.working_dir;
    spec.group = g.id;
    for (const auto& m : c.mounts)
        if (auto mount = mount_for(g, m)) spec.mounts.push_back(std::move(*mount));
    spec.cpus = c.cpu > 0 ? c.cpu : g.spec.cpu;
    spec.memory = static_cast<std::uint64_t>((c.memory > 0 ? c.memory : g.spec.memory) * gib);
    return spec;
}

container_state ended_state(const container_state& running, runtime::exit_info exit,
                            time_point now) {
    container_state state;
    state.state = container_state::kind::terminated;
    state.reason = exit.out_of_memory ? "OOMKilled" : exit.code == 0 ? "Completed" : "Error";
    state.exit_code = exit.code;
    state.signal = exit.signal;
    state.started = running.started;
    state.finished = now;
    return state;
}

}  // namespace ecisbx::server::lifecycle
