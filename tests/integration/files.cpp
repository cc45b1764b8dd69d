// Files and folders in and out of a sandbox: bytes exactly, verified, never half.
#include "common/gate.hpp"
#include "common/transfer_check.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

server::options boxed(server::wire w = server::wire::kubelet) {
    return server::options().tls().runtime(server::bubblewrap()).wire(w);
}

asio::awaitable<void> there_and_back(world& w) {
    auto box = co_await ready_box(w.client);
    for (std::size_t size : {std::size_t(0), std::size_t(1), std::size_t(65535), std::size_t(65536),
                             std::size_t(65537), std::size_t(300000)}) {
        CAPTURE(size);
        auto bytes = noise(size);
        auto written = co_await box.write_file("/tmp/f", bytes);
        CHECK(written.bytes == size);
        CHECK(written.verified == verification::sha256);
        CHECK(written.attempts == 1);
        CHECK(!written.request_id.empty());
        auto same = (co_await box.read_file("/tmp/f")) == bytes;
        CHECK(same);
    }
    CHECK(co_await nothing_left(box));
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> large(world& w) {
    local_folder here;
    auto bytes = noise(20 << 20);
    put(here / "in", bytes);
    auto box = co_await ready_box(w.client);
    std::uint64_t last = 0;
    std::optional<std::uint64_t> total;
    auto watch = [&](std::uint64_t now, std::optional<std::uint64_t> all) {
        CHECK(now >= last);
        last = now;
        total = all;
    };
    auto up = co_await box.upload(here / "in", "/tmp/big", file_options().progress(watch));
    CHECK(up.bytes == bytes.size());
    CHECK(last == bytes.size());
    CHECK(total == bytes.size());
    last = 0;
    auto down = co_await box.download("/tmp/big", here / "out", file_options().progress(watch));
    CHECK(down.bytes == bytes.size());
    CHECK(last == bytes.size());
    CHECK(down.verified == verification::sha256);
    bool same = get(here / "out") == bytes;
    CHECK(same);
    auto small = co_await as_result(
        box.download("/tmp/big", here / "no", file_options().limit((20 << 20) - 1)));
    REQUIRE(!small);
    CHECK(small.error().code == errc::too_large);
    auto over = co_await as_result(box.read_file("/tmp/big", file_options().limit(1000)));
    REQUIRE(!over);
    CHECK(over.error().code == errc::too_large);
    CHECK(std::distance(fs::directory_iterator(here.path()), fs::directory_iterator()) == 2);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> odd_names(world& w) {
    auto box = co_await ready_box(w.client);
    for (std::string name : {"a b", "q'u\"o$te`d`\\", "new\nline\n", "你好 é", "-rf", "--",
                             "\xff\xfe", "*", ".hidden", "No space left on device"}) {
        CAPTURE(name);
        auto path = "/tmp/" + name;
        co_await box.write_file(path, "<" + name + ">");
        CHECK(co_await box.read_file(path) == "<" + name + ">");
    }
    auto r = co_await box.exec(command("sh", "-c", "ls -A /tmp | wc -l"));
    CHECK(std::stoi(r.out) == 12);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> modes(world& w) {
    local_folder here;
    auto box = co_await ready_box(w.client);
    auto mode = [&](std::string path) -> asio::awaitable<std::string> {
        auto r = co_await box.exec(command("stat", "-c", "%a", path));
        co_return r.out;
    };
    co_await box.write_file("/tmp/plain", "x");
    CHECK(co_await mode("/tmp/plain") == "644\n");
    co_await box.write_file("/tmp/script", "#!/bin/sh\necho ran\n", file_options().mode(0750));
    CHECK(co_await mode("/tmp/script") == "750\n");
    CHECK((co_await box.exec(command("/tmp/script"))).out == "ran\n");
    co_await box.write_file("/tmp/script", "again");
    CHECK(co_await mode("/tmp/script") == "750\n");
    put(here / "f", "1");
    REQUIRE(::chmod((here / "f").c_str(), 0605) == 0);
    co_await box.upload(here / "f", "/tmp/a/b/f", file_options().make_parents());
    CHECK(co_await mode("/tmp/a/b/f") == "605\n");
    co_await box.download("/tmp/a/b/f", here / "x/y/f", file_options().make_parents());
    CHECK(mode_of(here / "x/y/f") == 0605);
    co_await box.download("/tmp/a/b/f", here / "g", file_options().mode(0640));
    CHECK(mode_of(here / "g") == 0640);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> clear_errors(world& w) {
    local_folder here;
    put(here / "f", "1");
    auto box = co_await ready_box(w.client);
    co_await box.bash("mkdir /tmp/d; echo >/tmp/d/old; echo keep >/tmp/f; mkfifo /tmp/p");
    struct expectation {
        const char* path;
        errc condition;
    };
    for (auto [path, condition] :
         {expectation{"/tmp/d", errc::conflict}, expectation{"/tmp/no/x", errc::not_found},
          expectation{"/usr/x", errc::forbidden}, expectation{"/tmp/f/x", errc::conflict},
          expectation{"/tmp/p", errc::conflict}, expectation{"", errc::invalid_argument},
          expectation{"x", errc::invalid_argument}, expectation{"/tmp/", errc::invalid_argument}}) {
        CAPTURE(path);
        std::string target(path);
        auto r = co_await as_result(box.write_file(target, "new"));
        check_refused(r, condition, target);
        auto u = co_await as_result(box.upload(here / "f", target));
        check_refused(u, condition, target);
    }
    auto nul = co_await as_result(box.write_file(std::string("/tmp/a\0b", 8), "new"));
    check_refused(nul, errc::invalid_argument, "NUL");
    auto parents =
        co_await as_result(box.write_file("/usr/no/x", "new", file_options().make_parents()));
    check_refused(parents, errc::forbidden, "/usr/no/x");
    auto bad_mode = co_await as_result(box.write_file("/tmp/x", "", file_options().mode(010000)));
    check_refused(bad_mode, errc::invalid_argument, "mode");

    check_refused(co_await as_result(box.read_file("/tmp/none")), errc::not_found, "/tmp/none");
    check_refused(co_await as_result(box.read_file("/tmp/d")), errc::conflict, "/tmp/d");
    check_refused(co_await as_result(box.read_file("/tmp/p")), errc::conflict, "/tmp/p");
    auto none = co_await as_result(box.download("/tmp/none", here / "o"));
    check_refused(none, errc::not_found, "/tmp/none");
    auto local = co_await as_result(box.download("/tmp/f", here / "no/o"));
    check_refused(local, errc::not_found, "/no");
    auto unwritable = co_await as_result(box.download("/tmp/f", "/proc/o"));
    CHECK(!unwritable);
    fs::create_directory(here / "in_the_way");
    auto way = co_await as_result(box.download("/tmp/f", here / "in_the_way"));
    check_refused(way, errc::conflict, "in_the_way");
    auto missing = co_await as_result(box.upload(here / "none", "/tmp/x"));
    check_refused(missing, errc::not_found, "none");

    CHECK(co_await box.read_file("/tmp/f") == "keep\n");
    CHECK(co_await nothing_left(box));
    CHECK(std::distance(fs::directory_iterator(here.path()), fs::directory_iterator()) == 2);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> full_disk(world& w) {
    auto box = co_await ready_box(w.client);
    co_await box.write_file("/tmp/f", "before");
    auto filled = co_await box.bash("cat /dev/zero >/tmp/fill; df /tmp | tail -1");
    CAPTURE(filled.err);
    REQUIRE(filled.err.find("No space") != std::string::npos);
    auto r = co_await as_result(box.write_file("/tmp/f", noise(1 << 20)));
    check_refused(r, errc::quota_exceeded, "/tmp/f");
    CHECK(co_await box.read_file("/tmp/f") == "before");
    CHECK(co_await nothing_left(box));
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> folders(world& w) {
    local_folder here;
    auto top = here / "top";
    fs::create_directories(top + "/sub/" + std::string(120, 'd') + "/deep");
    fs::create_directory(top + "/empty");
    put(top + "/plain", "plain");
    put(top + "/sub/odd 'n\"ame\n", noise(70000));
    put(top + "/sub/" + std::string(120, 'd') + "/deep/" + std::string(120, 'f'), "long");
    put(top + "/zero", "");
    REQUIRE(::chmod((top + "/plain").c_str(), 0751) == 0);
    REQUIRE(::chmod((top + "/sub").c_str(), 0710) == 0);
    fs::create_symlink("../plain", top + "/sub/link");
    fs::create_hard_link(top + "/zero", top + "/zero2");

    auto box = co_await ready_box(w.client);
    auto up = co_await box.upload(top, "/tmp/there");
    CHECK(up.verified == verification::sha256);
    auto seen =
        co_await box.bash("cd /tmp/there; find . | wc -l; stat -c %a plain sub; cat sub/link");
    CHECK(seen.out == "12\n751\n710\nplain");  // 11, one name of two lines
    auto down = co_await box.download("/tmp/there", here / "back");
    CHECK(down.verified == verification::sha256);
    auto diff = "diff -r --no-dereference '" + top + "' '" + (here / "back") + "'";
    CHECK(std::system(diff.c_str()) == 0);
    CHECK(mode_of(here / "back/plain") == 0751);
    CHECK(mode_of(here / "back/sub") == 0710);
    CHECK(fs::read_symlink(here / "back/sub/link") == "../plain");

    check_refused(co_await as_result(box.upload(top, "/tmp/there")), errc::conflict, "/tmp/there");
    check_refused(co_await as_result(box.download("/tmp/there", here / "back")), errc::conflict,
                  "back");
    auto mode = co_await as_result(box.upload(top, "/tmp/x", file_options().mode(0700)));
    check_refused(mode, errc::invalid_argument, "mode");
    fs::create_symlink("../../etc/passwd", top + "/out");
    check_refused(co_await as_result(box.upload(top, "/tmp/x")), errc::invalid_argument, "out");

    co_await box.bash("ln -s /etc/passwd /tmp/there/out");
    auto out = co_await as_result(box.download("/tmp/there", here / "hostile"));
    check_refused(out, errc::forbidden, "out");
    co_await box.bash("rm /tmp/there/out; mkfifo /tmp/there/pipe");
    auto pipe = co_await as_result(box.download("/tmp/there", here / "hostile"));
    check_refused(pipe, errc::forbidden, "pipe");
    CHECK(!fs::exists(here / "hostile"));
    CHECK(std::distance(fs::directory_iterator(here.path()), fs::directory_iterator()) == 2);
    CHECK(co_await nothing_left(box));
    co_await box.remove(remove_options().force());
}

eci::client through(world& w, gate& g) {
    auto settings = w.local.eci_config();
    settings.endpoint("http://127.0.0.1:" + std::to_string(g.port()));
    return eci::client(w.context.get_executor(), settings);
}

// The first exec channel is cut; the next is not.
asio::awaitable<void> cut_once(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto box = co_await ready_box(through(w, g));
    auto bytes = noise(400000);
    for (std::size_t at : {std::size_t(0), std::size_t(300), std::size_t(200000)}) {
        CAPTURE(at);
        int channels = g.rule().exec_channels;
        bool first = true;
        auto watch = [&](std::uint64_t now, std::optional<std::uint64_t>) {
            if (now == 0 && !std::exchange(first, false)) g.rule().cut_up = std::size_t(1) << 40;
        };
        g.rule().cut_up = at + 800;
        auto r = co_await box.write_file("/tmp/f", bytes, file_options().progress(watch));
        CHECK(r.attempts == 2);
        CHECK(g.rule().exec_channels - channels >= 2);
        g.rule().cut_up = std::size_t(1) << 40;
        bool same = (co_await box.read_file("/tmp/f")) == bytes;
        CHECK(same);
        CHECK(co_await nothing_left(box));
    }
    local_folder here;
    bool begun = false;
    auto mend = [&](std::uint64_t now, std::optional<std::uint64_t>) {
        if (now == 0 && std::exchange(begun, true)) g.rule().cut_down = std::size_t(1) << 40;
    };
    g.rule().cut_down = 200000;
    auto r = co_await box.download("/tmp/f", here / "f", file_options().progress(mend));
    CHECK(r.attempts == 2);
    bool same = get(here / "f") == bytes;
    CHECK(same);
    co_await box.remove(remove_options().force());
}

// Every channel is cut: an error, the old file, and nothing beside it.
asio::awaitable<void> cut_always(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto box = co_await ready_box(through(w, g));
    co_await box.write_file("/tmp/f", "before");
    g.rule().cut_up = 100000;
    auto r = co_await as_result(box.write_file("/tmp/f", noise(1 << 20)));
    REQUIRE(!r);
    CHECK(r.error().code == errc::connection);
    g.rule().cut_up = std::size_t(1) << 40;
    CHECK(co_await nothing_left(box));
    CHECK(co_await box.read_file("/tmp/f") == "before");
    local_folder here;
    co_await box.write_file("/tmp/f", noise(1 << 20));
    g.rule().cut_down = 100000;
    auto d = co_await as_result(box.download("/tmp/f", here / "f"));
    REQUIRE(!d);
    CHECK(d.error().code == errc::connection);
    CHECK(fs::is_empty(here.path()));
    g.rule().cut_down = std::size_t(1) << 40;
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> write_large(sandbox box, file_options options) {
    co_await box.write_file("/tmp/f", noise(8 << 20), options);
}

asio::awaitable<void> canceled(world& w) {
    auto box = co_await ready_box(w.client);
    co_await box.write_file("/tmp/f", "before");
    for (std::uint64_t at : {std::uint64_t(0), std::uint64_t(1), std::uint64_t(4) << 20}) {
        auto cancel = std::make_shared<asio::cancellation_signal>();
        auto failure = std::make_shared<std::optional<error_info>>();
        file_options options;
        options.progress([cancel, at](std::uint64_t now, std::optional<std::uint64_t>) {
            if (now >= at) cancel->emit(asio::cancellation_type::terminal);
        });
        asio::co_spawn(
            w.context, write_large(box, options),
            asio::bind_cancellation_slot(cancel->slot(), [failure](std::exception_ptr e) {
                *failure = e ? error_info_from(e) : error_info();
            }));
        std::function<bool()> failed = [failure] { return failure->has_value(); };
        CHECK(co_await eventually(failed, 20s));
        CHECK((*failure)->code == errc::canceled);
        CHECK(co_await nothing_left(box));
        CHECK(co_await box.read_file("/tmp/f") == "before");
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> out_of_time(world& w) {
    auto box = co_await ready_box(w.client);
    auto r =
        co_await as_result(box.write_file("/tmp/f", noise(8 << 20), file_options().timeout(60ms)));
    REQUIRE(!r);
    CHECK(r.error().code == errc::timeout);
    CHECK(co_await nothing_left(box));
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("files there and back, on every wire that can carry bytes") {
    using server::wire;
    for (auto kind : {wire::kubelet, wire::v4, wire::v5, wire::silent}) {
        CAPTURE(static_cast<int>(kind));
        in_world(boxed(kind), there_and_back);
    }
}
TEST_CASE("large files, progress and limits") {
    in_world(boxed(), large);
}
TEST_CASE("large files without half-close") {
    in_world(boxed(server::wire::silent), large);
}
TEST_CASE("file names are data") {
    in_world(boxed(), odd_names);
}
TEST_CASE("file modes and parents") {
    in_world(boxed(), modes);
}
TEST_CASE("each failure of a file has its own error") {
    in_world(boxed(), clear_errors);
}
TEST_CASE("a full disk") {
    in_world(boxed(), full_disk);
}
TEST_CASE("folders both ways") {
    in_world(boxed(), folders);
}
TEST_CASE("a transfer that is cut is begun again") {
    in_world(server::options().runtime(server::bubblewrap()), cut_once);
}
TEST_CASE("a transfer that is always cut leaves nothing") {
    in_world(server::options().runtime(server::bubblewrap()), cut_always);
}
TEST_CASE("a cancelled transfer leaves nothing") {
    in_world(boxed(), canceled);
}
TEST_CASE("a transfer that runs out of time leaves nothing") {
    in_world(boxed(), out_of_time);
}
