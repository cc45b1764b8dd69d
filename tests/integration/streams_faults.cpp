// Many exec streams, and a network or a machine that fails them: what is hit ends with a typed
// reason, everybody else goes on, and nothing is left.
#include "common/crowd.hpp"
#include "common/forked.hpp"
#include "common/gate.hpp"
#include "common/recorder.hpp"
#include "common/server_thread.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>
#include <boost/asio/this_coro.hpp>

#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

bool says(const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
}

asio::awaitable<process> open_cat(sandbox box) {
    co_return co_await box.start(command("cat"), exec_options().open_stdin());
}

/// There and back again, byte for byte. False when the stream has ended.
asio::awaitable<bool> echoes(process& through, std::string text) {
    co_await through.write(text);
    std::string got;
    while (got.size() < text.size()) {
        auto piece = co_await through.read();
        if (!piece) co_return false;
        got += piece->bytes;
    }
    CHECK(got == text);
    co_return true;
}

asio::awaitable<void> whole_cat(sandbox box, int messages) {
    auto p = co_await open_cat(box);
    for (int i = 0; i < messages; ++i) {
        const bool alive = co_await echoes(p, std::string(100, static_cast<char>('a' + i)));
        REQUIRE(alive);
    }
    co_await p.close_stdin();
    auto end = co_await p.wait();
    CHECK(end.ok());
}

