// Volumes of real boxes.
#include "unit/server/runtime_fixture.hpp"

#include "server/runtime/mount_plan.hpp"
#include "server/runtime/posix.hpp"
#include "server/runtime/spec_codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using namespace runtime_test;
using ecisbx::errc;

rt::box_mount shared(std::string path, std::string name, std::uint64_t size = 1 << 20) {
    rt::box_mount m;
    m.path = std::move(path);
    m.volume = std::move(name);
    m.size = size;
    return m;
}

rt::box_mount config(std::string path, std::vector<rt::mounted_file> files) {
    rt::box_mount m;
    m.path = std::move(path);
    m.read_only = true;
    m.files = std::move(files);
    return m;
}

TEST_CASE("volumes: boxes of a group share one, which has a size") {
    world w;
    if (w.runtime->volumes() != rt::volume_support::shared) return;  // not root
    auto a = w.box(box_with("a", {shared("/data/v", "0")}));
    auto b = w.box(box_with("b", {shared("/other", "0")}));
    auto reader = shared("/ro", "0");
    reader.read_only = true;
    auto c = w.box(box_with("c", {reader}));
    auto stranger_spec = box_with("d", {shared("/data/v", "0")});
    stranger_spec.group = "group-2";
    auto stranger = w.box(stranger_spec);
    w.sh(a, "echo from-a > /data/v/file");
    CHECK(w.sh(b, "cat /other/file") == "from-a\n");
    w.sh(b, "echo from-b >> /other/file");
    CHECK(w.sh(c, "cat /ro/file") == "from-a\nfrom-b\n");
    CHECK(w.sh(c, "touch /ro/x 2>/dev/null || echo refused") == "refused\n");
    CHECK(w.sh(stranger, "ls /data/v") == "");
    CHECK(w.sh(a, "head -c 2000000 /dev/zero > /data/v/big 2>/dev/null || echo full") == "full\n");
    // It outlives the boxes, and is empty after it was dropped.
    w.stop(a);
    auto again = w.box(box_with("e", {shared("/v", "0")}));
    CHECK(w.sh(again, "head -n 1 /v/file") == "from-a\n");
    w.runtime->drop_volumes("group-1");
    auto fresh = w.box(box_with("f", {shared("/v", "0")}));
    CHECK(w.sh(fresh, "ls /v") == "");
    CHECK(w.sh(again, "head -n 1 /v/file") == "from-a\n");  // its own, to its end
}

TEST_CASE("volumes: nothing of them is left on the host, nor seen on it") {
    auto mounted = [] {
        return rt::read_file("/proc/self/mountinfo").find("ecisbx-boxes-") != std::string::npos;
    };
    {
        world w;
        auto box = w.box(box_with("a", {shared("/v", "0")}));
        w.sh(box, "echo x > /v/x");
        CHECK_FALSE(mounted());
    }
    CHECK_FALSE(mounted());
}

TEST_CASE("volumes: configuration files") {
    world w;
    auto single = config("/etc/ecisbx-app.ini", {{"", "alone", 0600}});
    single.single_file = true;
    auto box = w.box(box_with(
        "a", {config("/cfg", {{"app.ini", std::string("a\0b", 3), 0644}, {"deep/er/x", "y", 0755}}),
              single, config("/empty", {})}));
    CHECK(w.sh(box, "cat /cfg/app.ini") == std::string("a\0b", 3));
    CHECK(w.sh(box, "cat /cfg/deep/er/x; stat -c %a /cfg/deep/er/x /cfg/app.ini") == "y755\n644\n");
    CHECK(w.sh(box, "cat /etc/ecisbx-app.ini; stat -c %a /etc/ecisbx-app.ini") == "alone600\n");
    CHECK(w.sh(box, "touch /cfg/x 2>/dev/null || echo refused") == "refused\n");
    CHECK(w.sh(box, "echo x 2>/dev/null > /cfg/app.ini || echo refused") == "refused\n");
    CHECK(w.sh(box, "ls /empty") == "");
    CHECK(w.sh(box, "test -e /etc/passwd && echo there") == "there\n");  // beside the file
}

