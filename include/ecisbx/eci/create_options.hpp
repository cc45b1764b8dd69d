// What to create.
#ifndef ECISBX_ECI_CREATE_OPTIONS_HPP
#define ECISBX_ECI_CREATE_OPTIONS_HPP

#include <ecisbx/command.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// A group of one container (CreateContainerGroup). Checked before the call against the bounds
/// that the service documents; a violation throws `invalid_argument` and names the field.
class create_options {
public:
    explicit create_options(std::string image) : image_(std::move(image)) {}

    /// 2 to 128 of `[a-z0-9-]`, no hyphen at an end. Default: `sandbox-` and 10 random characters.
    create_options& name(std::string v) & { return name_ = std::move(v), *this; }
    /// Default `sandbox`.
    create_options& container_name(std::string v) & { return container_ = std::move(v), *this; }
    /// vCPU. Default 1. The service rounds sizes up to the next pair it sells.
    create_options& cpu(double v) & { return cpu_ = v, *this; }
    /// GiB. Default 2.
    create_options& memory(double v) & { return memory_ = v, *this; }
    /// Replaces the image's entrypoint and its arguments; at most 20 elements.
    create_options& command(ecisbx::command argv) & { return command_ = argv.argv(), *this; }
    /// One more argument; together they replace the image's arguments; at most 10.
    create_options& arg(std::string v) & { return args_.push_back(std::move(v)), *this; }
    /// Name 1-128 of `[A-Za-z0-9_]`, no leading digit; value at most 256 bytes.
    create_options& env(std::string k, std::string v) & {
        return env_.emplace_back(std::move(k), std::move(v)), *this;
    }
    /// 1 to 65535; protocol `TCP` or `UDP`.
    create_options& port(int number, std::string protocol = "TCP") & {
        return ports_.emplace_back(number, std::move(protocol)), *this;
    }
    /// At most 20; key 1-64 characters, value at most 128.
    create_options& tag(std::string k, std::string v) & {
        return tags_.emplace_back(std::move(k), std::move(v)), *this;
    }
    /// Made by the service if it is missing.
    create_options& working_dir(std::string v) & { return working_dir_ = std::move(v), *this; }
    /// `Always` (the service's default), `OnFailure` or `Never`.
    create_options& restart_policy(std::string v) & { return restart_ = std::move(v), *this; }
    create_options& vswitch(std::string id) & { return set("VSwitchId", std::move(id)); }
    create_options& security_group(std::string id) & {
        return set("SecurityGroupId", std::move(id));
    }
    create_options& zone(std::string id) & { return set("ZoneId", std::move(id)); }
    create_options& instance_type(std::string v) & { return set("InstanceType", std::move(v)); }
    /// At most 64 ASCII characters: calls with the same token and parameters create one group.
    /// Default: a random one per call, so that a retried call does not create twice.
    create_options& client_token(std::string v) & { return token_ = std::move(v), *this; }
    /// Any other parameter of the service, by its wire name (`Volume.1.Name`). Wins over a setter.
    create_options& set(std::string parameter, std::string value) & {
        return extra_.emplace_back(std::move(parameter), std::move(value)), *this;
    }

    create_options&& name(std::string v) && { return std::move(name(std::move(v))); }
    create_options&& container_name(std::string v) && {
        return std::move(container_name(std::move(v)));
    }
    create_options&& cpu(double v) && { return std::move(cpu(v)); }
    create_options&& memory(double v) && { return std::move(memory(v)); }
    create_options&& command(ecisbx::command argv) && {
        return std::move(command(std::move(argv)));
    }
    create_options&& arg(std::string v) && { return std::move(arg(std::move(v))); }
    create_options&& env(std::string k, std::string v) && {
        return std::move(env(std::move(k), std::move(v)));
    }
    create_options&& port(int number, std::string protocol = "TCP") && {
        return std::move(port(number, std::move(protocol)));
    }
    create_options&& tag(std::string k, std::string v) && {
        return std::move(tag(std::move(k), std::move(v)));
    }
    create_options&& working_dir(std::string v) && { return std::move(working_dir(std::move(v))); }
    create_options&& restart_policy(std::string v) && {
        return std::move(restart_policy(std::move(v)));
    }
    create_options&& vswitch(std::string id) && { return std::move(vswitch(std::move(id))); }
    create_options&& security_group(std::string id) && {
        return std::move(security_group(std::move(id)));
    }
    create_options&& zone(std::string id) && { return std::move(zone(std::move(id))); }
    create_options&& instance_type(std::string v) && {
        return std::move(instance_type(std::move(v)));
    }
    create_options&& client_token(std::string v) && {
        return std::move(client_token(std::move(v)));
    }
    create_options&& set(std::string parameter, std::string value) && {
        return std::move(set(std::move(parameter), std::move(value)));
    }

    const std::string& image() const noexcept { return image_; }
    const std::string& name() const noexcept { return name_; }
    const std::string& container_name() const noexcept { return container_; }
    double cpu() const noexcept { return cpu_; }
    double memory() const noexcept { return memory_; }
    const std::vector<std::string>& command() const noexcept { return command_; }
    const std::vector<std::string>& args() const noexcept { return args_; }
    const std::vector<std::pair<std::string, std::string>>& env() const noexcept { return env_; }
    const std::vector<std::pair<int, std::string>>& ports() const noexcept { return ports_; }
    const std::vector<std::pair<std::string, std::string>>& tags() const noexcept { return tags_; }
    const std::string& working_dir() const noexcept { return working_dir_; }
    const std::string& restart_policy() const noexcept { return restart_; }
    const std::string& client_token() const noexcept { return token_; }
    const std::vector<std::pair<std::string, std::string>>& extra() const noexcept {
        return extra_;
    }

private:
    std::string image_;
    std::string name_;
    std::string container_ = "sandbox";
    double cpu_ = 1;
    double memory_ = 2;
    std::vector<std::string> command_;
    std::vector<std::string> args_;
    std::vector<std::pair<std::string, std::string>> env_;
    std::vector<std::pair<int, std::string>> ports_;
    std::vector<std::pair<std::string, std::string>> tags_;
    std::string working_dir_;
    std::string restart_;
    std::string token_;
    std::vector<std::pair<std::string, std::string>> extra_;
};

}  // namespace ecisbx::eci

#endif
