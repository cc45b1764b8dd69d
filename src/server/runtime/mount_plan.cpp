#include "server/runtime/mount_plan.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace ecisbx::server::runtime {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t max_entries = 1024;
constexpr int max_links = 40;
constexpr const char* shared_memory = "/dev/shm";
constexpr const char* host_run_link = "/var/run";  // made where a root has none; to /run

bool is_below(const std::string& path, const std::string& top) {
    return path == top || (path.starts_with(top) && path[top.size()] == '/');
}

bool is_shown(const mount_wishes& wishes, const std::string& name) {
    static const std::set<std::string> made = {"proc", "sys", "dev", "tmp", "run", "root"};
    static const std::set<std::string> of_host = {"usr", "etc", "opt", "bin", "sbin"};
    if (made.contains(name)) return false;
    return !wishes.rootfs.empty() || of_host.contains(name) || name.starts_with("lib");
}

// Where a path of the box comes from, if the root gives it.
std::optional<fs::path> source_of(const mount_wishes& wishes, const std::string& path) {
    auto name = fs::path(path).relative_path().begin()->string();
    if (!is_shown(wishes, name)) return std::nullopt;
    auto source = fs::path(wishes.rootfs.empty() ? "/" : wishes.rootfs) / path.substr(1);
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(source, ignored))) return std::nullopt;
    return source;
}

std::string octal(unsigned mode) {
    std::string digits;
    for (int shift = 9; shift >= 0; shift -= 3)
        digits += static_cast<char>('0' + ((mode >> shift) & 7));
    return digits;
}

class planner {
public:
    explicit planner(const mount_wishes& wishes) : wishes_(wishes) {
        places_ = {{"/tmp", {01777}}, {"/var/tmp", {01777}}, {"/run", {0755}}, {box_home, {0700}}};
        for (const auto& m : wishes.mounts) add_mount(m);
        auto dir = resolve_folder(wishes);
        if (dir == "/") return;
        bool inside = std::any_of(places_.begin(), places_.end(),
                                  [&](const auto& p) { return is_below(dir, p.first); });
        if (inside)
            folder_ = dir;
        else
            places_.emplace(dir, place{0755});
    }

    std::vector<std::string> plan() {
        fs::path root = wishes_.rootfs.empty() ? "/" : wishes_.rootfs;
        emit_children("", root);
        for (const char* dir : {"/home", "/var", "/srv", "/mnt", "/media"})
            if (!seen_.contains(dir)) add({"--perms", "0755", "--dir", dir});
        if (!seen_.contains(host_run_link)) add({"--symlink", "../run", host_run_link});
        add({"--proc", "/proc", "--dev", "/dev"});
        if (shared_memory_ != nullptr)
            volume(shared_memory, *shared_memory_);
        else
            tmpfs(shared_memory, 01777, wishes_.size);
        add({"--remount-ro", "/dev"});
        if (!folder_.empty()) add({"--perms", "0755", "--dir", folder_});
        return std::move(arguments_);
    }

private:
    struct place {
        unsigned mode = 0755;
        const mount_wish* mount = nullptr;
    };

    void add_mount(const mount_wish& m) {
        if (m.path == shared_memory) {
            shared_memory_ = &m;
            return;
        }
        mount_wishes where{wishes_.rootfs, m.path, 0};
        auto path = resolve_folder(where);
        if (path == "/") throw error(errc::invalid_argument, "can not be a mount: /");
        places_[path] = {0755, &m};
    }

    void add(std::initializer_list<std::string> more) { arguments_.insert(arguments_.end(), more); }
    void tmpfs(const std::string& path, unsigned mode, std::uint64_t size) {
        add({"--perms", octal(mode), "--size", std::to_string(size), "--tmpfs", path});
    }
    void file(const std::string& path, const file_wish& f) {
        add({"--perms", octal(f.mode), "--file", std::to_string(f.fd), path});
    }
    void volume(const std::string& path, const mount_wish& m) {
        if (m.single_file) {
            for (const auto& f : m.files) file(path, f);
            return;
        }
        if (m.source.empty())
            tmpfs(path, m.files.empty() ? 0777 : 0755, m.size != 0 ? m.size : wishes_.size);
        else
            add({"--bind", m.source, path});
        for (const auto& f : m.files) file(path + "/" + f.path, f);
        // What is mounted in it needs a folder there, so it ends read-only after that.
        emit_children(path, std::nullopt);
        if (m.read_only) add({"--remount-ro", path});
    }
    bool has_place_below(const std::string& path) const {
        return std::any_of(places_.begin(), places_.end(), [&](const auto& p) {
            return p.first != path && is_below(p.first, path);
        });
    }

