// What a box leaves in a shared volume for the next one to fall over while that is set up.
#include "unit/server/runtime_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace {

using namespace runtime_test;
namespace fs = std::filesystem;
using ecisbx::errc;

rt::box_mount shared(std::string path) {
    rt::box_mount m;
    m.path = std::move(path);
    m.volume = "0";
    m.size = 1 << 20;
    return m;
}

rt::box_mount file_at(std::string path, const std::string& content) {
    rt::box_mount m;
    m.path = std::move(path);
    m.read_only = m.single_file = true;
    m.files = {{"", content, 0666}};
    return m;
}

/// A folder of the host in which anybody may make something.
struct open_folder {
    open_folder() : path(fs::temp_directory_path() / unique_mark()) {
        fs::create_directory(path);
        fs::permissions(path, fs::perms(0777));
    }
    ~open_folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

}  // namespace

TEST_CASE("security: a link in a shared volume leads no box's set-up to the host") {
    world w;
    if (w.runtime->volumes() != rt::volume_support::shared) return;  // each has its own, fresh one
    open_folder victim;
    // Where the host's root is while a box is set up.
    for (const std::string root : {"../../oldroot", "/oldroot", "../../..", "/proc/1/root"}) {
        CAPTURE(root);
        auto a = w.box(box_with("attacker", {shared("/data")}));
        auto target = root + victim.path.string();
        w.sh(a, "cd /data && rm -rf * && ln -s " + target + " x && ln -s " + target +
                    "/file file && ln -s " + target + " work");
        auto working = box_with("working", {shared("/data")});
        working.dir = "/data/x/made";
        auto nested = box_with("nested", {shared("/data"), shared("/data/x/y/z")});
        nested.mounts[1].volume = "1";
        auto single = box_with("single", {shared("/data"), file_at("/data/file", "content")});
        auto deeper = box_with("deeper", {shared("/data"), file_at("/data/x/other", "content")});
        auto exact = box_with("exact", {shared("/data")});
        exact.dir = "/data/work";
        for (const auto& spec : {working, nested, single, deeper, exact}) {
            CAPTURE(spec.id);
            try {
                auto box = w.box(spec);
                auto said = w.sh(box, "echo alive");
                CHECK(said == "alive\n");
                w.stop(box);
            } catch (const ecisbx::error& e) {
                // The set-up did not get through, or found no such working folder in the box.
                bool refused = e.code() == errc::unavailable || e.code() == errc::invalid_argument;
                CHECK(refused);
            }
            CHECK(fs::is_empty(victim.path));
        }
        w.stop(a);
    }
    // Without a link the same places are made.
    auto a = w.box(box_with("honest", {shared("/data")}));
    w.sh(a, "rm -rf /data/*");
    auto working = box_with("working", {shared("/data"), file_at("/data/file", "content")});
    working.dir = "/data/x/made";
    CHECK(w.sh(w.box(working), "pwd; cat /data/file; echo y > y") == "/data/x/made\ncontent");
    CHECK(w.sh(a, "ls /data/x/made") == "y\n");
}
