// Commits, ops tasks and volumes that grow.
#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using eci_test::answer;
using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

parameter_list commit_of(const std::string& group, parameter_list more = {}) {
    return fixture::merged({{"ContainerGroupId", group},
                            {"ContainerName", "sandbox"},
                            {"Image.Repository", "registry.cn-shanghai.cr.aliyuncs.com/me/box"},
                            {"Image.Tag", "v1"}},
                           std::move(more));
}

json::object task(fixture& f, const std::string& id) {
    auto a = f.call("DescribeCommitContainerTask", {{"TaskId.1", id}});
    REQUIRE(a.code() == "ok");
    REQUIRE(a.body.at("CommitTasks").as_array().size() == 1);
    return a.body.at("CommitTasks").at(0).as_object();
}

std::string has_disk(fixture& f, const std::string& options) {
    return f.running({{"Volume.1.Name", "disk"},
                      {"Volume.1.Type", "FlexVolume"},
                      {"Volume.1.FlexVolume.Driver", "alicloud/disk"},
                      {"Volume.1.FlexVolume.Options", options},
                      {"Volume.2.Name", "empty"},
                      {"Volume.2.Type", "EmptyDirVolume"}});
}

std::string options_of_disk(fixture& f, const std::string& id) {
    return std::string(f.describe(id).at("Volumes").at(0).at("FlexVolumeOptions").as_string());
}

}  // namespace

TEST_CASE("commit: phases by the clock") {
    fixture f;
    auto group = f.running();
    auto a = f.call("CommitContainer", commit_of(group, {{"Arn.RoleType", "service"}}));
    REQUIRE(a.code() == "ok");
    auto id = a.text("TaskId");
    auto t = task(f, id);
    CHECK(t.at("TaskStatus") == "Running");
    CHECK(t.at("TaskProgress") == "0%");
    CHECK(t.at("ContainerName") == "sandbox");
    CHECK(t.at("TaskCreationTime") == "2026-01-02T00:00:00Z");
    CHECK(t.at("TaskFinishedTime") == "");
    CHECK(t.at("CommitPhaseInfos").as_array().size() == 1);
    CHECK(t.at("CommitPhaseInfos").at(0).at("Phase") == "PullBaseImage");
    CHECK(t.at("CommitPhaseInfos").at(0).at("Status") == "Running");
    f.now += 750ms;
    t = task(f, id);
    CHECK(t.at("TaskProgress") == "50%");
    CHECK(t.at("CommitPhaseInfos").as_array().size() == 2);
    CHECK(t.at("CommitPhaseInfos").at(0).at("Status") == "Succeeded");
    CHECK(t.at("CommitPhaseInfos").at(1).at("Phase") == "CommitContainer");
    f.now += 10s;
    t = task(f, id);
    CHECK(t.at("TaskStatus") == "Succeeded");
    CHECK(t.at("TaskProgress") == "100%");
    CHECK(t.at("TaskFinishedTime") == "2026-01-02T00:00:01Z");
    CHECK(t.at("CommitPhaseInfos").at(2).at("Phase") == "PushCommittedImage");
    CHECK(t.at("StatusMessage").as_string().find("pushes no image") != std::string::npos);
}

TEST_CASE("commit: lists") {
    fixture f;
    auto one = f.running(), two = f.running();
    std::vector<std::string> ids;
    for (int i = 0; i < 12; ++i) {
        auto a = f.call("CommitContainer", commit_of(one));
        REQUIRE(a.code() == "ok");
        ids.push_back(a.text("TaskId"));
        f.now += 2s;
    }
    CHECK(f.call("CommitContainer", commit_of(two)).code() == "ok");
    auto list = [&](parameter_list filter) {
        return f.call("DescribeCommitContainerTask", std::move(filter));
    };
    auto first = list({{"ContainerGroupId", one}});
    CHECK(first.body.at("TotalCount") == 12);
    CHECK(first.body.at("MaxResults") == "10");
    CHECK(first.body.at("CommitTasks").as_array().size() == 10);
    auto rest = list({{"ContainerGroupId", one}, {"NextToken", first.text("NextToken")}});
    CHECK(rest.body.at("CommitTasks").as_array().size() == 2);
    CHECK(rest.body.at("CommitTasks").at(1).at("TaskId").as_string() == ids.front());
    CHECK(rest.text("NextToken").empty());
    CHECK(list({{"ContainerGroupId", one}, {"MaxResults", "99"}}).body.at("MaxResults") == "50");
    auto running = list({{"ContainerGroupId", two}, {"TaskStatus", "Running"}});
    CHECK(running.body.at("TotalCount") == 1);
    CHECK(list({{"ContainerGroupId", two}, {"TaskStatus", "Failed"}}).body.at("TotalCount") == 0);
    CHECK(list({{"ContainerGroupId", two}, {"TaskId.1", ids[0]}}).body.at("TotalCount") == 0);
    CHECK(list({{"TaskId", "[\"" + ids[0] + "\"]"}}).body.at("TotalCount") == 1);
    CHECK(list({}).code() == "MissingContainerGroupId");
    CHECK(list({{"ContainerGroupId", two}, {"TaskStatus", "Odd"}}).code() == "InvalidParameter");
}

