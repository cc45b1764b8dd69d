// Transfers of files that change meanwhile, have holes, or are large.
#include "common/resident.hpp"
#include "common/transfer_check.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

using namespace ecisbx;
using namespace ecisbx::test;
namespace fs = std::filesystem;

namespace {

server::options plain() {
    return server::options().runtime(server::bubblewrap());
}

asio::awaitable<void> changing(world& w) {
    auto box = co_await ready_box(w.client);
    local_folder here;
    // A local file that grows while it is sent is sent again, and then as it is.
    put(here / "grows", noise(100'000));
    bool first = true;
    auto grow = [&](std::uint64_t now, std::optional<std::uint64_t>) {
        if (now > 0 && std::exchange(first, false)) put(here / "grows", noise(150'000));
    };
    auto r = co_await box.upload(here / "grows", "/tmp/f", file_options().progress(grow));
    CHECK(r.attempts == 2);
    bool same = (co_await box.read_file("/tmp/f")) == noise(150'000);
    CHECK(same);
    // One in the sandbox that never stops changing does not verify.
    co_await box.bash(
        "(while :; do date +%N >/tmp/n; done) >/dev/null 2>&1 & echo $! >/tmp/pid; "
        "head -c 20000000 /dev/urandom >/tmp/g; "
        "(while :; do echo x >>/tmp/g; done) >/dev/null 2>&1 & echo $! >>/tmp/pid");
    auto g = co_await as_result(box.download("/tmp/g", here / "g"));
    check_refused(g, errc::protocol, "/tmp/g");
    CHECK(!fs::exists(here / "g"));
    co_await box.bash("kill $(cat /tmp/pid)");
    // Sparse ones are files like any other.
    co_await box.bash("rm -f /tmp/g; truncate -s 3000000 /tmp/sparse");
    bool zeros = (co_await box.read_file("/tmp/sparse")) == std::string(3'000'000, '\0');
    CHECK(zeros);
    co_await box.remove(remove_options().force());
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::uintmax_t large = std::uintmax_t(20) << 20;  // slow, and its memory is its own
constexpr std::size_t flat = std::size_t(1) << 30;
#else
constexpr std::uintmax_t large = std::uintmax_t(200) << 20;
constexpr std::size_t flat = std::size_t(24) << 20;
#endif

asio::awaitable<void> flat_memory(world& w) {
    local_folder here;
    put(here / "in", noise(1 << 20));
    // Without half-close stdin goes through a reader in the sandbox, which is slower.
    auto size = w.wire == server::wire::v5 ? large : large / 4;
    fs::resize_file(here / "in", size);
    auto box = co_await ready_box(w.client);
    co_await box.write_file("/tmp/warm", noise(1 << 20));
    auto before = resident_bytes();
    std::size_t most = before;
    auto watch = [&](std::uint64_t, std::optional<std::uint64_t>) {
        most = std::max(most, resident_bytes());
    };
    auto up = co_await box.upload(here / "in", "/tmp/big", file_options().progress(watch));
    CHECK(up.bytes == size);
    CHECK(up.verified == verification::sha256);
    auto down = co_await box.download("/tmp/big", here / "out", file_options().progress(watch));
    CHECK(down.bytes == size);
    MESSAGE((size >> 20) << " MiB: up " << up.elapsed.count() << " ms, down "
                         << down.elapsed.count() << " ms, memory grew by "
                         << ((most - before) >> 10) << " KiB");
    CHECK(most - before < flat);
    auto same = "cmp '" + (here / "in") + "' '" + (here / "out") + "'";
    CHECK(std::system(same.c_str()) == 0);
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("files: that change, grow, or have holes") {
    in_world(plain(), changing);
}
TEST_CASE("files: 200 MiB both ways in flat memory") {
    in_world(plain().wire(server::wire::v5), flat_memory);
}
TEST_CASE("files: 50 MiB both ways in flat memory, without half-close") {
    in_world(plain().wire(server::wire::silent), flat_memory);
}
