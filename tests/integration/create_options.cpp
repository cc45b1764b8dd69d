// Groups with more than one container, on real sandboxes: what is created is there, in each of
// them, and described; and what an update changes.
#include "common/world.hpp"

#include <doctest/doctest.h>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
using eci::container_options;
using eci::create_options;
using eci::update_options;
using eci::volume;

namespace {

server::options real() {
    return server::options().runtime(server::bubblewrap());
}

create_options whole_group() {
    return create_options("python:3.12")
        .name(create_options::clean_name("Two Containers!"))
        .container_name("main")
        .cpu(1)
        .memory(2)
        .env("NAME", "__CONTAINER_NAME__ of __ECI_NAME__")
        .env_from("IP", "status.podIP")
        .working_dir("/work/here")
        .port(8080)
        .tag("owner", "me")
        .add_volume(volume::config("cfg").file("app/app.ini", "answer=42\n", 0640))
        .add_volume(volume::empty_dir("data").size_limit("8Mi"))
        .mount("cfg", "/etc/my", eci::mount_options().read_only())
        .mount("data", "/data")
        .liveness(eci::probe::tcp(8080).period(5s))
        .termination_grace(1s)
        .add_container(container_options("redis:7")
                           .name("side")
                           .cpu(0.25)
                           .memory(0.5)
                           .env("ROLE", "side")
                           .mount("data", "/shared"))
        .add_init_container(container_options("busybox")
                                .name("prepare")
                                .command(command("sh", "-c", "cat /in/app/app.ini > /out/made"))
                                .mount("cfg", "/in")
                                .mount("data", "/out"));
}

asio::awaitable<exec_result> in(sandbox box, std::string container, std::string script) {
    auto options = exec_options().container(std::move(container));
    auto result = co_await box.bash(std::move(script), std::move(options));
    co_return result;
}

void check_described(const eci::container_group& group) {
    CHECK(group.name == "two-containers");
    CHECK(group.tags.at("owner") == "me");
    CHECK(group.cpu == 1);
    REQUIRE(group.containers.size() == 2);
    const auto& main = group.containers[0];
    CHECK(main.name == "main");
    CHECK(main.image == "python:3.12");
    CHECK(main.working_dir == "/work/here");
    CHECK(main.ports.at(0).port == 8080);
    CHECK(main.env.at(0).key == "NAME");
    CHECK(main.env.at(1).field_path == "status.podIP");
    CHECK(main.mounts.at(0).path == "/etc/my");
    CHECK(main.mounts.at(0).read_only);
    CHECK(main.has_liveness_probe);
    CHECK(group.containers[1].name == "side");
    CHECK(group.containers[1].cpu == 0.25);
    CHECK(group.containers[1].mounts.at(0).volume == "data");
    REQUIRE(group.init_containers.size() == 1);
    CHECK(group.init_containers[0].command.at(0) == "sh");
    CHECK(group.init_containers[0].current.exit_code == 0);
    REQUIRE(group.volumes.size() == 2);
    CHECK(group.volumes[0].config_paths == std::vector<std::string>{"app/app.ini"});
    CHECK(group.volumes[1].size_limit == "8Mi");
}

asio::awaitable<void> two_containers(world& w) {
    auto box = co_await w.client.create(whole_group());
    co_await box.wait_ready();
    auto group = co_await w.client.describe(box.id());
    check_described(group);

    auto r = co_await in(box, "main", "pwd; echo $NAME; echo $IP; cat /etc/my/app/app.ini");
    CHECK(r.out == "/work/here\nmain of two-containers\n127.0.0.1\nanswer=42\n");
    r = co_await in(box, "main", "stat -c %a /etc/my/app/app.ini; touch /etc/my/x");
    CHECK(r.out == "640\n");
    CHECK(r.status.code() != 0);
    // What the init container made is there, and what one container writes the other sees.
    r = co_await in(box, "main", "cat /data/made && echo from-main > /data/note");
    CHECK(r.out == "answer=42\n");
    CHECK(r.ok());
    r = co_await in(box, "side", "cat /shared/note; echo $ROLE; ls /etc/my");
    CHECK(r.out == "from-main\nside\n");
    CHECK_FALSE(r.ok());

    // A restart of the group empties the volume; the init container fills it anew.
    co_await box.restart();
    co_await box.wait_ready();
    r = co_await in(box, "side", "ls /shared");
    CHECK(r.out == "made\n");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> until_settled(world& w, std::string id) {
    for (int i = 0; i < 2000; ++i) {
        auto group = co_await w.client.describe(id);
        if (group.status == "Running") co_return;
    }
    FAIL("the update did not end");
}

asio::awaitable<void> updated(world& w) {
    auto box = co_await w.client.create(
        create_options("i").env("A", "1").env("B", "2").tag("owner", "me").termination_grace(1s));
    co_await box.wait_ready();
    auto before = co_await box.bash("touch /tmp/mark; echo $A$B");
    CHECK(before.out == "12\n");

    // A tag alone: nothing is restarted.
    co_await w.client.update(box.id(), update_options().tag("owner", "you").tag("more", ""));
    auto group = co_await w.client.describe(box.id());
    CHECK(group.status == "Running");
    CHECK(group.tags == std::map<std::string, std::string>{{"owner", "you"}, {"more", ""}});
    auto same = co_await box.bash("ls /tmp");
    CHECK(same.out == "mark\n");

    // A variable: the container is another one, with the old variables beside it.
    co_await w.client.update(box.id(),
                             update_options()
                                 .incremental()
                                 .tag("owner", "us")
                                 .container(container_options().name("sandbox").env("B", "3")));
    co_await until_settled(w, box.id());
    co_await box.wait_ready();
    auto after = co_await box.bash("ls /tmp; echo $A$B");
    CHECK(after.out == "13\n");
    group = co_await w.client.describe(box.id());
    CHECK(group.tags.at("owner") == "us");
    CHECK(group.containers.at(0).env.at(1).value == "3");
    CHECK(group.containers.at(0).image == "i");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> refused(world& w) {
    auto gone = co_await as_result(
        w.client.update("eci-00000000000000000000", update_options().tag("a", "b")));
    REQUIRE(!gone);
    CHECK(gone.error().code == errc::not_found);
    auto box = co_await w.client.create(create_options("i"));
    co_await box.wait_ready();
    w.local.force_status(box.id(), "Failed", "R", "m");
    auto ended = co_await as_result(w.client.update(box.id(), update_options().tag("a", "b")));
    REQUIRE(!ended);
    CHECK(ended.error().code == errc::conflict);
}

asio::awaitable<void> tried(world& w) {
    co_await w.client.dry_run(whole_group());
    auto none = co_await w.client.list();
    CHECK(none.total_count == 0);
    auto bad = co_await as_result(w.client.dry_run(create_options("i").cpu(65)));
    REQUIRE(!bad);
    CHECK(bad.error().service_code == "InvalidParameter.CPU.Memory");
    auto made = co_await as_result(w.client.create(create_options("i").dry_run()));
    REQUIRE(!made);
    CHECK(made.error().service_code == "DryRunOperation");
}

}  // namespace

TEST_CASE("a group of two containers, an init container and volumes") {
    in_world(real(), two_containers);
}
TEST_CASE("an update changes a tag and a variable") {
    in_world(real(), updated);
}
TEST_CASE("what an update is refused for") {
    in_world(synthetic_server(), refused);
}
TEST_CASE("a dry run creates nothing and tells what is wrong") {
    in_world(synthetic_server(), tried);
}