TEST_CASE("commit: what it refuses") {
    fixture f;
    auto group = f.running();
    auto code = [&](parameter_list more) {
        return f.call("CommitContainer", commit_of(group, std::move(more))).code();
    };
    CHECK(code({{"ContainerGroupId", ""}}) == "MissingContainerGroupId");
    CHECK(code({{"ContainerGroupId", "eci-none"}}) == "InvalidContainerGroupId.NotFound");
    CHECK(code({{"ContainerName", ""}}) == "MissingContainerName");
    CHECK(code({{"ContainerName", "other"}}) == "IncorrectStatus");
    CHECK(code({{"Image.Repository", ""}}) == "MissingImage.Repository");
    CHECK(code({{"Image.Repository", "https://x/y"}}) == "InvalidParameter");
    CHECK(code({{"Image.Tag", ""}}) == "MissingImage.Tag");
    CHECK(code({{"Image.Tag", "a b"}}) == "InvalidParameter");
    CHECK(code({{"Image.Tag", "-a"}}) == "InvalidParameter");
    CHECK(code({{"Image.Tag", std::string(129, 'x')}}) == "InvalidParameter");
    CHECK(code({{"Arn.RoleType", "user"}}) == "InvalidParameter");
    CHECK(code({}) == "ok");
    CHECK(code({}) == "OperationConflict");  // one at a time
    f.now += 10s;
    auto ended = f.create({{"RestartPolicy", "Never"},
                           {"Container.1.Command.1", "exit"},
                           {"Container.1.Command.2", "0"}});
    f.until([&] { return f.status(ended) == "Succeeded"; });
    CHECK(code({{"ContainerGroupId", ended}}) == "IncorrectStatus");
}

TEST_CASE("commit: old tasks make room") {
    fixture f;
    auto group = f.running();
    auto& tasks = f.service->resources.commit_tasks;
    auto first = f.call("CommitContainer", commit_of(group)).text("TaskId");
    while (tasks.size() < tasks.capacity()) {
        ecisbx::server::store::commit_task filler;
        filler.id = "ct-" + std::to_string(tasks.size());
        REQUIRE(tasks.insert(filler));
    }
    f.now += 10s;
    CHECK(f.call("CommitContainer", commit_of(group)).code() == "ok");
    CHECK(tasks.size() == tasks.capacity());
    CHECK_FALSE(tasks.find(first));
}

TEST_CASE("resize: a disk grows, and only a disk, and only upward") {
    fixture f;
    auto id = has_disk(f, R"({"volumeSize":"50","x":"y"})");
    auto code = [&](const std::string& volume, const std::string& size) {
        return f
            .call("ResizeContainerGroupVolume",
                  {{"ContainerGroupId", id}, {"VolumeName", volume}, {"NewSize", size}})
            .code();
    };
    CHECK(code("disk", "50") == "InvalidParameter");
    CHECK(code("disk", "40") == "InvalidParameter");
    CHECK(code("disk", "40000") == "InvalidParameter");
    CHECK(code("disk", "") == "MissingNewSize");
    CHECK(code("", "60") == "MissingVolumeName");
    CHECK(code("other", "60") == "InvalidParameter");
    CHECK(code("empty", "60") == "DiskVolume.NotSupport");
    CHECK(json::parse(options_of_disk(f, id)).at("volumeSize") == "50");
    CHECK(code("disk", "60") == "ok");
    CHECK(json::parse(options_of_disk(f, id)).at("volumeSize") == "60");
    CHECK(json::parse(options_of_disk(f, id)).at("x") == "y");
    CHECK(f.has_event(id, "NotSupportedHere"));
    CHECK(f.call("ResizeContainerGroupVolume", {{"ContainerGroupId", "eci-none"}}).status == 404);
    f.service->groups->force_status(*f.service->groups->find(id),
                                    ecisbx::server::store::group_status::pending);
    CHECK(code("disk", "70") == "IncorrectStatus");
}

