#include "eci/readiness.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ecisbx::eci;

container one(std::string name, std::string state) {
    container c;
    c.name = std::move(name);
    c.current.state = std::move(state);
    return c;
}

container_group group(std::string status) {
    container_group g;
    g.status = std::move(status);
    return g;
}

TEST_CASE("readiness by status") {
    for (const char* status : {"Failed", "ScheduleFailed", "Expired", "Succeeded", "Terminating"})
        CHECK(readiness_of(group(status)) == readiness::never);
    for (const char* status : {"Scheduling", "Pending", "Restarting", "Updating", "", "New"})
        CHECK(readiness_of(group(status)) == readiness::not_yet);
    CHECK(readiness_of(group("Running")) == readiness::ready);
}

TEST_CASE("a running group is ready when its containers run") {
    auto g = group("Running");
    g.containers = {one("a", "Running"), one("b", "Waiting")};
    CHECK(readiness_of(g) == readiness::not_yet);
    g.containers[1].current.state = "Running";
    CHECK(readiness_of(g) == readiness::ready);
}

TEST_CASE("the explanation has the container's reason and the last events") {
    auto g = group("Failed");
    g.containers = {one("fine", "Running"), one("main", "Terminated")};
    g.containers[1].current.reason = "Error";
    g.containers[1].current.exit_code = 3;
    g.containers[1].current.message = std::string(5000, 'm');
    g.containers[1].restart_count = 2;
    for (int i = 0; i < 9; ++i) {
        event e;
        e.type = "Warning";
        e.reason = "R" + std::to_string(i);
        e.message = "why";
        g.events.push_back(e);
    }
    auto text = explain(g);
    CHECK(
        text.starts_with("Failed: container main Terminated, Error, exit code 3, 2 restarts: mmm"));
    CHECK(text.find("fine") == std::string::npos);
    CHECK(text.find("R3") == std::string::npos);
    CHECK(text.find("events: Warning R4: why; Warning R5") != std::string::npos);
    CHECK(text.size() < 2000);
}

}  // namespace
