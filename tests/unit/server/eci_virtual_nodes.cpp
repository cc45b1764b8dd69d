#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;

namespace {

parameter_list creation(parameter_list more = {}) {
    return fixture::merged({{"SecurityGroupId", "sg-1"}, {"VSwitchId", "vsw-1"}}, std::move(more));
}

std::string made(fixture& f, parameter_list more = {}) {
    auto a = f.call("CreateVirtualNode", creation(std::move(more)));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    return a.text("VirtualNodeId");
}

std::vector<std::string> found(fixture& f, parameter_list filter) {
    auto a = f.call("DescribeVirtualNodes", std::move(filter));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    std::vector<std::string> ids;
    for (const auto& n : a.body.at("VirtualNodes").as_array())
        ids.emplace_back(n.at("VirtualNodeId").as_string());
    return ids;
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("virtual node: fields, and Pending before Ready") {
    fixture f;
    auto id = made(f, {{"VirtualNodeName", "node-1.x"},
                       {"ResourceGroupId", "rg-1"},
                       {"Taint.1.Key", "t"},
                       {"Taint.1.Effect", "NoExecute"},
                       {"EnablePublicNetwork", "true"},
                       {"Tag.1.Key", "k"}});
    CHECK(id.starts_with("vnd-"));
    auto a = f.call("DescribeVirtualNodes", {});
    CHECK(a.body.at("TotalCount") == 1);
    auto n = a.body.at("VirtualNodes").at(0).as_object();
    CHECK(n.at("VirtualNodeName") == "node-1.x");
    CHECK(n.at("Status") == "Pending");
    CHECK(n.at("RegionId") == "cn-shanghai");
    CHECK(n.at("ResourceGroupId") == "rg-1");
    CHECK(n.at("VirtualNodeSecurityGroupId") == "sg-1");
    CHECK(n.at("VirtualNodeVSwitchId") == "vsw-1");
    CHECK(n.at("CreationTime") == "2026-01-02T00:00:00Z");
    CHECK(n.at("Events").at(0).at("Reason") == "NotSupportedHere");
    CHECK(n.at("Tags").at(0).at("Key") == "k");
    f.now += 1s;
    CHECK(found(f, {{"Status", "Ready"}}) == ids{id});
    CHECK(found(f, {{"Status", "Pending"}}).empty());
}

TEST_CASE("virtual node: update and delete") {
    fixture f;
    auto id = made(f);
    CHECK(f.call("UpdateVirtualNode",
                 {{"VirtualNodeId", id}, {"VirtualNodeName", "new"}, {"Tag.1.Key", "k"}})
              .code() == "ok");
    CHECK(found(f, {{"VirtualNodeName", "new"}, {"Tag.1.Key", "k"}}) == ids{id});
    CHECK(f.call("UpdateVirtualNode",
                 {{"VirtualNodeId", id}, {"VirtualNodeName", "newer"}, {"Tag.1.Key", "acs:"}})
              .code() == "InvalidParameter");
    CHECK(found(f, {{"VirtualNodeName", "new"}}) == ids{id});
    CHECK(f.call("UpdateVirtualNode", {}).code() == "MissingVirtualNodeId");
    CHECK(f.call("UpdateVirtualNode", {{"VirtualNodeId", "vnd-none"}}).status == 404);
    CHECK(f.call("DeleteVirtualNode", {}).code() == "MissingVirtualNodeId");
    CHECK(f.call("DeleteVirtualNode", {{"VirtualNodeId", id}}).code() == "ok");
    CHECK(f.call("DeleteVirtualNode", {{"VirtualNodeId", id}}).code() ==
          "InvalidVirtualNodeId.NotFound");
    CHECK(found(f, {}).empty());
}

TEST_CASE("virtual node: filters, pages, client tokens") {
    fixture f;
    auto a = made(f, {{"ClientToken", "t"}, {"ResourceGroupId", "rg-1"}});
    CHECK(made(f, {{"ClientToken", "t"}, {"ResourceGroupId", "rg-1"}}) == a);
    auto b = made(f), c = made(f);
    CHECK(found(f, {{"VirtualNodeIds", "[\"" + a + "\",\"" + c + "\"]"}}) == ids{c, a});
    CHECK(found(f, {{"ResourceGroupId", "rg-1"}}) == ids{a});
    auto page = f.call("DescribeVirtualNodes", {{"Limit", "2"}});
    CHECK(page.body.at("TotalCount") == 3);
    CHECK(found(f, {{"NextToken", page.text("NextToken")}}) == ids{a});
    CHECK(b != c);
}

TEST_CASE("virtual node: what a create refuses") {
    fixture f;
    auto code = [&](parameter_list more) {
        return f.call("CreateVirtualNode", creation(std::move(more))).code();
    };
    CHECK(code({{"SecurityGroupId", ""}}) == "MissingSecurityGroupId");
    CHECK(code({{"VSwitchId", ""}}) == "MissingVSwitchId");
    CHECK(code({{"VSwitchId", "1,2,3,4,5,6,7,8,9,10,11"}}) == "InvalidParameter");
    CHECK(code({{"VirtualNodeName", "x"}}) == "InvalidParameter");
    CHECK(code({{"VirtualNodeName", "Upper"}}) == "InvalidParameter");
    CHECK(code({{"Taint.1.Effect", "NoExecute"}}) == "MissingTaint.1.Key");
    CHECK(code({{"Taint.1.Key", "k"}, {"Taint.1.Effect", "Never"}}) == "InvalidParameter");
    CHECK(code({{"TlsBootstrapEnabled", "2"}}) == "InvalidParameter");
    CHECK(f.call("DescribeVirtualNodes", {{"Status", "Fine"}}).code() == "InvalidParameter");
    auto& nodes = f.service->resources.virtual_nodes;
    while (nodes.size() < nodes.capacity()) {
        ecisbx::server::store::virtual_node filler;
        filler.id = "vnd-" + std::to_string(nodes.size());
        REQUIRE(nodes.insert(filler));
    }
    CHECK(code({}) == "QuotaExceeded");
}
