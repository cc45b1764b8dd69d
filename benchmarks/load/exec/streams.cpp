#include "load/exec/setting.hpp"

#include <cstdint>

namespace bench {

using namespace ecisbx;

namespace {

constexpr std::size_t talk_size = 1024;

struct talker {
    process on;
    std::uint64_t number = 0;
    bool verified = false;
};

// Other bytes on every stream, all values of a byte among them: what comes from a stream that it
// was not sent to, or was changed on its way, is noticed.
std::string text_of(std::uint64_t number) {
    std::string text(talk_size, '\0');
    std::uint64_t state = number + 1;
    for (char& c : text) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        c = static_cast<char>(state >> 56);
    }
    // A record separator at the very end could begin the exit trailer: it would be held back until
    // more comes.
    text.back() = '\n';
    return text;
}

asio::awaitable<void> open_one(sandbox box, talker* into) {
    auto options =
        exec_options().open_stdin().no_timeout().connect_timeout(std::chrono::minutes(5));
    into->on = co_await box.start(command("cat"), std::move(options));
}

asio::awaitable<void> talk(talker* with) {
    std::string sent = text_of(with->number), seen;
    co_await with->on.write(sent);
    while (seen.size() < sent.size()) {
        auto piece = co_await with->on.read();
        require(piece.has_value() && piece->stream == stream_id::out, "a stream ended early");
        seen += piece->bytes;
    }
    require(seen == sent, "a stream has other bytes than were sent");
    with->verified = true;
}

asio::awaitable<void> end(talker* with) {
    co_await with->on.close_stdin();
    while (auto piece = co_await with->on.read())
        require(piece->bytes.empty(), "a stream has more bytes than were sent");
    auto result = co_await with->on.wait();
    require(result.status.exited() && result.status.code() == 0 && result.complete,
            "a stream did not end well: " + result.note);
}

asio::awaitable<void> open_all(exec_setting_ptr s, sandbox box, std::vector<talker*> all) {
    double memory = resident_kb(), cpu = process_cpu_us(), wall = wall_us();
    auto count = static_cast<double>(all.size());
    auto opening = [box](talker* into) { return open_one(box, into); };
    co_await for_each(std::move(all), concurrency(256), opening);
    s->out.add("streams", count);
    s->out.add("cpu_us_per_open", (process_cpu_us() - cpu) / count);
    s->out.add("opens_per_s", count / (wall_us() - wall) * 1e6);
    s->out.add("kb_per_stream", (resident_kb() - memory) / count);
}

asio::awaitable<sandbox> warm_box(exec_setting_ptr s) {
    auto box = co_await new_box(s->client);
    co_await all_execs(s, box, 64, 64);
    co_return box;
}

std::vector<talker*> numbered(std::vector<talker>& streams) {
    std::vector<talker*> all;
    for (auto& one : streams) {
        one.number = all.size();
        all.push_back(&one);
    }
    return all;
}

}  // namespace

asio::awaitable<void> open_scenario(exec_setting_ptr s) {
    auto box = co_await warm_box(s);
    std::vector<talker> streams(s->a.number("streams", 1000));
    co_await open_all(s, box, numbered(streams));
    asio::steady_timer rest(co_await asio::this_coro::executor, std::chrono::seconds(2));
    double cpu = process_cpu_us();
    co_await rest.async_wait(asio::use_awaitable);
    s->out.add("cpu_us_per_s_at_rest", (process_cpu_us() - cpu) / 2);
    s->out.print();
    std::_Exit(0);  // closing them all is not what is measured
}

asio::awaitable<void> cat_scenario(exec_setting_ptr s) {
    auto box = co_await warm_box(s);
    std::vector<talker> streams(s->a.number("streams", 1000));
    auto all = numbered(streams);
    co_await open_all(s, box, all);
    double cpu = process_cpu_us(), wall = wall_us(), count = static_cast<double>(all.size());
    auto talking = [](talker* with) { return talk(with); };
    co_await for_each(all, concurrency(all.size()), talking);
    s->out.add("cpu_us_per_kib_both_ways", (process_cpu_us() - cpu) / count);
    s->out.add("seconds_for_1_kib_on_all", (wall_us() - wall) / 1e6);
    auto ending = [](talker* with) { return end(with); };
    co_await for_each(all, concurrency(all.size()), ending);
    double verified = 0;
    for (const auto& one : streams) verified += one.verified ? 1 : 0;
    require(verified == count, "not every stream was verified");
    s->out.add("streams_verified", verified);
}

}  // namespace bench
