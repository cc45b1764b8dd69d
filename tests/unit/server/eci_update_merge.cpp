// What a request becomes by an update; no server in it.
#include "server/api/eci/update_merge.hpp"

#include <doctest/doctest.h>

#include <map>

namespace {

using namespace ecisbx::server::api::eci;
using ecisbx::proto::parameter_list;
using map = std::map<std::string, std::string>;

map merged(const parameter_list& before, const parameter_list& change, bool incremental) {
    auto all = merge_update(before, change, incremental);
    return {all.begin(), all.end()};
}

const parameter_list two = {{"ContainerGroupName", "box"},
                            {"Cpu", "2"},
                            {"Container.1.Name", "a"},
                            {"Container.1.Image", "i"},
                            {"Container.1.Command.1", "sh"},
                            {"Container.1.Command.2", "-c"},
                            {"Container.1.EnvironmentVar.1.Key", "A"},
                            {"Container.1.EnvironmentVar.1.Value", "1"},
                            {"Container.1.EnvironmentVar.3.Key", "C"},
                            {"Container.1.EnvironmentVar.3.Value", "3"},
                            {"Container.1.LivenessProbe.HttpGet.Port", "80"},
                            {"Container.10.Name", "b"},
                            {"Container.10.Image", "j"},
                            {"Volume.1.Name", "v"},
                            {"Volume.1.Type", "EmptyDirVolume"},
                            {"DnsConfig.NameServer.1", "1.1.1.1"}};

TEST_CASE("update merge: scalars, and only those that an update may change") {
    auto p = merged(two,
                    {{"Cpu", "4"},
                     {"Memory", "8"},
                     {"RestartPolicy", "Never"},
                     {"ResourceGroupId", "rg"},
                     {"ZoneId", "z"},
                     {"ContainerGroupName", "other"},
                     {"ContainerGroupId", "eci-1"}},
                    false);
    CHECK(p["Cpu"] == "4");
    CHECK(p["Memory"] == "8");
    CHECK(p["RestartPolicy"] == "Never");
    CHECK(p["ResourceGroupId"] == "rg");
    CHECK(p["ContainerGroupName"] == "box");
    CHECK_FALSE(p.contains("ZoneId"));
    CHECK_FALSE(p.contains("ContainerGroupId"));
    CHECK(p["Container.1.Command.2"] == "-c");
    CHECK(merged(two, {{"Cpu", ""}}, false)["Cpu"] == "2");
}

TEST_CASE("update merge: a whole update replaces the lists that it has") {
    auto p = merged(two, {{"Container.1.Name", "a"}, {"Container.1.Image", "new"}}, false);
    CHECK(p["Container.1.Image"] == "new");
    CHECK_FALSE(p.contains("Container.1.Command.1"));
    CHECK_FALSE(p.contains("Container.10.Name"));
    CHECK(p["Volume.1.Name"] == "v");
    auto q = merged(two, {{"DnsConfig.Search.1", "x"}, {"Volume.1.Name", "w"}}, false);
    CHECK_FALSE(q.contains("DnsConfig.NameServer.1"));
    CHECK(q["DnsConfig.Search.1"] == "x");
    CHECK(q["Volume.1.Name"] == "w");
    CHECK_FALSE(q.contains("Volume.1.Type"));
    CHECK(q["Container.10.Name"] == "b");
}

TEST_CASE("update merge: an incremental one changes what it names") {
    auto p = merged(two,
                    {{"Container.1.Name", "a"},
                     {"Container.1.EnvironmentVar.1.Key", "C"},
                     {"Container.1.EnvironmentVar.1.Value", "new"},
                     {"Container.1.EnvironmentVar.2.Key", "D"},
                     {"Container.1.EnvironmentVar.2.Value", "4"},
                     {"Container.1.Command.1", "sleep"}},
                    true);
    CHECK(p["Container.1.Image"] == "i");
    CHECK(p["Container.1.EnvironmentVar.1.Value"] == "1");
    CHECK(p["Container.1.EnvironmentVar.3.Value"] == "new");
    CHECK(p["Container.1.EnvironmentVar.4.Key"] == "D");
    CHECK(p["Container.1.Command.1"] == "sleep");
    CHECK_FALSE(p.contains("Container.1.Command.2"));
    CHECK(p["Container.1.LivenessProbe.HttpGet.Port"] == "80");
    CHECK(p["Container.10.Image"] == "j");
}

TEST_CASE("update merge: incremental by name, whatever the index, a new name is one more") {
    auto p = merged(two,
                    {{"Container.1.Name", "b"},
                     {"Container.1.Image", "k"},
                     {"Container.2.Name", "c"},
                     {"Container.2.Image", "l"},
                     {"Container.3.Name", "a"},
                     {"Container.3.LivenessProbe.TcpSocket.Port", "9"},
                     {"InitContainer.1.Name", "first"},
                     {"Volume.7.Name", "v"},
                     {"Volume.7.Type", "NFSVolume"}},
                    true);
    CHECK(p["Container.10.Image"] == "k");
    CHECK(p["Container.11.Name"] == "c");
    CHECK(p["Container.1.Image"] == "i");
    CHECK(p["Container.1.LivenessProbe.TcpSocket.Port"] == "9");
    CHECK_FALSE(p.contains("Container.1.LivenessProbe.HttpGet.Port"));
    CHECK(p["InitContainer.1.Name"] == "first");
    CHECK(p["Volume.1.Type"] == "NFSVolume");
}

TEST_CASE("update merge: the header list that only this action spells with an s") {
    auto p = merged(two,
                    {{"Container.1.Name", "a"},
                     {"Container.1.LifecyclePostStartHandlerHttpGetHttpHeaders.1.Name", "K"}},
                    true);
    CHECK(p["Container.1.LifecyclePostStartHandlerHttpGetHttpHeader.1.Name"] == "K");
}

TEST_CASE("update merge: names that are nothing do no harm") {
    for (bool incremental : {true, false}) {
        auto p = merged(two,
                        {{"Container.", "x"},
                         {"Container.x.Name", "y"},
                         {"Container.1", "z"},
                         {"Container.99999999999999999999.Name", "a"},
                         {".", ""}},
                        incremental);
        CHECK(p["ContainerGroupName"] == "box");
    }
}

TEST_CASE("a kept request: all but tags, credentials and what belongs to the call") {
    auto text = keep_request({{"Container.1.Image", "a b&c=d%"},
                              {"Tag.1.Key", "k"},
                              {"ImageRegistryCredential.1.Password", "hunter2"},
                              {"AcrRegistryInfo.1.InstanceId", "x"},
                              {"ClientToken", "t"},
                              {"RegionId", "r"},
                              {"Cpu", ""}});
    CHECK(text.find("hunter2") == std::string::npos);
    CHECK(kept_request(text) == parameter_list{{"Container.1.Image", "a b&c=d%"}, {"Cpu", ""}});
    CHECK(kept_request("").empty());
}

}  // namespace
