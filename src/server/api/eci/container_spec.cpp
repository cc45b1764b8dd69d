#include "core/ascii.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/create_spec.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

constexpr double max_amount = 1'000'000;
constexpr std::size_t max_variables = 1000;
constexpr std::size_t max_ports = 100;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
using core::is_digit;

// A DNS label, as Kubernetes names containers.
std::string read_name(const proto::flat_view& in) {
    auto name = in.required("Name");
    bool good = name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
                std::all_of(name.begin(), name.end(),
                            [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
    if (!good)
        refuse_parameter(in, "Name",
                         "it must be at most 63 lower-case letters, digits and hyphens, and not "
                         "begin or end with a hyphen");
    return name;
}

store::env_var read_variable(const proto::flat_view& in) {
    store::env_var var;
    var.key = in.required("Key");
    bool good = var.key.size() <= 128 && !is_digit(var.key.front()) &&
                std::all_of(var.key.begin(), var.key.end(), [](char c) {
                    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
                });
    if (!good)
        refuse_parameter(in, "Key",
                         "it must be 1 to 128 letters, digits and underscores, and not begin with "
                         "a digit");
    var.value = in.text_or("Value", "");
    if (length_of(var.value) > 256)
        refuse_parameter(in, "Value", "it must be at most 256 characters");
    var.field_path = in.text_or("FieldRef.FieldPath", "");
    if (!var.field_path.empty() && var.field_path != "status.podIP")
        refuse_parameter(in, "FieldRef.FieldPath", "it must be status.podIP");
    return var;
}

std::vector<std::pair<int, std::string>> read_ports(const proto::flat_view& in) {
    std::vector<std::pair<int, std::string>> ports;
    for (const auto& port : in.elements("Port", max_ports)) {
        auto number = port.integer("Port", 1, 65535);
        if (!number) throw proto::api_refusal(proto::missing_parameter(port.full_name("Port")));
        ports.emplace_back(static_cast<int>(*number),
                           one_of(port, "Protocol", {"TCP", "UDP"}, "TCP"));
    }
    return ports;
}

}  // namespace

store::container_spec read_container_spec(const proto::flat_view& in, bool init) {
    store::container_spec c;
    c.name = read_name(in);
    c.image = in.required("Image");
    c.image_pull_policy =
        one_of(in, "ImagePullPolicy", {"Always", "IfNotPresent", "Never"}, "IfNotPresent");
    c.cpu = in.number("Cpu", 0, max_amount).value_or(0);
    c.memory = in.number("Memory", 0, max_amount).value_or(0);
    c.gpu = static_cast<int>(in.integer("Gpu", 0, 1000).value_or(0));
    c.command = in.texts("Command", 20);
    c.args = in.texts("Arg", 10);
    c.working_dir = in.text_or("WorkingDir", "");
    for (const auto& var : in.elements("EnvironmentVar", max_variables))
        c.env.push_back(read_variable(var));
    c.ports = read_ports(in);
    c.open_stdin = in.boolean("Stdin").value_or(false);
    c.stdin_once = in.boolean("StdinOnce").value_or(false);
    c.tty = in.boolean("Tty").value_or(false);
    c.hide_env = in.boolean("EnvironmentVarHide").value_or(false);
    c.mounts = read_mounts(in);
    check_container_parameters(in, init);
    c.extra = echo_of_container(in, init);
    return c;
}

}  // namespace ecisbx::server::api::eci
