#include "eci/create.hpp"

#include <ecisbx/error.hpp>

#include "core/random.hpp"
#include "core/utf8.hpp"
#include "proto/flatten.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>

namespace ecisbx::eci {
namespace {

void require(bool fine, const std::string& what) {
    if (!fine) throw error(errc::invalid_argument, "create_options: " + what);
}

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_dns_name(std::string_view name, std::size_t longest) {
    return name.size() <= longest && !name.empty() && name.front() != '-' && name.back() != '-' &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_text(std::string_view text) {
    return text.find('\0') == std::string_view::npos && core::is_valid_utf8(text);
}

void require_text(const std::string& text, const std::string& what) {
    require(is_text(text), what + " must be UTF-8 without NUL");
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

bool is_amount(double v) {
    return std::isfinite(v) && v > 0;
}

void check_group(const create_options& o) {
    require(!o.image().empty(), "image must not be empty");
    require_text(o.image(), "image");
    require(o.name().empty() || (o.name().size() >= 2 && is_dns_name(o.name(), 128)),
            "name must be 2 to 128 of [a-z0-9-], no hyphen at an end");
    require(is_dns_name(o.container_name(), 128),
            "container_name must be 1 to 128 of [a-z0-9-], no hyphen at an end");
    require(is_amount(o.cpu()), "cpu must be a number above 0");
    require(is_amount(o.memory()), "memory must be a number above 0");
    require_text(o.working_dir(), "working_dir");
    require(o.restart_policy().empty() || o.restart_policy() == "Always" ||
                o.restart_policy() == "OnFailure" || o.restart_policy() == "Never",
            "restart_policy must be Always, OnFailure or Never");
    require(o.client_token().size() <= 64 &&
                std::all_of(o.client_token().begin(), o.client_token().end(),
                            [](char c) { return c >= 0x20 && c < 0x7F; }),
            "client_token must be at most 64 printable ASCII characters");
}

void check_command(const create_options& o) {
    require(o.command().size() <= 20, "command has more than 20 elements");
    require(o.args().size() <= 10, "arg was given more than 10 times");
    for (const auto& text : o.command()) require_text(text, "command");
    for (const auto& text : o.args()) require_text(text, "arg");
}

void check_env(const create_options& o) {
    for (const auto& [key, value] : o.env()) {
        bool good = !key.empty() && key.size() <= 128 && !is_digit(key.front()) &&
                    std::all_of(key.begin(), key.end(), is_word);
        require(good, "env: a name must be 1 to 128 of [A-Za-z0-9_] and not begin with a digit");
        require(value.size() <= 256, "env " + key + ": the value is longer than 256 bytes");
        require_text(value, "env " + key);
    }
}

void check_ports(const create_options& o) {
    for (const auto& [number, protocol] : o.ports()) {
        require(number >= 1 && number <= 65535, "port must be 1 to 65535");
        require(protocol == "TCP" || protocol == "UDP", "port: the protocol must be TCP or UDP");
    }
}

void check_tags(const create_options& o) {
    require(o.tags().size() <= 20, "tag was given more than 20 times");
    std::set<std::string_view> keys;
    for (const auto& [key, value] : o.tags()) {
        require(is_text(key) && is_text(value), "tag must be UTF-8 without NUL");
        require(characters(key) >= 1 && characters(key) <= 64,
                "tag: a key must be 1 to 64 characters");
        require(characters(value) <= 128, "tag: a value must be at most 128 characters");
        require(keys.insert(key).second, "tag: the key " + key + " is there twice");
        require(!key.starts_with("aliyun") && !key.starts_with("acs:"),
                "tag: a key must not begin with aliyun or acs:");
        bool url =
            key.find("http://") != std::string::npos || key.find("https://") != std::string::npos;
        require(!url, "tag: a key must not contain http:// or https://");
    }
}

/// An instance type is given in place of a size.
void add_size(const create_options& o, proto::flattener& out) {
    bool typed = std::any_of(o.extra().begin(), o.extra().end(),
                             [](const auto& one) { return one.first == "InstanceType"; });
    if (!typed) out.add("Cpu", o.cpu()).add("Memory", o.memory());
}

void add_container(const create_options& o, proto::flattener out) {
    out.add("Name", o.container_name()).add("Image", o.image());
    add_size(o, out);
    out.add("Command", o.command()).add("Arg", o.args());
    out.add_unless_empty("WorkingDir", o.working_dir());
    std::size_t index = 0;
    for (const auto& [key, value] : o.env())
        out.element("EnvironmentVar", ++index).add("Key", key).add("Value", value);
    index = 0;
    for (const auto& [number, protocol] : o.ports())
        out.element("Port", ++index).add("Port", number).add("Protocol", protocol);
}

/// `set` wins over a setter; of two with the same name, the later one.
void add_extra(const create_options& o, proto::parameter_list& parameters) {
    for (const auto& [name, value] : o.extra()) {
        require(!name.empty() && is_text(name), "set: a parameter's name must be UTF-8 text");
        require_text(value, "set " + name);
        std::erase_if(parameters, [&name](const auto& one) { return one.first == name; });
        parameters.emplace_back(name, value);
    }
}

}  // namespace

proto::parameter_list create_parameters(const create_options& options) {
    check_group(options);
    check_command(options);
    check_env(options);
    check_ports(options);
    check_tags(options);
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("ContainerGroupName",
            options.name().empty() ? "sandbox-" + core::random_alnum(10) : options.name());
    add_size(options, out);
    add_container(options, out.element("Container", 1));
    out.add_unless_empty("RestartPolicy", options.restart_policy());
    std::size_t index = 0;
    for (const auto& [key, value] : options.tags())
        out.element("Tag", ++index).add("Key", key).add("Value", value);
    out.add("ClientToken", options.client_token().empty() ? core::uuid() : options.client_token());
    add_extra(options, parameters);
    return parameters;
}

}  // namespace ecisbx::eci
