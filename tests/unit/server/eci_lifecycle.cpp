#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;
using ecisbx::server::store::group_status;

namespace {

parameter_list main_process(std::initializer_list<const char*> argv, const char* policy) {
    parameter_list all = {{"RestartPolicy", policy}};
    int n = 0;
    for (auto word : argv) all.emplace_back("Container.1.Command." + std::to_string(++n), word);
    return all;
}

parameter_list with(parameter_list all, parameter_list more) {
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

int restarts(fixture& f, const std::string& id) {
    return f.service->groups->find(id)->containers.at(0).restarts;
}

}  // namespace

TEST_CASE("lifecycle: from Scheduling to Running") {
    fixture f;
    f.world->hold_create = true;
    auto id = f.create();
    f.poll();
    CHECK(f.status(id) == "Scheduling");
    CHECK(f.status_of_container(id) == "Waiting");
    f.world->let_create();
    f.until([&] { return f.status(id) == "Running"; });
    CHECK(f.status_of_container(id) == "Running");
    for (auto reason : {"Scheduled", "Pulled", "Created", "Started"})
        CHECK(f.has_event(id, reason));
}

TEST_CASE("lifecycle: a runtime that can make no box") {
    fixture f;
    f.world->fail_create = "no room";
    auto id = f.create();
    f.until([&] { return f.status(id) == "ScheduleFailed"; });
    auto event = f.describe(id).at("Events").at(0).as_object();
    CHECK(event.at("Type") == "Warning");
    CHECK(event.at("Reason") == "FailedScheduling");
    CHECK(event.at("Message").as_string().find("no room") != std::string::npos);
    CHECK(f.status_of_container(id) == "Waiting");
    f.call("DeleteContainerGroup", {{"ContainerGroupId", id}});
    CHECK(f.status(id) == "gone");
}

TEST_CASE("lifecycle: Never ends as the main process does") {
    fixture f;
    auto good = f.create(main_process({"exit", "0"}, "Never"));
    auto bad = f.create(main_process({"exit", "2"}, "Never"));
    f.until([&] { return f.status(good) == "Succeeded" && f.status(bad) == "Failed"; });
    CHECK(f.service->groups->find(good)->containers[0].current.reason == "Completed");
    f.until([&] { return f.world->boxes[0]->stopped && f.world->boxes[1]->stopped; });
}

TEST_CASE("lifecycle: OnFailure starts again until it succeeds") {
    fixture f;
    auto id = f.running(main_process({"wait"}, "OnFailure"));
    f.world->last_process()->end(1);
    f.until([&] { return f.world->boxes.size() == 2 && !f.world->last()->processes.empty(); });
    CHECK(f.status(id) == "Running");
    CHECK(restarts(f, id) == 1);
    f.until([&] { return f.status_of_container(id) == "Running"; });
    auto c = f.describe(id).at("Containers").at(0).as_object();
    CHECK(c.at("PreviousState").at("ExitCode") == 1);
    CHECK(f.world->boxes[0]->stopped);
    CHECK(f.world->boxes[0]->spec.id != f.world->boxes[1]->spec.id);
    f.world->last_process()->end(0);
    f.until([&] { return f.status(id) == "Succeeded"; });
}

TEST_CASE("lifecycle: Always starts again after success too, with growing pauses") {
    fixture f;
    auto id = f.create(main_process({"exit", "0"}, "Always"));
    f.until([&] { return restarts(f, id) >= 5; });
    CHECK(f.status(id) == "Running");
    CHECK(f.has_event(id, "BackOff"));
    using namespace ecisbx::server::lifecycle;
    backoff_settings b;
    CHECK(restart_pause(b, 0) == 0s);
    CHECK(restart_pause(b, 1) == 10s);
    CHECK(restart_pause(b, 2) == 20s);
    CHECK(restart_pause(b, 6) == 300s);
    CHECK(restart_pause(b, 4'000'000'000u) == 300s);
}

TEST_CASE("lifecycle: a command that can not be started") {
    fixture f;
    auto id = f.create(main_process({"missing"}, "Never"));
    f.until([&] { return f.status(id) == "Failed"; });
    auto state = f.describe(id).at("Containers").at(0).at("CurrentState").as_object();
    CHECK(state.at("Reason") == "StartError");
    CHECK(state.at("ExitCode") == 128);
    CHECK(f.has_event(id, "Failed"));
}

TEST_CASE("lifecycle: a group ends when all of its containers have") {
    fixture f;
    auto id = f.running(with(main_process({"wait"}, "Never"), {{"Container.2.Name", "b"},
                                                               {"Container.2.Image", "i"},
                                                               {"Container.2.Command.1", "wait"}}));
    REQUIRE(f.world->boxes.size() == 2);
    f.world->boxes[0]->processes.at(0)->end(0);
    f.until([&] { return f.status_of_container(id, 0) == "Terminated"; });
    CHECK(f.status(id) == "Running");
    f.world->boxes[1]->processes.at(0)->end(137, 9);
    f.until([&] { return f.status(id) == "Failed"; });
}

TEST_CASE("lifecycle: init containers run to their end, one after the other, first") {
    fixture f;
    auto id = f.create({{"InitContainer.1.Name", "one"},
                        {"InitContainer.1.Image", "i"},
                        {"InitContainer.1.Command.1", "wait"},
                        {"InitContainer.2.Name", "two"},
                        {"InitContainer.2.Image", "i"},
                        {"InitContainer.3.Name", "three"},
                        {"InitContainer.3.Image", "i"},
                        {"InitContainer.3.Command.1", "wait"}});
    f.until([&] { return f.world->boxes.size() == 2 && !f.world->last()->processes.empty(); });
    CHECK(f.status(id) == "Pending");
    CHECK(f.status_of_container(id) == "Waiting");
    f.world->last_process()->end(0);
    f.until([&] { return f.world->boxes.size() == 3 && !f.world->last()->processes.empty(); });
    CHECK(f.status(id) == "Pending");
    auto inits = f.describe(id).at("InitContainers").as_array();
    CHECK(inits.at(0).at("CurrentState").at("Reason") == "Completed");
    CHECK(inits.at(1).at("CurrentState").at("State") == "Terminated");
    CHECK(inits.at(2).at("CurrentState").at("State") == "Running");
    f.world->last_process()->end(0);
    f.until([&] { return f.status(id) == "Running"; });
}

TEST_CASE("lifecycle: an init container that fails") {
    fixture f;
    parameter_list init = {{"InitContainer.1.Name", "one"},
                           {"InitContainer.1.Image", "i"},
                           {"InitContainer.1.Command.1", "exit"},
                           {"InitContainer.1.Command.2", "1"}};
    auto never = f.create(with(init, {{"RestartPolicy", "Never"}}));
    f.until([&] { return f.status(never) == "Failed"; });
    auto always = f.create(init);
    auto tries = [&] { return f.service->groups->find(always)->init_containers[0].restarts; };
    f.until([&] { return tries() >= 3; });
    CHECK(f.status(always) == "Pending");
}

TEST_CASE("lifecycle: delete of a running group") {
    fixture f;
    f.world->slow_stop = true;
    auto id = f.running({{"TerminationGracePeriodSeconds", "7"}});
    CHECK(f.call("DeleteContainerGroup", {{"ContainerGroupId", id}}).code() == "ok");
    CHECK(f.status(id) == "Terminating");
    CHECK(f.has_event(id, "Killing"));
    f.until([&] { return !f.world->last()->graces.empty(); });
    CHECK(f.world->last()->graces[0] == 7s);
    CHECK(f.call("DeleteContainerGroup", {{"ContainerGroupId", id}}).code() == "ok");
    f.poll();
    CHECK(f.status(id) == "Terminating");
    auto force = f.call("DeleteContainerGroup", {{"ContainerGroupId", id}, {"Force", "True"}});
    CHECK(force.code() == "ok");
    f.until([&] { return f.status(id) == "gone"; });
    CHECK(f.world->last()->graces.back() == 0s);
    CHECK(f.describe(id).empty());
    auto again = f.call("DeleteContainerGroup", {{"ContainerGroupId", id}});
    CHECK(again.status == 404);
    CHECK(again.code() == "InvalidContainerGroupId.NotFound");
    CHECK(again.text("Message").find("does not exist") != std::string::npos);
}

TEST_CASE("lifecycle: delete in every early state leaves no box") {
    for (int steps = 0; steps < 40; ++steps) {
        fixture f;
        auto id = f.create({{"InitContainer.1.Name", "one"},
                            {"InitContainer.1.Image", "i"},
                            {"InitContainer.1.Command.1", "wait"}});
        f.ctx.restart();
        for (int i = 0; i < steps; ++i) f.ctx.poll_one();
        f.call("DeleteContainerGroup", {{"ContainerGroupId", id}, {"Force", "true"}});
        f.until([&] { return f.status(id) == "gone"; });
        for (const auto& box : f.world->boxes) CHECK(box->stopped);
    }
}

TEST_CASE("lifecycle: a box that is made after its group was deleted is stopped") {
    fixture f;
    f.world->hold_create = true;
    auto id = f.create();
    f.poll();
    f.call("DeleteContainerGroup", {{"ContainerGroupId", id}, {"Force", "true"}});
    f.poll();
    CHECK(f.status(id) == "Terminating");
    f.world->let_create();
    f.until([&] { return f.status(id) == "gone"; });
    REQUIRE(f.world->boxes.size() == 1);
    CHECK(f.world->last()->stopped);
}

TEST_CASE("lifecycle: delete with a client token is good twice") {
    fixture f;
    auto id = f.running();
    parameter_list p = {{"ContainerGroupId", id}, {"ClientToken", "t"}};
    CHECK(f.call("DeleteContainerGroup", p).code() == "ok");
    f.until([&] { return f.status(id) == "gone"; });
    CHECK(f.call("DeleteContainerGroup", p).code() == "ok");
    p[0].second = "eci-other";
    CHECK(f.call("DeleteContainerGroup", p).code() == "IdempotentParameterMismatch");
}

TEST_CASE("lifecycle: restart makes new boxes") {
    fixture f;
    f.world->slow_stop = true;
    auto id = f.running({{"Container.1.Command.1", "wait"}});
    auto first = f.world->last();
    CHECK(f.call("RestartContainerGroup", {{"ContainerGroupId", id}}).code() == "ok");
    CHECK(f.status(id) == "Restarting");
    auto again = f.call("RestartContainerGroup", {{"ContainerGroupId", id}});
    CHECK(again.code() == "IncorrectStatus");
    CHECK(again.status == 400);
    f.poll();
    CHECK(f.status(id) == "Restarting");
    f.world->slow_stop = false;
    first->let_stop();
    f.until([&] { return f.status(id) == "Running"; });
    CHECK(first->stopped);
    CHECK(f.world->boxes.size() == 2);
    CHECK(restarts(f, id) == 1);
    auto c = f.describe(id).at("Containers").at(0).as_object();
    CHECK(c.at("PreviousState").at("State") == "Terminated");
    CHECK(c.at("CurrentState").at("State") == "Running");
    f.world->last_process()->end(0);  // the new one is followed
    f.until([&] { return restarts(f, id) == 2; });
}

TEST_CASE("lifecycle: restart and delete of what is not there or has ended") {
    fixture f;
    auto ended = f.create(main_process({"exit", "0"}, "Never"));
    f.until([&] { return f.status(ended) == "Succeeded"; });
    CHECK(f.call("RestartContainerGroup", {{"ContainerGroupId", ended}}).code() ==
          "IncorrectStatus");
    CHECK(f.call("RestartContainerGroup", {{"ContainerGroupId", "eci-none"}}).status == 404);
    CHECK(f.call("RestartContainerGroup", {}).code() == "MissingContainerGroupId");
    CHECK(f.call("DeleteContainerGroup", {}).code() == "MissingContainerGroupId");
    CHECK(f.call("DeleteContainerGroup", {{"ContainerGroupId", ended}}).code() == "ok");
    CHECK(f.status(ended) == "gone");
}

TEST_CASE("lifecycle: restart while it restarts a container, delete while it restarts") {
    fixture f;
    f.world->slow_stop = true;
    auto id = f.running({{"Container.1.Command.1", "wait"}});
    f.call("RestartContainerGroup", {{"ContainerGroupId", id}});
    f.poll();
    CHECK(f.status(id) == "Restarting");
    f.call("DeleteContainerGroup", {{"ContainerGroupId", id}, {"Force", "true"}});
    f.until([&] { return f.status(id) == "gone"; });
    CHECK(f.world->boxes.size() == 1);
    CHECK(f.world->last()->stopped);
}

TEST_CASE("lifecycle: a forced status holds and is told why") {
    fixture f;
    auto id = f.running({{"Container.1.Command.1", "wait"}});
    auto g = f.service->groups->find(id);
    f.service->supervisor->force(g, group_status::pending, "NoStock", "sold out");
    CHECK(f.status(id) == "Pending");
    f.world->last_process()->end(1);
    f.until([&] { return restarts(f, id) == 1; });
    CHECK(f.status(id) == "Pending");
    f.service->supervisor->force(g, group_status::expired, "Reclaimed", "spot");
    CHECK(f.status(id) == "Expired");
    f.until([&] { return f.world->last()->stopped; });
    CHECK(f.status_of_container(id) != "Running");
    CHECK(f.describe(id).at("ExpiredTime") == "2026-01-02T00:00:00Z");
    CHECK(f.has_event(id, "Reclaimed"));
    f.call("DeleteContainerGroup", {{"ContainerGroupId", id}});
    CHECK(f.status(id) == "gone");
}

TEST_CASE("lifecycle: the active deadline ends a group") {
    fixture f;
    auto id = f.running({{"ActiveDeadlineSeconds", "60"}});
    f.now += 59s;
    f.service->supervisor->sweep();
    CHECK(f.status(id) == "Running");
    f.now += 1s;
    f.service->supervisor->sweep();
    CHECK(f.status(id) == "Failed");
    CHECK(f.has_event(id, "DeadlineExceeded"));
    f.until([&] { return f.world->last()->stopped; });
}

TEST_CASE("lifecycle: the log of the main process is kept, its newest part") {
    fixture f;
    auto id = f.create(main_process({"both"}, "Never"));
    auto text_of = [&](const std::string& group) {
        using ecisbx::server::store::memory;
        auto log = f.service->supervisor->log_of(group, memory::role::container, 0);
        return log ? log->text() : "none";
    };
    f.until([&] { return text_of(id).size() == 7; });  // two lines of two streams
    auto big = f.running(main_process({"wait"}, "Never"));
    for (int i = 0; i < 200; ++i) f.world->last_process()->print(std::string(8191, 'a') + "\n");
    f.world->last_process()->print("end\n");
    f.until([&] { return text_of(big).ends_with("end\n"); });
    CHECK(text_of(big).size() <= ecisbx::server::lifecycle::log_ring::capacity);
    CHECK(text_of(big).size() > ecisbx::server::lifecycle::log_ring::capacity - 16384);
    CHECK(text_of("eci-none") == "none");
}

TEST_CASE("lifecycle: stop ends every box and lets the runtime go") {
    auto world = std::make_shared<fake::world>();
    {
        fixture f;
        world = f.world;
        for (int i = 0; i < 20; ++i) f.create({{"Container.1.Command.1", "wait"}});
        f.running();
        f.create();  // still on its way
    }
    CHECK(world->runtime_gone);
    for (const auto& box : world->boxes) CHECK(box->stopped);
}

TEST_CASE("lifecycle: a container that used up its memory") {
    fixture f;
    auto id = f.running(main_process({"wait"}, "Never"));
    auto main = f.world->last_process();
    main->exit.out_of_memory = true;
    main->end(137, 9);
    f.until([&] { return f.status(id) == "Failed"; });
    auto state = f.describe(id).at("Containers").at(0).at("CurrentState").as_object();
    CHECK(state.at("Reason") == "OOMKilled");
    CHECK(state.at("ExitCode") == 137);
    CHECK(state.at("Signal") == 9);
    CHECK(f.has_event(id, "OOMKilled"));
    auto status = f.call("DescribeContainerGroupStatus", {});
    auto shown = status.body.at("Data").at(0).at("PodStatus").at("ContainerStatuses").at(0);
    CHECK(shown.at("State").at("Terminated").at("Reason") == "OOMKilled");
}