asio::awaitable<void> half_refused(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    auto settings = through(g, w.local.eci_config());
    settings.max_attempts(10);
    eci::client client(w.context.get_executor(), settings);
    auto box = co_await ready_box(client);
    g.rule().refuse_every = 2;
    crowd all(w.context.get_executor());
    for (int i = 0; i < 40; ++i) all.add(whole_cat(box, 1));
    CHECK(co_await all.all_ended());
    CHECK(g.rule().refused >= 20);
    // Nothing ran twice or was half done: a stream is whole, or its error is about connecting.
    CHECK(all.good >= 20);
    for (const auto& why : all.failures) {
        CAPTURE(why.to_string());
        CHECK((why.code == errc::connection || why.code == errc::tls));
        CHECK(why.attempts > 1);
    }
    g.rule().refuse_every = 0;
    co_await whole_cat(box, 1);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> late_frames(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    eci::client client(w.context.get_executor(), through(g, w.local.eci_config()));
    auto box = co_await ready_box(client);
    g.rule().delay_every = 10;
    crowd all(w.context.get_executor());
    for (int i = 0; i < 50; ++i) all.add(whole_cat(box, 2));
    CHECK(co_await all.all_ended());
    CHECK(all.good == 50);
    CHECK(g.rule().delayed >= 20);
    g.rule().delay_every = 0;
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> alert_in_mid_stream(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    eci::client client(w.context.get_executor(), through(g, w.local.eci_config()));
    auto box = co_await ready_box(client);
    auto hit = co_await open_cat(box);
    auto spared = co_await open_cat(box);
    REQUIRE(co_await echoes(hit, "before"));
    REQUIRE(co_await echoes(spared, "before"));
    g.rule().spoil_next = true;
    CHECK_FALSE(co_await echoes(hit, "spoiled on its way"));
    auto end = co_await hit.wait();
    CHECK(end.status.end_reason() == end_reason::lost);
    CHECK_FALSE(end.complete);
    CAPTURE(end.note);
    CHECK(says(end.note, "alert"));
    CHECK(co_await echoes(spared, "after"));
    co_await whole_cat(box, 1);
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> wait_to_be_cut(sandbox box, std::size_t* open, std::size_t* lost) {
    auto p = co_await open_cat(box);
    const bool alive = co_await echoes(p, "alive");
    REQUIRE(alive);
    ++*open;
    auto end = co_await p.wait();
    CHECK(end.status.end_reason() == end_reason::lost);
    CHECK_FALSE(end.complete);
    CHECK(end.out.empty());
    CHECK(!end.note.empty());
    ++*lost;
}

asio::awaitable<void> all_cut_at_once(world& w) {
    gate g(w.context.get_executor(), w.local.port());
    eci::client client(w.context.get_executor(), through(g, w.local.eci_config()));
    auto box = co_await ready_box(client);
    crowd all(w.context.get_executor());
    std::size_t open = 0, lost = 0;
    for (int i = 0; i < 200; ++i) all.add(wait_to_be_cut(box, &open, &lost));
    std::function<bool()> opened = [&] { return open == 200; };
    REQUIRE(co_await eventually(opened, 30s));
    g.refuse(true);
    CHECK(co_await all.all_ended());
    CHECK(lost == 200);
    CHECK(all.failures.empty());
    g.refuse(false);
    co_await whole_cat(box, 1);
    co_await box.remove(remove_options().force());
}

struct temporary_folder {
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "ecisbx-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

server::options identity_in(const std::filesystem::path& folder) {
    auto settings = synthetic_server().tls().state_dir(folder.string());
    settings.access_key("LTAItickets", secret("ticket-secret"));
    return settings;
}

std::uint16_t port_of(const eci::config& settings) {
    return static_cast<std::uint16_t>(
        std::stoul(settings.endpoint().substr(settings.endpoint().rfind(':') + 1)));
}

// The second server has the first one's certificate and not its ticket keys.
asio::awaitable<void> refused_ticket(std::filesystem::path folder) {
    auto executor = co_await asio::this_coro::executor;
    auto first = std::make_unique<server_thread>(identity_in(folder));
    gate g(executor, port_of(first->config()));
    auto seen = std::make_shared<recorder>();
    auto settings = through(g, first->config());
    settings.observe(seen);
    eci::client client(executor, settings);
    auto box = co_await ready_box(client);
    co_await whole_cat(box, 1);
    co_await whole_cat(box, 1);
    CHECK(seen->count("opened exec tls resumed") == 2);
    // The gate runs on this thread, and a server takes leave of its clients.
    std::atomic<bool> stopped = false;
    std::thread stopper([&] {
        first.reset();
        stopped = true;
    });
    std::function<bool()> gone = [&] { return stopped.load(); };
    CHECK(co_await eventually(gone, 30s));
    stopper.join();
    server_thread second(identity_in(folder));
    g.lead_to(port_of(second.config()));
    const auto full = seen->count("opened");
    auto other = co_await ready_box(client);
    REQUIRE(seen->count("opened") > full);
    CHECK(seen->count("dial_failed") == 0);
    // The ticket of the first was not taken: a full handshake, and then tickets of the second.
    CHECK(seen->count("opened api tls resumed") == 0);
    co_await whole_cat(other, 1);
    co_await whole_cat(other, 1);
    CHECK(seen->count("opened exec tls resumed") == 4);
    co_await other.remove(remove_options().force());
}

// For as long as it lives this process may have so many more descriptors.
struct few_descriptors {
    explicit few_descriptors(std::size_t more) {
        ::getrlimit(RLIMIT_NOFILE, &usual);
        rlimit few = usual;
        few.rlim_cur = open_fds() + more;
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    }
    ~few_descriptors() { lift(); }
    void lift() { ::setrlimit(RLIMIT_NOFILE, &usual); }
    rlimit usual{};
};

asio::awaitable<void> keep_one(sandbox box, std::vector<process>* into) {
    auto p = co_await open_cat(box);
    into->push_back(std::move(p));
}

asio::awaitable<void> limit_in_the_middle(eci::config settings) {
    auto executor = co_await asio::this_coro::executor;
    eci::client client(executor, settings);
    auto box = co_await ready_box(client);
    std::vector<process> open;
    few_descriptors limit(100);  // API connections take some of them
    crowd all(executor);
    for (int i = 0; i < 200; ++i) all.add(keep_one(box, &open));
    CHECK(co_await all.all_ended());
    CHECK(open.size() >= 20);
    CHECK(open.size() + all.failures.size() == 200);
    for (const auto& why : all.failures) {
        CAPTURE(why.to_string());
        CHECK(why.code == errc::no_descriptors);
        CHECK(says(why.message, "RLIMIT_NOFILE is "));
        CHECK(says(why.message, "ulimit -n"));
    }
    // Those that are open go on, and those that failed hold nothing.
    for (auto& p : open) CHECK(co_await echoes(p, "still here"));
    open.resize(open.size() / 2);
    for (int i = 0; i < 5; ++i) all.add(keep_one(box, &open));
    CHECK(co_await all.all_ended());
    for (auto& p : open) CHECK(co_await echoes(p, "and again"));
    limit.lift();
    for (int i = 0; i < 60; ++i) all.add(keep_one(box, &open));
    const auto before = all.failures.size();
    CHECK(co_await all.all_ended());
    CHECK(all.failures.size() == before);
    CHECK(open.size() >= 70);
    for (auto& p : open) CHECK(co_await echoes(p, "at last"));
    open.clear();
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("streams: half of the connects are refused") {
    in_world(synthetic_server().tls(), half_refused);
}
TEST_CASE("streams: a tenth of all frames is seconds late") {
    in_world(synthetic_server(), late_frames);
}
TEST_CASE("streams: a TLS alert in mid stream ends this stream alone") {
    in_world(synthetic_server().tls(), alert_in_mid_stream);
}
TEST_CASE("streams: the server cuts all of them at once") {
    in_world(synthetic_server(), all_cut_at_once);
}
TEST_CASE("streams: a refused ticket costs a full handshake") {
    temporary_folder folder;
    run(refused_ticket(folder.path));
}
TEST_CASE("streams: the limit of descriptors is reached in the middle") {
    server_process server(synthetic_server().tls());
    const auto before = open_fds();
    run(limit_in_the_middle(server.config()));
    CHECK(open_fds() == before);
}
