// The same transfers on every wire. What one can not carry ends in `unsupported`, and never in
// other bytes.
#include "common/transfer_check.hpp"
#include "common/wires.hpp"

#include <ecisbx/error.hpp>

#include "core/sha256.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Around every size at which something is cut into pieces or held back.
const std::size_t edges[] = {0,     1,     511,   512,   1499,   1500,   1501,
                             4096,  16383, 16384, 16385, 65535,  65536,  65537,
                             81920, 98303, 98304, 98305, 131071, 131072, 131073};

asio::awaitable<std::string> sum_of(sandbox box, std::string path) {
    auto r = co_await box.exec(command("sha256sum", path));
    co_return r.out.substr(0, 64);
}

asio::awaitable<void> bytes(world& w, sandbox box) {
    for (auto size : edges) {
        CAPTURE(size);
        auto all = noise(size);
        auto written = co_await box.write_file("/tmp/f", all);
        CHECK(written.bytes == size);
        CHECK(written.verified == verification::sha256);
        CHECK(written.attempts == 1);
        auto read = co_await as_result(box.read_file("/tmp/f"));
        if (read) {
            bool same = *read == all;
            CHECK(same);
            continue;
        }
        // Only there, and only what is no UTF-8.
        CHECK(is_text(w.wire));
        CHECK(size > 0);
        check_refused(read, errc::unsupported, "/tmp/f");
    }
}

asio::awaitable<void> texts(sandbox box) {
    std::string line = "caf\xc3\xa9 \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80 \xef\xbf\xbd";
    std::string all;
    while (all.size() < 150'000) all += line + (all.size() % 7 == 0 ? "\r\n" : "\n");
    for (std::string text : {std::string("\n"), std::string("no newline"), std::string(3, '\0'),
                             all, std::string("ecisbx-fail:path:x\n\necisbx-end:sha256:0\n")}) {
        co_await box.write_file("/tmp/t", text);
        bool same = (co_await box.read_file("/tmp/t")) == text;
        CHECK(same);
    }
}

asio::awaitable<void> errors(sandbox box) {
    co_await box.bash("mkdir /tmp/d; echo >/tmp/d/old; echo keep >/tmp/k; mkfifo /tmp/p");
    struct expectation {
        const char* path;
        errc condition;
    };
    for (auto [path, condition] :
         {expectation{"/tmp/d", errc::conflict}, expectation{"/tmp/no/x", errc::not_found},
          expectation{"/usr/x", errc::forbidden}, expectation{"/tmp/k/x", errc::conflict},
          expectation{"/tmp/p", errc::conflict}}) {
        CAPTURE(path);
        std::string target(path);
        auto r = co_await as_result(box.write_file(target, "new"));
        check_refused(r, condition, target);
    }
    check_refused(co_await as_result(box.read_file("/tmp/none")), errc::not_found, "/tmp/none");
    check_refused(co_await as_result(box.read_file("/tmp/d")), errc::conflict, "/tmp/d");
    check_refused(co_await as_result(box.read_file("/tmp/p")), errc::conflict, "/tmp/p");
    check_refused(co_await as_result(box.read_file("/tmp/k/x")), errc::conflict, "/tmp/k/x");
    CHECK(co_await box.read_file("/tmp/k") == "keep\n");
}

asio::awaitable<void> folders(world& w, sandbox box) {
    local_folder here;
    fs::create_directories(here / "in/sub");
    put(here / "in/sub/a 'b'\n", "text\n");
    put(here / "in/empty", "");
    fs::create_symlink("sub", here / "in/link");
    co_await box.upload(here / "in", "/tmp/there");
    auto down = co_await box.download("/tmp/there", here / "out");
    CHECK(down.attempts == 1);
    auto diff = "diff -r --no-dereference '" + (here / "in") + "' '" + (here / "out") + "'";
    CHECK(std::system(diff.c_str()) == 0);

    put(here / "in/binary", noise(70'000));
    co_await box.upload(here / "in", "/tmp/binary");
    CHECK((co_await sum_of(box, "/tmp/binary/binary")) == core::sha256_hex(noise(70'000)));
    auto binary = co_await as_result(box.download("/tmp/binary", here / "out2"));
    if (is_text(w.wire)) {
        check_refused(binary, errc::unsupported, "/tmp/binary");
        CHECK(!fs::exists(here / "out2"));
    } else {
        bool same = get(here / "out2/binary") == noise(70'000);
        CHECK(same);
    }
    CHECK(here.count() == (is_text(w.wire) ? 2 : 3));
}

asio::awaitable<void> all(world& w) {
    auto box = co_await ready_box(w.client);
    co_await bytes(w, box);
    co_await texts(box);
    co_await errors(box);
    co_await folders(w, box);
    CHECK(co_await nothing_left(box));
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("files: the same on every wire: kubelet") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::kubelet), all);
}
TEST_CASE("files: the same on every wire: v4") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::v4), all);
}
TEST_CASE("files: the same on every wire: v5") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::v5), all);
}
TEST_CASE("files: the same on every wire: silent") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::silent), all);
}
TEST_CASE("files: the same on every wire: raw") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::raw), all);
}
TEST_CASE("files: the same on every wire: text") {
    in_world(server::options().runtime(server::bubblewrap()).wire(server::wire::text), all);
}
