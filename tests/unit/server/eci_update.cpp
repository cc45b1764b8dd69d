// UpdateContainerGroup over the fake runtime.
#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

using eci_test::fixture;
using eci_test::parameter_list;

namespace {

eci_test::answer update(fixture& f, const std::string& id, parameter_list changes) {
    changes.emplace_back("ContainerGroupId", id);
    return f.call("UpdateContainerGroup", std::move(changes));
}

parameter_list with_process() {
    return {{"Container.1.Command.1", "wait"},
            {"Container.1.EnvironmentVar.1.Key", "A"},
            {"Container.1.EnvironmentVar.1.Value", "1"},
            {"Tag.1.Key", "k"},
            {"Tag.1.Value", "v"}};
}

void settle(fixture& f, const std::string& id) {
    f.until([&] { return f.status(id) == "Running"; });
}

}  // namespace

TEST_CASE("update: tags are changed and added, and nothing is restarted") {
    fixture f;
    auto id = f.running(with_process());
    auto a = update(
        f, id,
        {{"Tag.1.Key", "k"}, {"Tag.1.Value", "new"}, {"Tag.2.Key", "more"}, {"Tag.2.Value", ""}});
    CHECK(a.code() == "ok");
    CHECK(a.text("RequestId").size() == 36);
    CHECK(f.status(id) == "Running");
    auto g = f.describe(id);
    auto tags = g.at("Tags").as_array();
    REQUIRE(tags.size() == 2);
    CHECK(tags[0].at("Value") == "new");
    CHECK(tags[1].at("Key") == "more");
    CHECK(f.world->boxes.size() == 1);
    CHECK_FALSE(f.world->boxes[0]->stopped);
    // The filter finds it by what it has now.
    auto found = f.call("DescribeContainerGroups", {{"Tag.1.Key", "more"}});
    CHECK(found.body.at("TotalCount") == 1);
}

TEST_CASE("update: another restart policy needs no other containers") {
    fixture f;
    auto id = f.running(with_process());
    CHECK(update(f, id, {{"RestartPolicy", "Never"}, {"ResourceGroupId", "rg-2"}}).code() == "ok");
    CHECK(f.status(id) == "Running");
    CHECK(f.describe(id).at("RestartPolicy") == "Never");
    CHECK(f.describe(id).at("ResourceGroupId") == "rg-2");
    CHECK(f.world->boxes.size() == 1);
    f.world->last_process()->end(0);
    f.until([&] { return f.status(id) == "Succeeded"; });
}

TEST_CASE("update: an incremental change of a variable replaces the container") {
    fixture f;
    f.world->slow_stop = true;
    auto id = f.running(with_process());
    auto a = update(f, id,
                    {{"UpdateType", "IncrementalUpdate"},
                     {"Container.1.Name", "sandbox"},
                     {"Container.1.EnvironmentVar.1.Key", "B"},
                     {"Container.1.EnvironmentVar.1.Value", "2"}});
    CHECK(a.code() == "ok");
    CHECK(f.status(id) == "Updating");
    CHECK(update(f, id, {{"Cpu", "4"}, {"Memory", "8"}}).code() == "IncorrectStatus");
    f.world->boxes[0]->let_stop();
    settle(f, id);
    REQUIRE(f.world->boxes.size() == 2);
    CHECK(f.world->boxes[0]->stopped);
    const ecisbx::server::runtime::environment env = {{"A", "1"}, {"B", "2"}};
    CHECK(f.world->last()->spec.env == env);
    CHECK(f.world->last_process()->spec.argv.front() == "wait");
    auto g = f.describe(id);
    CHECK(g.at("ContainerGroupId").as_string() == id.c_str());
    CHECK(g.at("Containers").at(0).at("EnvironmentVars").at(1).at("Value") == "2");
    CHECK(g.at("Tags").at(0).at("Value") == "v");
    CHECK(f.has_event(id, "Updated"));
}

TEST_CASE("update: size, image, command, and again on top of that") {
    fixture f;
    auto id = f.running(with_process());
    CHECK(update(f, id,
                 {{"Cpu", "4"},
                  {"Memory", "7"},
                  {"Container.1.Name", "sandbox"},
                  {"Container.1.Image", "busybox"},
                  {"Container.1.Command.1", "cat"}})
              .code() == "ok");
    settle(f, id);
    auto g = f.describe(id);
    CHECK(g.at("Cpu") == 4);
    CHECK(g.at("Memory") == 8);
    CHECK(g.at("Containers").at(0).at("Image") == "busybox");
    CHECK(g.at("Containers").at(0).at("Commands").at(0) == "cat");
    CHECK(g.at("Containers").at(0).at("EnvironmentVars").as_array().empty());  // it was whole
    CHECK(f.world->last()->spec.cpus == 4);
    CHECK(update(f, id, {{"Cpu", "2"}, {"Memory", "4"}}).code() == "ok");
    settle(f, id);
    CHECK(f.describe(id).at("Containers").at(0).at("Image") == "busybox");
    CHECK(f.world->last()->spec.cpus == 2);
}

