#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eci_test;
using namespace std::chrono_literals;

namespace {

parameter_list with_main(const std::string& program, const std::string& policy = "Never") {
    return {{"Container.1.Command.1", program}, {"RestartPolicy", policy}};
}

answer log_of(fixture& f, const std::string& id, parameter_list more = {}) {
    parameter_list all = {{"ContainerGroupId", id}, {"ContainerName", "sandbox"}};
    all.insert(all.end(), more.begin(), more.end());
    return f.call("DescribeContainerLog", all);
}

std::string content(fixture& f, const std::string& id, parameter_list more = {}) {
    auto a = log_of(f, id, std::move(more));
    CHECK_MESSAGE(a.code() == "ok", a.text("Message"));
    CHECK(a.text("ContainerName") == "sandbox");
    return a.text("Content");
}

void print(fixture& f, const std::string& id, const std::string& text) {
    f.world->last_process()->print(text);
    f.until([&] { return content(f, id).ends_with(text); });
}

}  // namespace

TEST_CASE("eci logs: the windows of a log") {
    fixture f;
    auto id = f.running(with_main("wait"));
    CHECK(content(f, id) == "");
    for (int i = 0; i < 5; ++i) {
        print(f, id, std::to_string(i) + "\n");
        f.now += 1s;
    }
    CHECK(content(f, id) == "0\n1\n2\n3\n4\n");
    CHECK(content(f, id, {{"Tail", "2"}}) == "3\n4\n");
    CHECK(content(f, id, {{"SinceSeconds", "3"}}) == "2\n3\n4\n");
    CHECK(content(f, id, {{"StartTime", "2026-01-02T00:00:04Z"}}) == "4\n");
    CHECK(content(f, id, {{"LimitBytes", "3"}}) == "0\n1");
    CHECK(content(f, id, {{"Tail", "1"}, {"Timestamps", "True"}}) ==
          "2026-01-02T00:00:04.000000000Z 4\n");
}

TEST_CASE("eci logs: bytes that are no text become U+FFFD") {
    fixture f;
    auto id = f.running(with_main("wait"));
    f.world->last_process()->print("a\xFF\n");
    f.until([&] { return content(f, id) == "a\xEF\xBF\xBD\n"; });
}

TEST_CASE("eci logs: the last line needs no line feed once its program has ended") {
    fixture f;
    auto id = f.create(with_main("both"));
    f.until([&] { return f.status(id) == "Succeeded"; });
    auto text = content(f, id);
    CHECK((text == "out\nerr" || text == "err\nout"));
}

TEST_CASE("eci logs: the log before a restart") {
    fixture f;
    auto id = f.running(with_main("wait", "Always"));
    CHECK(log_of(f, id, {{"LastTime", "true"}}).code() == "IncorrectStatus");
    print(f, id, "old\n");
    f.world->last_process()->end(1);
    f.until([&] { return f.world->boxes.size() == 2 && !f.world->last()->processes.empty(); });
    f.until([&] { return content(f, id) == ""; });
    print(f, id, "new\n");
    CHECK(content(f, id) == "new\n");
    CHECK(content(f, id, {{"LastTime", "true"}}) == "old\n");
    CHECK(f.call("RestartContainerGroup", {{"ContainerGroupId", id}}).code() == "ok");
    f.until([&] { return f.world->boxes.size() == 3 && f.status(id) == "Running"; });
    CHECK(content(f, id, {{"LastTime", "true"}}) == "new\n");
}

TEST_CASE("eci logs: what can not be answered") {
    fixture f;
    auto id = f.running(with_main("wait"));
    CHECK(f.call("DescribeContainerLog", {{"ContainerName", "sandbox"}}).code() ==
          "MissingContainerGroupId");
    CHECK(f.call("DescribeContainerLog", {{"ContainerGroupId", id}}).code() ==
          "MissingContainerName");
    CHECK(f.call("DescribeContainerLog",
                 {{"ContainerGroupId", "eci-none"}, {"ContainerName", "sandbox"}})
              .code() == "InvalidContainerGroupId.NotFound");
    CHECK(f.call("DescribeContainerLog", {{"ContainerGroupId", id}, {"ContainerName", "other"}})
              .code() == "IncorrectStatus");
    for (const auto& [name, value] : parameter_list{{"Tail", "0"},
                                                    {"Tail", "2001"},
                                                    {"Tail", "x"},
                                                    {"SinceSeconds", "0"},
                                                    {"StartTime", "yesterday"},
                                                    {"LimitBytes", "1048577"},
                                                    {"LastTime", "maybe"}}) {
        CAPTURE(name);
        CAPTURE(value);
        auto a = log_of(f, id, {{name, value}});
        CHECK(a.status == 400);
        CHECK(a.code().starts_with("InvalidParameter"));
    }
    f.world->hold_create = true;
    auto later = f.create(with_main("wait"));
    CHECK(log_of(f, later).code() == "IncorrectStatus");
}

TEST_CASE("eci logs: a container without a program of its own has an empty log") {
    fixture f;
    auto id = f.running();
    CHECK(content(f, id) == "");
}

TEST_CASE("eci logs: init containers have logs") {
    fixture f;
    auto id = f.running({{"InitContainer.1.Name", "first"},
                         {"InitContainer.1.Image", "x"},
                         {"InitContainer.1.Command.1", "echo"},
                         {"InitContainer.1.Command.2", "prepared"}});
    auto a = f.call("DescribeContainerLog", {{"ContainerGroupId", id}, {"ContainerName", "first"}});
    CHECK(a.text("Content") == "prepared\n");
}
