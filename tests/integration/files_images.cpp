// Transfers in images that have little, and where files may not be large.
#include "common/small_root.hpp"
#include "common/transfer_check.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

asio::awaitable<sandbox> poor_box(world& w) {
    auto box = co_await w.client.create(
        eci::create_options("test").cpu(1).memory(2).env("HOME", "/no/such/home"));
    co_await box.wait_ready();
    co_return box;
}

/// There and back, and what proves it in this image.
asio::awaitable<void> round_trip(sandbox box, verification how) {
    for (std::size_t size : {std::size_t(0), std::size_t(1), std::size_t(100'000)}) {
        auto written = co_await box.write_file("/tmp/f 'x'", noise(size));
        CHECK(written.verified == how);
        bool same = (co_await box.read_file("/tmp/f 'x'")) == noise(size);
        CHECK(same);
    }
    local_folder here;
    auto down = co_await box.download("/tmp/f 'x'", here / "f");
    CHECK(down.verified == how);
    bool same = get(here / "f") == noise(100'000);
    CHECK(same);
    auto none = co_await as_result(box.read_file("/tmp/none"));
    check_refused(none, errc::not_found, "/tmp/none");
    check_refused(co_await as_result(box.write_file("/bin/x", "1")), errc::forbidden, "/bin/x");
    co_await box.write_file("/var/tmp/a/b", "1", file_options().mode(0640).make_parents());
    co_await box.write_file("/var/tmp/a/b", "2", file_options().append());
    CHECK(co_await box.read_file("/var/tmp/a/b") == "12");
}

asio::awaitable<void> folder_trip(sandbox box) {
    local_folder here;
    fs::create_directories(here / "in/sub");
    put(here / ("in/sub/" + std::string(150, 'n')), noise(5000));
    fs::create_symlink("sub", here / "in/link");
    co_await box.upload(here / "in", "/tmp/there");
    co_await box.download("/tmp/there", here / "out");
    auto diff = "diff -r --no-dereference '" + (here / "in") + "' '" + (here / "out") + "'";
    CHECK(std::system(diff.c_str()) == 0);
}

asio::awaitable<void> busybox_only(world& w) {
    auto box = co_await poor_box(w);
    CHECK((co_await box.exec(command("sh", "-c", "command -v bash"))).status.code() != 0);
    co_await round_trip(box, verification::sha256);
    co_await folder_trip(box);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> cksum_only(world& w) {
    auto box = co_await poor_box(w);
    co_await round_trip(box, verification::cksum);
    co_await folder_trip(box);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> nothing_but_size(world& w) {
    auto box = co_await poor_box(w);
    co_await round_trip(box, verification::size);
    local_folder here;
    fs::create_directories(here / "in");
    put(here / "in/f", "1");
    check_refused(co_await as_result(box.upload(here / "in", "/tmp/x")), errc::unsupported, "tar");
    check_refused(co_await as_result(box.download("/tmp", here / "x")), errc::unsupported, "tar");
    CHECK(here.count() == 1);
    // Where there is no stat, a mode can still be asked for.
    co_await box.write_file("/tmp/s", "#!/bin/sh\necho ran\n", file_options().mode(0700));
    CHECK((co_await box.exec(command("/tmp/s"))).out == "ran\n");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> small_files_only(world& w) {
    auto box = co_await poor_box(w);
    co_await box.write_file("/tmp/f", "before");
    auto large = co_await as_result(box.write_file("/tmp/f", noise(100'000)));
    check_refused(large, errc::quota_exceeded, "/tmp/f");
    auto more =
        co_await as_result(box.write_file("/tmp/f", noise(100'000), file_options().append()));
    check_refused(more, errc::quota_exceeded, "/tmp/f");
    CHECK(co_await box.read_file("/tmp/f") == "before");
    local_folder here;
    fs::create_directories(here / "in");
    put(here / "in/f", noise(100'000));
    auto folder = co_await as_result(box.upload(here / "in", "/tmp/d"));
    check_refused(folder, errc::quota_exceeded, "/tmp/d");
    CHECK(co_await nothing_left(box));
    CHECK((co_await box.exec(command("ls", "/tmp"))).out == "f\n");
    co_await box.remove(remove_options().force());
}

/// `tar` of this image sends what is in /tmp/evil.
asio::awaitable<void> hostile_tar(world& w) {
    auto box = co_await poor_box(w);
    local_folder here;
    put(here / "outside", "mine");
    auto make = [&](const std::string& commands) {
        fs::remove_all(here / "pack");
        fs::create_directories(here / "pack");
        auto line = "cd '" + (here / "pack") + "' && { " + commands + "; }";
        REQUIRE(std::system(line.c_str()) == 0);
        return get(here / "pack/a.tar");
    };
    struct expectation {
        const char* commands;
        errc condition;
    };
    std::vector<expectation> all = {
        {"echo bad >x; tar -cPf a.tar --transform 's,x,../outside,' x", errc::forbidden},
        {"echo bad >x; tar -cPf a.tar --transform 's,x,/tmp/ecisbx-abs,' x", errc::forbidden},
        {"ln -s .. l; tar -cf a.tar l", errc::forbidden},
        {"ln -s / l; tar -cf a.tar l", errc::forbidden},
        {"mkdir d; ln -s d l; tar -cf a.tar d l; rm l; mkdir l; echo bad >l/f; tar -rf a.tar l/f",
         errc::forbidden},
        {"echo a >x; ln x y; tar -cPf a.tar --transform 's,^x,../outside,h' x y", errc::forbidden},
        {"mkfifo p; tar -cf a.tar p", errc::forbidden},
        {"echo a >x; tar -cf a.tar x x", errc::conflict},
        {"echo a >x; tar -cf b.tar x; head -c 700 b.tar >a.tar", errc::protocol},
        {"echo no archive >a.tar", errc::protocol},
        {": >a.tar", errc::protocol},
        {"truncate -s 1G x; tar -cSf a.tar x", errc::unsupported},
    };
    for (const auto& [commands, condition] : all) {
        CAPTURE(commands);
        co_await box.write_file("/tmp/evil", make(commands));
        auto r = co_await as_result(box.download("/tmp", here / "out"));
        check_refused(r, condition, "/tmp");
        CHECK(!fs::exists(here / "out"));
        CHECK(!fs::exists("/tmp/ecisbx-abs"));
        CHECK(get(here / "outside") == "mine");
        CHECK(here.count() == 2);
    }
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("files: busybox alone") {
    small_root root("busybox");
    in_world(server::options().runtime(root.runtime()), busybox_only);
}
TEST_CASE("files: without sha256sum, base64 and bash") {
    small_root root("dash");
    root.applets(plain_applets).applets({"tar", "stat"}).program("cksum");
    in_world(server::options().runtime(root.runtime()), cksum_only);
}
TEST_CASE("files: without any sum, tar and stat") {
    small_root root("dash");
    root.applets(plain_applets);
    in_world(server::options().runtime(root.runtime()), nothing_but_size);
}
TEST_CASE("files: where files may only be so large") {
    small_root root("dash");
    root.applets(plain_applets).applets({"tar", "stat", "sha256sum"}).remove("/bin/sh");
    root.file("/bin/sh", "#!/bin/dash\nulimit -f 20\nexec /bin/dash \"$@\"\n", 0755);
    in_world(server::options().runtime(root.runtime()), small_files_only);
}
TEST_CASE("files: a sandbox that sends hostile archives") {
    small_root root("dash");
    root.applets(plain_applets).applets({"sha256sum"});
    root.file("/bin/tar", "#!/bin/sh\ncat /tmp/evil\n", 0755);
    in_world(server::options().runtime(root.runtime()), hostile_tar);
}
