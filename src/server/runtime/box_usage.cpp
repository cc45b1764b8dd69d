#include "server/runtime/box_usage.hpp"

#include "server/runtime/cgroup_mounts.hpp"
#include "server/runtime/posix.hpp"
#include "server/runtime/process_state.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <string_view>

namespace ecisbx::server::runtime {
namespace {

std::optional<std::uint64_t> read_number(const std::string& path) {
    auto text = read_file(path);
    std::uint64_t value = 0;
    auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) return std::nullopt;
    return value;
}

/// The value behind `key` in a file of lines `key value`.
std::optional<std::uint64_t> read_entry(const std::string& path, std::string_view key) {
    std::istringstream in(read_file(path));
    std::string name;
    for (std::uint64_t value = 0; in >> name >> value;)
        if (name == key) return value;
    return std::nullopt;
}

struct process_times {
    std::uint64_t own = 0, children = 0;  ///< clock ticks; children: those it has waited for
    std::uint64_t pages = 0;              ///< resident
};

// Fields 14 to 17 and 24 of /proc/PID/stat, counted from behind the name, which may hold anything.
process_times times_of(pid_t pid) {
    process_times times;
    auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    auto close = text.rfind(')');
    if (close == std::string::npos) return times;
    std::istringstream in(text.substr(close + 1));
    std::string word;
    for (int field = 3; field < 14; ++field) in >> word;
    std::int64_t user = 0, system = 0, children_user = 0, children_system = 0, pages = 0;
    in >> user >> system >> children_user >> children_system;
    for (int field = 18; field < 24; ++field) in >> word;
    in >> pages;
    times.own = static_cast<std::uint64_t>(std::max<std::int64_t>(0, user + system));
    times.children =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, children_user + children_system));
    times.pages = static_cast<std::uint64_t>(std::max<std::int64_t>(0, pages));
    return times;
}

box_usage sum_of(pid_t root, const std::vector<pid_t>& processes) {
    constexpr std::uint64_t second = 1'000'000'000;
    auto per_tick = second / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    box_usage usage;
    usage.cpu = times_of(root).children * per_tick;
    for (auto pid : processes) {
        auto times = times_of(pid);
        usage.cpu += (times.own + times.children) * per_tick;
        usage.rss += times.pages * page;
    }
    usage.memory = usage.rss;
    return usage;
}

}  // namespace

// The group of a box is a folder in the one of its server, whose name tells it from any other that
// a process may be in.
void usage_probe::find_groups(const std::vector<pid_t>& processes) {
    auto mounts = read_file("/proc/self/mountinfo");
    for (auto pid : processes) {
        auto groups = read_file("/proc/" + std::to_string(pid) + "/cgroup");
        for (const auto& mount : cgroup_mounts(mounts, groups)) {
            auto server = std::filesystem::path(mount.own).parent_path().filename().string();
            if (!server.starts_with("ecisbx-")) continue;
            auto has = [&](const char* file) {
                return ::access((mount.own + file).c_str(), R_OK) == 0;
            };
            if (has("/cpu.stat") && mount.v2) cpu_ = mount.own, cpu_v2_ = true;
            if (has("/cpuacct.usage")) cpu_ = mount.own, cpu_v2_ = false;
            if (has("/memory.current")) memory_ = mount.own, memory_v2_ = true;
            if (has("/memory.usage_in_bytes")) memory_ = mount.own, memory_v2_ = false;
        }
        if (!cpu_.empty() && !memory_.empty()) return;
    }
}

bool usage_probe::read_cpu(box_usage& usage) const {
    if (cpu_.empty()) return false;
    auto value = cpu_v2_ ? read_entry(cpu_ + "/cpu.stat", "usage_usec")
                         : read_number(cpu_ + "/cpuacct.usage");
    if (value) usage.cpu = *value * (cpu_v2_ ? 1000 : 1);
    return value.has_value();
}

bool usage_probe::read_memory(box_usage& usage) const {
    if (memory_.empty()) return false;
    auto all = read_number(memory_ + (memory_v2_ ? "/memory.current" : "/memory.usage_in_bytes"));
    if (!all) return false;
    auto stat = memory_ + "/memory.stat";
    usage.memory = *all;
    usage.rss = read_entry(stat, memory_v2_ ? "anon" : "total_rss").value_or(0);
    usage.cache = read_entry(stat, memory_v2_ ? "file" : "total_cache");
    auto idle = read_entry(stat, memory_v2_ ? "inactive_file" : "total_inactive_file").value_or(0);
    usage.working_set = *all - std::min(*all, idle);
    return true;
}

box_usage usage_probe::read() {
    box_usage usage;
    std::vector<pid_t> processes;
    if (cpu_.empty() || memory_.empty()) {
        processes = descendants(root_);
        find_groups(processes);
    }
    bool cpu = read_cpu(usage), memory = read_memory(usage);
    // memory.stat is brought up to date every two seconds only: at first it says 0.
    if (!cpu || !memory || usage.rss == 0) {
        if (processes.empty()) processes = descendants(root_);
        auto sum = sum_of(root_, processes);
        if (!cpu) usage.cpu = sum.cpu;
        if (!memory) usage.memory = sum.memory;
        if (usage.rss == 0) usage.rss = sum.rss;
    }
    // What an ended process used is gone where nobody waited for it; a count goes on all the same.
    last_cpu_ = usage.cpu = std::max(usage.cpu, last_cpu_);
    return usage;
}

}  // namespace ecisbx::server::runtime