    void emit(const std::string& path) {
        seen_.insert(path);
        auto source = source_of(wishes_, path);
        std::error_code ignored;
        auto type = source ? fs::symlink_status(*source, ignored).type() : fs::file_type::none;
        bool folder = type == fs::file_type::directory;
        auto at = places_.find(path);
        if (at != places_.end() && at->second.mount != nullptr) {
            volume(path, *at->second.mount);
        } else if (at != places_.end()) {
            tmpfs(path, at->second.mode, wishes_.size);
            emit_children(path, folder ? source : std::nullopt);
        } else if (has_place_below(path)) {
            add({"--perms", "0755", "--dir", path});
            emit_children(path, folder ? source : std::nullopt);
        } else if (type == fs::file_type::symlink) {
            add({"--symlink", fs::read_symlink(*source, ignored).string(), path});
        } else if (folder || type == fs::file_type::regular) {
            add({"--ro-bind", source->string(), path});
        }
    }

    // What the root has there, and the way to writable places that it lacks.
    void emit_children(const std::string& path, const std::optional<fs::path>& source) {
        std::set<std::string> names;
        std::error_code failed;
        if (source)
            for (const auto& entry : fs::directory_iterator(*source, failed)) {
                auto name = entry.path().filename().string();
                if (!path.empty() || is_shown(wishes_, name)) names.insert(name);
                if (names.size() > max_entries)
                    throw error(errc::invalid_argument,
                                "too many entries for a working folder: " + path);
            }
        for (const auto& [below, what] : places_)
            if (below != path && is_below(below, path)) {
                auto rest = below.substr(path.size() + 1);
                names.insert(rest.substr(0, rest.find('/')));
            }
        for (const auto& name : names) emit(path + "/" + name);
    }

    const mount_wishes& wishes_;
    std::map<std::string, place> places_;
    const mount_wish* shared_memory_ = nullptr;
    std::string folder_;  // a working folder in a writable place
    std::set<std::string> seen_;
    std::vector<std::string> arguments_;
};

}  // namespace

std::string resolve_folder(const mount_wishes& wishes) {
    if (wishes.dir.empty()) return box_home;
    std::vector<std::string> rest, done;
    auto push = [&](const fs::path& path) {
        std::vector<std::string> parts;
        for (const auto& part : path.relative_path()) parts.push_back(part.string());
        rest.insert(rest.end(), parts.rbegin(), parts.rend());
    };
    auto joined = [&] {
        std::string path;
        for (const auto& part : done) path += "/" + part;
        return path.empty() ? "/" : path;
    };
    push(wishes.dir);
    for (int links = 0; !rest.empty();) {
        auto part = rest.back();
        rest.pop_back();
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            if (!done.empty()) done.pop_back();
            continue;
        }
        done.push_back(part);
        if (joined() == host_run_link && wishes.rootfs.empty()) {
            done = {"run"};
            continue;
        }
        auto source = source_of(wishes, joined());
        std::error_code ignored;
        if (!source || !fs::is_symlink(fs::symlink_status(*source, ignored))) continue;
        if (++links > max_links)
            throw error(errc::invalid_argument, "too many symbolic links: " + wishes.dir);
        auto target = fs::read_symlink(*source, ignored);
        target.is_absolute() ? done.clear() : done.pop_back();
        push(target);
    }
    if (!done.empty() && (done[0] == "proc" || done[0] == "sys" || done[0] == "dev"))
        throw error(errc::invalid_argument,
                    "can not be a working folder or a mount: " + wishes.dir);
    return joined();
}

std::vector<std::string> mount_arguments(const mount_wishes& wishes) {
    return planner(wishes).plan();
}

}  // namespace ecisbx::server::runtime