TEST_CASE("update: more containers, then fewer") {
    fixture f;
    auto id = f.running(with_process());
    CHECK(update(f, id,
                 {{"UpdateType", "IncrementalUpdate"},
                  {"Container.1.Name", "second"},
                  {"Container.1.Image", "i"},
                  {"Container.1.Command.1", "wait"},
                  {"InitContainer.1.Name", "first"},
                  {"InitContainer.1.Image", "i"},
                  {"InitContainer.1.Command.1", "exit"},
                  {"InitContainer.1.Command.2", "0"}})
              .code() == "ok");
    settle(f, id);
    f.until([&] { return f.status_of_container(id, 1) == "Running"; });
    CHECK(f.describe(id).at("InitContainers").as_array().size() == 1);
    auto exec = f.call("ExecContainerCommand", {{"ContainerGroupId", id},
                                                {"ContainerName", "second"},
                                                {"Command", "[\"echo\",\"x\"]"},
                                                {"Sync", "true"}});
    CHECK(exec.text("SyncResponse") == "x\n");
    CHECK(update(f, id,
                 {{"Container.1.Name", "only"},
                  {"Container.1.Image", "i"},
                  {"Container.1.Command.1", "wait"}})
              .code() == "ok");
    settle(f, id);
    auto g = f.describe(id);
    REQUIRE(g.at("Containers").as_array().size() == 1);
    CHECK(g.at("Containers").at(0).at("Name") == "only");
    CHECK(f.service->supervisor->box_of(id, 0));
    CHECK_FALSE(f.service->supervisor->box_of(id, 1));
    CHECK(f.call("DeleteContainerGroup", {{"ContainerGroupId", id}}).code() == "ok");
    f.until([&] { return f.status(id) == "gone"; });
}

TEST_CASE("update: what is refused changes nothing") {
    fixture f;
    auto id = f.running(with_process());
    struct sample {
        parameter_list changes;
        const char* code;
    };
    parameter_list tags;
    for (int i = 1; i <= 20; ++i)
        tags.emplace_back("Tag." + std::to_string(i) + ".Key", "t" + std::to_string(i));
    parameter_list containers;
    for (int i = 1; i <= 21; ++i)
        containers.emplace_back("Container." + std::to_string(i) + ".Name", "c");
    for (const auto& one : {
             sample{{{"UpdateType", "Sometimes"}}, "InvalidParameter"},
             sample{{{"Cpu", "99"}}, "InvalidParameter.CPU.Memory"},
             sample{{{"Container.1.Name", "sandbox"}}, "MissingContainer.1.Image"},
             sample{{{"Container.1.Image", "i"}}, "MissingContainer.1.Name"},
             sample{{{"Tag.1.Key", "acs:x"}}, "InvalidParameter"},
             sample{tags, "NumberExceed.Tags"},
             sample{containers, "InvalidParameter.ValueExceeded"},
             sample{{{"RestartPolicy", "Maybe"}}, "InvalidParameter"},
             sample{{{"ClientToken", std::string(65, 'x')}}, "InvalidParameter"},
         }) {
        CAPTURE(one.code);
        CHECK(update(f, id, one.changes).code() == one.code);
    }
    CHECK(f.status(id) == "Running");
    CHECK(f.world->boxes.size() == 1);
    CHECK(f.describe(id).at("Tags").as_array().size() == 1);
    CHECK(update(f, "eci-00000000000000000000", {{"Cpu", "2"}}).status == 404);
    CHECK(f.send(f.request("UpdateContainerGroup", {{"ContainerGroupId", id}})).code() ==
          "MissingRegionId");
}

TEST_CASE("update: only a Pending or Running group") {
    fixture f;
    f.world->hold_create = true;
    auto id = f.create(with_process());
    f.poll();
    CHECK(f.status(id) == "Scheduling");
    CHECK(update(f, id, {{"Tag.1.Key", "x"}}).code() == "IncorrectStatus");
    f.world->let_create();
    settle(f, id);
    f.service->supervisor->force(f.service->groups->find(id),
                                 ecisbx::server::store::group_status::failed, "R", "m");
    f.poll();
    CHECK(update(f, id, {{"Tag.1.Key", "x"}}).code() == "IncorrectStatus");
}

TEST_CASE("update: the same client token updates once") {
    fixture f;
    auto id = f.running(with_process());
    parameter_list changes = {{"Cpu", "4"}, {"Memory", "8"}, {"ClientToken", "t"}};
    CHECK(update(f, id, changes).code() == "ok");
    CHECK(update(f, id, changes).code() == "ok");  // although it is Updating
    settle(f, id);
    CHECK(update(f, id, changes).code() == "ok");
    CHECK(f.status(id) == "Running");
    CHECK(f.world->boxes.size() == 2);
    changes[0].second = "2";
    CHECK(update(f, id, changes).code() == "IdempotentParameterMismatch");
}

TEST_CASE("update: a delete in the middle of one") {
    fixture f;
    f.world->slow_stop = true;
    auto id = f.running(with_process());
    CHECK(update(f, id, {{"Cpu", "4"}, {"Memory", "8"}}).code() == "ok");
    f.poll();
    CHECK(f.status(id) == "Updating");
    CHECK(f.call("DeleteContainerGroup", {{"ContainerGroupId", id}, {"Force", "true"}}).code() ==
          "ok");
    f.until([&] { return f.status(id) == "gone"; });
    f.world->boxes[0]->let_stop();
    f.poll();
    CHECK(f.world->boxes.size() == 1);
}
