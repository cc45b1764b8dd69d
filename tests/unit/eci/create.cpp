#include "eci/create.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>

namespace {

using namespace ecisbx;
using eci::create_options;

std::map<std::string, std::string> parameters_of(const create_options& options) {
    auto list = eci::create_parameters(options);
    std::map<std::string, std::string> map(list.begin(), list.end());
    CHECK(map.size() == list.size());  // no name twice
    return map;
}

/// The message of the refusal; empty when there was none.
std::string refusal(const create_options& options) {
    try {
        eci::create_parameters(options);
        return {};
    } catch (const error& e) {
        CHECK(e.code() == errc::invalid_argument);
        return e.what();
    }
}

bool refuses(const create_options& options, const std::string& field) {
    return refusal(options).find(field) != std::string::npos;
}

create_options base() {
    return create_options("nginx");
}

TEST_CASE("create: the defaults") {
    auto p = parameters_of(base());
    CHECK(p["ContainerGroupName"].starts_with("sandbox-"));
    CHECK(p["ContainerGroupName"].size() == 18);
    CHECK(p["Container.1.Name"] == "sandbox");
    CHECK(p["Container.1.Image"] == "nginx");
    CHECK(p["Cpu"] == "1");
    CHECK(p["Memory"] == "2");
    CHECK(p["Container.1.Cpu"] == "1");
    CHECK(p["ClientToken"].size() == 36);
    CHECK(parameters_of(base())["ClientToken"] != p["ClientToken"]);
    CHECK(parameters_of(base())["ContainerGroupName"] != p["ContainerGroupName"]);
    CHECK(p.size() == 8);
}

TEST_CASE("create: every setter has its parameter") {
    auto p = parameters_of(base()
                               .name("my-box")
                               .container_name("main")
                               .cpu(0.25)
                               .memory(0.5)
                               .command(command("sleep", "1"))
                               .arg("a")
                               .arg("b")
                               .env("K", "v w")
                               .env("L", "")
                               .port(80)
                               .port(53, "UDP")
                               .tag("owner", "me")
                               .working_dir("/w")
                               .restart_policy("Never")
                               .vswitch("vsw-1")
                               .security_group("sg-1")
                               .zone("z-1")
                               .client_token("token"));
    std::map<std::string, std::string> expected{{"ContainerGroupName", "my-box"},
                                                {"Container.1.Name", "main"},
                                                {"Container.1.Image", "nginx"},
                                                {"Cpu", "0.25"},
                                                {"Memory", "0.5"},
                                                {"Container.1.Cpu", "0.25"},
                                                {"Container.1.Memory", "0.5"},
                                                {"Container.1.Command.1", "sleep"},
                                                {"Container.1.Command.2", "1"},
                                                {"Container.1.Arg.1", "a"},
                                                {"Container.1.Arg.2", "b"},
                                                {"Container.1.EnvironmentVar.1.Key", "K"},
                                                {"Container.1.EnvironmentVar.1.Value", "v w"},
                                                {"Container.1.EnvironmentVar.2.Key", "L"},
                                                {"Container.1.EnvironmentVar.2.Value", ""},
                                                {"Container.1.Port.1.Port", "80"},
                                                {"Container.1.Port.1.Protocol", "TCP"},
                                                {"Container.1.Port.2.Port", "53"},
                                                {"Container.1.Port.2.Protocol", "UDP"},
                                                {"Container.1.WorkingDir", "/w"},
                                                {"RestartPolicy", "Never"},
                                                {"Tag.1.Key", "owner"},
                                                {"Tag.1.Value", "me"},
                                                {"VSwitchId", "vsw-1"},
                                                {"SecurityGroupId", "sg-1"},
                                                {"ZoneId", "z-1"},
                                                {"ClientToken", "token"}};
    CHECK(p == expected);
}

TEST_CASE("create: set wins, an instance type takes the place of the size") {
    auto p = parameters_of(base().set("Cpu", "8").set("Cpu", "16"));
    CHECK(p["Cpu"] == "16");
    auto typed = parameters_of(base().instance_type("ecs.c6.large"));
    CHECK(typed["InstanceType"] == "ecs.c6.large");
    CHECK_FALSE(typed.contains("Cpu"));
    CHECK_FALSE(typed.contains("Container.1.Memory"));
}

TEST_CASE("create: bounds are checked, and the field is named") {
    CHECK(refuses(create_options(""), "image"));
    CHECK(refuses(base().name("x"), "name"));
    CHECK(refuses(base().name("-ab"), "name"));
    CHECK(refuses(base().name("ab-"), "name"));
    CHECK(refuses(base().name("Ab"), "name"));
    CHECK(refuses(base().name(std::string(129, 'a')), "name"));
    CHECK(refusal(base().name(std::string(128, 'a'))).empty());
    CHECK(refuses(base().container_name(""), "container_name"));
    CHECK(refuses(base().cpu(0), "cpu"));
    CHECK(refuses(base().cpu(-1), "cpu"));
    CHECK(refuses(base().memory(std::numeric_limits<double>::quiet_NaN()), "memory"));
    CHECK(refuses(base().memory(std::numeric_limits<double>::infinity()), "memory"));
    CHECK(refuses(base().command(command(std::vector<std::string>(21, "x"))), "command"));
    CHECK(refusal(base().command(command(std::vector<std::string>(20, "x")))).empty());
    auto many = base();
    for (int i = 0; i < 11; ++i) many.arg("x");
    CHECK(refuses(many, "arg"));
    CHECK(refuses(base().env("1a", "x"), "env"));
    CHECK(refuses(base().env("", "x"), "env"));
    CHECK(refuses(base().env("A-B", "x"), "env"));
    CHECK(refuses(base().env(std::string(129, 'A'), "x"), "env"));
    CHECK(refuses(base().env("A", std::string(257, 'x')), "env A"));
    CHECK(refuses(base().env("A", std::string("x\0y", 3)), "env A"));
    CHECK(refuses(base().env("A", "\xff"), "env A"));
    CHECK(refuses(base().port(0), "port"));
    CHECK(refuses(base().port(65536), "port"));
    CHECK(refuses(base().port(80, "tcp"), "port"));
    CHECK(refuses(base().tag("", "x"), "tag"));
    CHECK(refuses(base().tag("acs:x", "x"), "tag"));
    CHECK(refuses(base().tag("aliyunx", "x"), "tag"));
    CHECK(refuses(base().tag("http://x", "x"), "tag"));
    CHECK(refuses(base().tag("k", "1").tag("k", "2"), "tag"));
    CHECK(refuses(base().tag(std::string(65, 'k'), "1"), "tag"));
    CHECK(refusal(base().tag("名名名名名名名名名名名名名名名名名名名名名名名名", "1")).empty());
    CHECK(refuses(base().tag("k", std::string(129, 'v')), "tag"));
    auto tagged = base();
    for (int i = 0; i < 21; ++i) tagged.tag("k" + std::to_string(i), "v");
    CHECK(refuses(tagged, "tag"));
    CHECK(refuses(base().restart_policy("never"), "restart_policy"));
    CHECK(refuses(base().client_token(std::string(65, 'x')), "client_token"));
    CHECK(refuses(base().client_token("é"), "client_token"));
    CHECK(refuses(base().set("", "x"), "set"));
}

}  // namespace
