#include "server/runtime/cgroup_mounts.hpp"

#include <algorithm>
#include <sstream>

namespace ecisbx::server::runtime {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);) parts.push_back(part);
    return parts;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

// The path that /proc/self/cgroup gives for a hierarchy; v2 is the line without controllers.
std::string own_path(const std::vector<std::string>& lines, const cgroup_mount& mount) {
    for (const auto& line : lines) {
        auto first = line.find(':');
        auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        auto names = split(line.substr(first + 1, second - first - 1), ',');
        bool same =
            mount.v2 ? names.empty() : std::any_of(names.begin(), names.end(), [&](const auto& n) {
                return contains(mount.controllers, n);
            });
        if (same) return line.substr(second + 1);
    }
    return "/";
}

// A container often sees only its own part of a hierarchy mounted: `root` is then its path.
std::string below(const std::string& path, const std::string& root) {
    if (root == "/") return path.starts_with("/..") ? "" : path;
    if (path == root) return "";
    return path.starts_with(root + "/") ? path.substr(root.size()) : "";
}

}  // namespace

std::vector<cgroup_mount> cgroup_mounts(std::string_view mountinfo, std::string_view cgroup) {
    std::vector<cgroup_mount> mounts;
    auto lines = split(std::string(cgroup), '\n');
    for (const auto& line : split(std::string(mountinfo), '\n')) {
        auto words = split(line, ' ');
        auto dash = std::find(words.begin(), words.end(), "-");
        if (words.size() < 6 || words.end() - dash < 4) continue;
        cgroup_mount mount;
        if (dash[1] != "cgroup" && dash[1] != "cgroup2") continue;
        mount.v2 = dash[1] == "cgroup2";
        mount.point = words[4];
        if (!mount.v2) mount.controllers = split(dash[3], ',');
        auto rest = below(own_path(lines, mount), words[3]);
        mount.own = mount.point + (rest == "/" ? "" : rest);
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

}  // namespace ecisbx::server::runtime