TEST_CASE("resize: sizes as numbers, and a client token") {
    fixture f;
    auto id = has_disk(f, R"({"volumeSize":50})");
    parameter_list grow = {
        {"ContainerGroupId", id}, {"VolumeName", "disk"}, {"NewSize", "60"}, {"ClientToken", "t"}};
    CHECK(f.call("ResizeContainerGroupVolume", grow).code() == "ok");
    CHECK(f.call("ResizeContainerGroupVolume", grow).code() == "ok");
    CHECK(json::parse(options_of_disk(f, id)).at("volumeSize") == "60");
    grow.back().second = "u";
    CHECK(f.call("ResizeContainerGroupVolume", grow).code() == "InvalidParameter");
}

TEST_CASE("ops: core dumps on and off") {
    fixture f;
    auto id = f.running();
    auto make = [&](const std::string& value) {
        return f.call("CreateInstanceOpsTask",
                      {{"ContainerGroupId", id}, {"OpsType", "coredump"}, {"OpsValue", value}});
    };
    auto records = [&](const std::string& type) {
        auto a =
            f.call("DescribeInstanceOpsRecords", {{"ContainerGroupId", id}, {"OpsType", type}});
        REQUIRE(a.code() == "ok");
        return a.body.at("Records").as_array();
    };
    CHECK(records("coredump").empty());
    CHECK(make("disable").code() == "IncorrectOperation");
    auto a = make("enable");
    REQUIRE(a.code() == "ok");
    CHECK(a.text("Result") == "success");
    CHECK(make("enable").code() == "OperationConflict");
    auto r = records("coredump");
    REQUIRE(r.size() == 1);
    CHECK(r.at(0).at("OpsStatus") == "Ready");
    CHECK(r.at(0).at("OpsType") == "coredump");
    CHECK(r.at(0).at("CreateTime") == "2026-01-02T00:00:00Z");
    CHECK(r.at(0).at("ExpireTime") == "2026-01-02T12:00:00Z");
    CHECK(r.at(0).at("ResultContent") == "");
    CHECK(records("tcpdump").empty());
    CHECK(make("disable").code() == "ok");
    CHECK(records("coredump").at(0).at("OpsStatus") == "Closed");
    CHECK(make("enable").code() == "ok");
    f.now += 12h;
    CHECK(records("coredump").at(0).at("OpsStatus") == "Expired");
    CHECK(records("coredump").at(1).at("OpsStatus") == "Closed");
    CHECK(make("enable").code() == "ok");  // an expired one is in nobody's way
    CHECK(make("maybe").code() == "InvalidParameter");
}

TEST_CASE("ops: captures") {
    fixture f;
    auto id = f.running();
    auto make = [&](const std::string& value) {
        return f
            .call("CreateInstanceOpsTask",
                  {{"ContainerGroupId", id}, {"OpsType", "tcpdump"}, {"OpsValue", value}})
            .code();
    };
    for (const char* bad :
         {"enable", "[]", "{", "{}", R"({"Enable":"yes"})", R"({"Enable":true,"SourcePort":70000})",
          R"({"Enable":true,"Snaplen":-1})", R"({"Enable":true,"DestPort":1.5})",
          R"({"Enable":true,"FileSize":2000000000})", R"({"Enable":true,"Duration":1000000})"}) {
        INFO(bad);
        CHECK(make(bad) == "Tcpdump.InvalidValue");
    }
    CHECK(make("") == "MissingOpsValue");
    CHECK(make(R"({"Enable":true,"Duration":60,"DestPort":"443","PacketNum":10})") == "ok");
    auto records = [&] {
        return f
            .call("DescribeInstanceOpsRecords", {{"ContainerGroupId", id}, {"OpsType", "tcpdump"}})
            .body.at("Records")
            .as_array();
    };
    CHECK(records().at(0).at("ExpireTime") == "2026-01-02T00:01:00Z");
    CHECK(make(R"({"Enable":false})") == "ok");
    CHECK(records().at(0).at("OpsStatus") == "Closed");
}

TEST_CASE("ops: what both refuse") {
    fixture f;
    auto id = f.running();
    for (const char* action : {"CreateInstanceOpsTask", "DescribeInstanceOpsRecords"}) {
        INFO(action);
        auto code = [&](const std::string& group, const std::string& type) {
            return f
                .call(action,
                      {{"ContainerGroupId", group}, {"OpsType", type}, {"OpsValue", "enable"}})
                .code();
        };
        CHECK(code("", "coredump") == "MissingContainerGroupId");
        CHECK(code("eci-none", "coredump") == "InvalidInstanceId.NotFound");
        CHECK(code(id, "") == "MissingOpsType");
        CHECK(code(id, "strace") == "InvalidParameter");
    }
    f.service->groups->force_status(*f.service->groups->find(id),
                                    ecisbx::server::store::group_status::pending);
    CHECK(f.call("CreateInstanceOpsTask",
                 {{"ContainerGroupId", id}, {"OpsType", "coredump"}, {"OpsValue", "enable"}})
              .code() == "IncorrectStatus");
}