TEST_CASE("volumes: on other writable places, in each other, and as the working folder") {
    world w;
    auto spec = box_with("a", {shared("/tmp", "0"), config("/tmp/cfg", {{"f", "x", 0644}}),
                               shared("/tmp/cfg/in", "1"), shared("/dev/shm", "2", 8192)});
    spec.dir = "/tmp/cfg/in/work";
    auto box = w.box(spec);
    CHECK(w.sh(box, "pwd; cat /tmp/cfg/f; echo y > here; echo z > /tmp/t; ls /tmp") ==
          "/tmp/cfg/in/work\nxcfg\nt\n");
    CHECK(w.sh(box, "head -c 20000 /dev/zero > /dev/shm/x 2>/dev/null || echo full") == "full\n");
}

TEST_CASE("volumes: where none can be") {
    world w;
    for (const char* bad : {"/", "/proc/x", "/sys", "/dev", "/dev/pts", "/a/../proc"}) {
        CAPTURE(bad);
        auto spec = box_with("bad", {shared(bad, "0")});
        CHECK(errc_of([&] { w.box(spec); }) == errc::invalid_argument);
    }
    for (auto bad : {shared("relative", "0"), shared("/v", "Up.per"), shared("/v", "../x"),
                     config("/c", {{"../x", "", 0644}}), config("/c", {{"/x", "", 0644}}),
                     config("/c", {{"", "", 0644}}), config("/c", {{"a/../../x", "", 0644}})}) {
        CAPTURE(bad.path);
        auto spec = box_with("bad", {bad});
        CHECK(errc_of([&] { w.box(spec); }) == errc::invalid_argument);
    }
    auto spec = box_with("bad", {shared("/v", "0")});
    spec.group = "../x";
    CHECK(errc_of([&] { w.box(spec); }) == errc::invalid_argument);
    CHECK(w.sh(w.box("good"), "echo fine") == "fine\n");
}

TEST_CASE("volumes: a runtime that isolates nothing has none") {
    world w(ecisbx::server::process());
    CHECK(w.runtime->volumes() == rt::volume_support::none);
    auto box = w.box(box_with("a", {shared("/ecisbx-no-such-place", "0")}));
    w.runtime->drop_volumes("group-1");
    CHECK(w.sh(box, "test -e /ecisbx-no-such-place || echo none") == "none\n");
}

TEST_CASE("volumes: the specs of mounts travel whole") {
    auto spec = box_with("a", {shared("/v", "0", 7), config("/c", {{"f", "x", 0600}})});
    spec.mounts[1].single_file = true;
    auto back = rt::decode_box_spec(rt::encode(spec));
    REQUIRE(back);
    CHECK(back->group == "group-1");
    REQUIRE(back->mounts.size() == 2);
    CHECK(back->mounts[0].path == "/v");
    CHECK(back->mounts[0].volume == "0");
    CHECK(back->mounts[0].size == 7);
    CHECK(back->mounts[1].read_only);
    CHECK(back->mounts[1].single_file);
    CHECK(back->mounts[1].files.at(0).content == "x");
    CHECK(back->mounts[1].files.at(0).mode == 0600);
    auto bytes = rt::encode(spec);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(rt::decode_box_spec(std::string_view(bytes).substr(0, size)));
}

TEST_CASE("mounts: where every volume has its own tmpfs") {
    rt::mount_wish m;
    m.path = "/srv/v";
    m.size = 4096;
    m.read_only = true;
    m.files = {{"f", 9, 0600}};
    auto all = rt::mount_arguments({"", "", 100, {m}});
    auto at = std::find(all.begin(), all.end(), "/srv/v");
    REQUIRE(at - all.begin() > 4);
    CHECK(*(at - 1) == "--tmpfs");
    CHECK(*(at - 2) == "4096");
    const std::vector<std::string> file = {"--perms", "0600", "--file", "9", "/srv/v/f"};
    auto made = std::search(at, all.end(), file.begin(), file.end());
    CHECK(made != all.end());
    const std::vector<std::string> last = {"--remount-ro", "/srv/v"};
    CHECK(std::search(made, all.end(), last.begin(), last.end()) != all.end());
    m.path = "/dev/shm";
    m.files.clear();
    m.source = "/host/v";
    auto shm = rt::mount_arguments({"", "", 100, {m}});
    const std::vector<std::string> bind = {"--bind", "/host/v", "/dev/shm"};
    CHECK(std::search(shm.begin(), shm.end(), bind.begin(), bind.end()) != shm.end());
}

}  // namespace
