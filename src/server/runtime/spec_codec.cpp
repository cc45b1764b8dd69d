#include "server/runtime/spec_codec.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace ecisbx::server::runtime {
namespace {

constexpr std::size_t max_spec = 4 << 20;

class writer {
public:
    template <class T>
    writer& number(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    writer& flag(bool on) { return number(std::uint8_t{on}); }
    writer& text(const std::string& s) {
        number(s.size());
        bytes_ += s;
        return *this;
    }
    writer& variables(const environment& env) {
        number(env.size());
        for (const auto& [name, value] : env) text(name).text(value);
        return *this;
    }
    writer& mounts(const std::vector<box_mount>& all) {
        number(all.size());
        for (const auto& m : all) {
            text(m.path).flag(m.read_only).text(m.volume).number(m.size).flag(m.single_file);
            number(m.files.size());
            for (const auto& f : m.files) text(f.path).text(f.content).number(f.mode);
        }
        return *this;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

class reader {
public:
    explicit reader(std::string_view bytes) : rest_(bytes) {}
    template <class T>
    T number() {
        T value{};
        if (rest_.size() < sizeof value) return ok_ = false, value;
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    bool flag() { return number<std::uint8_t>() != 0; }
    std::string text() {
        auto size = number<std::size_t>();
        if (size > rest_.size()) return ok_ = false, std::string();
        std::string s(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return s;
    }
    environment variables() {
        environment env;
        for (auto n = number<std::size_t>(); ok_ && n > 0; --n) {
            auto name = text();
            env.emplace_back(std::move(name), text());
        }
        return env;
    }
    std::vector<box_mount> mounts() {
        std::vector<box_mount> all;
        for (auto n = number<std::size_t>(); ok_ && n > 0; --n) {
            box_mount m;
            m.path = text();
            m.read_only = flag();
            m.volume = text();
            m.size = number<std::uint64_t>();
            m.single_file = flag();
            for (auto files = number<std::size_t>(); ok_ && files > 0; --files) {
                mounted_file f;
                f.path = text();
                f.content = text();
                f.mode = number<unsigned>();
                m.files.push_back(std::move(f));
            }
            all.push_back(std::move(m));
        }
        return all;
    }
    bool done() const { return ok_ && rest_.empty(); }
    bool ok() const { return ok_; }

private:
    std::string_view rest_;
    bool ok_ = true;
};

[[noreturn]] void refuse(const std::string& why) {
    throw error(errc::invalid_argument, why);
}

void check_text(const std::string& s, const char* what) {
    if (s.find('\0') != std::string::npos) refuse(std::string(what) + " holds a NUL byte");
}

std::size_t check_environment(const environment& env) {
    std::size_t size = 0;
    for (const auto& [name, value] : env) {
        check_text(name, "an environment name");
        check_text(value, "an environment value");
        if (name.empty() || name.find('=') != std::string::npos)
            refuse("not a name of an environment variable: \"" + name + "\"");
        size += name.size() + value.size() + 2;
    }
    return size;
}

void check_size(std::size_t size) {
    if (size > max_spec) throw error(errc::too_large, "arguments and environment exceed 4 MiB");
}

bool is_name(std::string_view s, std::string_view extra) {
    return !s.empty() && s.size() <= 64 && s.front() != '.' && s.front() != '-' &&
           std::all_of(s.begin(), s.end(), [&](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                      extra.find(c) != std::string_view::npos;
           });
}

void check_mount(const box_mount& m) {
    check_text(m.path, "the path of a mount");
    if (m.path.empty() || m.path.front() != '/')
        refuse("the path of a mount is not absolute: \"" + m.path + "\"");
    if (!m.volume.empty() && !is_name(m.volume, "")) refuse("not a name of a volume");
    for (const auto& f : m.files) {
        check_text(f.path, "the path of a file");
        if (f.path.empty() != m.single_file || f.path.starts_with("/") ||
            ("/" + f.path + "/").find("/../") != std::string::npos)
            refuse("not a path in a mount: \"" + f.path + "\"");
    }
}

}  // namespace

std::string encode(const box_spec& spec) {
    return writer()
        .text(spec.id)
        .text(spec.group)
        .mounts(spec.mounts)
        .text(spec.hostname)
        .variables(spec.env)
        .text(spec.dir)
        .number(spec.cpus)
        .number(spec.memory)
        .take();
}

std::string encode(const process_spec& spec) {
    writer w;
    w.number(spec.argv.size());
    for (const auto& a : spec.argv) w.text(a);
    w.text(spec.dir).variables(spec.env).flag(spec.open_stdin).flag(spec.tty);
    return w.number(spec.rows).number(spec.columns).take();
}

std::optional<box_spec> decode_box_spec(std::string_view bytes) {
    reader r(bytes);
    box_spec spec;
    spec.id = r.text();
    spec.group = r.text();
    spec.mounts = r.mounts();
    spec.hostname = r.text();
    spec.env = r.variables();
    spec.dir = r.text();
    spec.cpus = r.number<double>();
    spec.memory = r.number<std::uint64_t>();
    if (!r.done()) return std::nullopt;
    return spec;
}

std::optional<process_spec> decode_process_spec(std::string_view bytes) {
    reader r(bytes);
    process_spec spec;
    for (auto n = r.number<std::size_t>(); r.ok() && n > 0; --n) spec.argv.push_back(r.text());
    spec.dir = r.text();
    spec.env = r.variables();
    spec.open_stdin = r.flag();
    spec.tty = r.flag();
    spec.rows = r.number<unsigned>();
    spec.columns = r.number<unsigned>();
    if (!r.done() || spec.argv.empty()) return std::nullopt;
    return spec;
}

void check(const box_spec& spec) {
    constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ.";
    if (!is_name(spec.id, "")) refuse("not an id of a box: \"" + spec.id + "\"");
    if (!spec.hostname.empty() && !is_name(spec.hostname, upper))
        refuse("not a host name: \"" + spec.hostname + "\"");
    check_text(spec.dir, "the working folder");
    if (!spec.dir.empty() && spec.dir.front() != '/')
        refuse("the working folder is not an absolute path: \"" + spec.dir + "\"");
    if (!spec.group.empty() && !is_name(spec.group, "")) refuse("not an id of a group");
    for (const auto& m : spec.mounts) check_mount(m);
    if (!std::isfinite(spec.cpus) || spec.cpus < 0 || spec.cpus > 4096)
        refuse("not a number of CPUs");
    check_size(check_environment(spec.env));
}

void check(const process_spec& spec) {
    if (spec.argv.empty()) refuse("no command");
    std::size_t size = check_environment(spec.env);
    for (const auto& a : spec.argv) {
        check_text(a, "an argument");
        size += a.size() + 1;
    }
    check_text(spec.dir, "the working folder");
    check_size(size);
}

}  // namespace ecisbx::server::runtime
