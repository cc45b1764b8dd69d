#include "proto/call_quota.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::proto;
using namespace std::chrono_literals;

namespace {

using time_point = call_quota::time_point;
using tickets = std::vector<call_quota::ticket>;

const time_point zero = time_point() + 1000h;
constexpr auto never = time_point::max();

/// How many calls pass at once.
int burst_at(call_quota& quota, time_point now) {
    int count = 0;
    while (quota.take(now) && count < 100'000) ++count;
    return count;
}

/// Asks it as a pacer does: at each turn, until nobody waits or `end`. When each was sent.
std::map<call_quota::ticket, time_point> run(call_quota& quota, time_point now, time_point end) {
    std::map<call_quota::ticket, time_point> sent;
    while (auto next = quota.next_turn(now)) {
        if (*next > end) break;
        now = std::max(now, *next);
        for (auto who : quota.advance(now).granted) sent[who] = now;
    }
    return sent;
}

/// The most calls in any minute.
std::size_t most_in_a_minute(const std::vector<time_point>& sent) {
    std::size_t most = 0, first = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        while (sent[i] - sent[first] >= 1min) ++first;
        most = std::max(most, i - first + 1);
    }
    return most;
}

}  // namespace

TEST_CASE("call quota: without a limit everything passes, at once and uncounted") {
    call_quota quota({});
    CHECK(quota.unlimited());
    for (int i = 0; i < 100'000; ++i) REQUIRE(quota.take(zero));
    quota.succeeded();
    CHECK(quota.unlimited());
    CHECK_FALSE(quota.next_turn(zero));
}

TEST_CASE("call quota: a short burst, and then the rate") {
    struct row {
        unsigned limit;
        int burst;
    };
    for (auto [limit, burst] : {row{1, 1}, row{2, 1}, row{3, 1}, row{8, 2}, row{40, 10},
                                row{200, 10}, row{500, 16}, row{2000, 66}, row{60'000, 2000}}) {
        CAPTURE(limit);
        call_quota quota(limit);
        CHECK(quota.per_minute() == limit);
        CHECK(burst_at(quota, zero) == burst);
        CHECK(burst_at(quota, zero) == 0);
        // The rest of the limit comes in the minute, and no more.
        int later = 0;
        for (auto at = zero; at < zero + 1min; at += 1ms) later += burst_at(quota, at);
        CHECK(later == static_cast<int>(limit) - burst);
        CHECK(burst_at(quota, zero + 24h) == burst);  // an idle bucket is full, not fuller
    }
}

TEST_CASE("call quota: 0 is taken for 1, and the largest number does no harm") {
    call_quota least(0u);
    CHECK(least.per_minute() == 1);
    CHECK(burst_at(least, zero) == 1);
    CHECK(burst_at(least, zero + 59s) == 0);
    CHECK(burst_at(least, zero + 60s) == 1);
    call_quota most(0xffff'ffffu);
    for (int i = 0; i < 10'000; ++i) REQUIRE(most.take(zero));
}

TEST_CASE("call quota: groups have turns, and within one the order is kept") {
    call_quota quota(60u);  // 10 at once, 51 in a minute
    CHECK(burst_at(quota, zero) == 10);
    for (call_quota::ticket n = 1; n <= 6; ++n) REQUIRE(quota.join(n, "a", never, zero));
    for (call_quota::ticket n = 11; n <= 12; ++n) REQUIRE(quota.join(n, "b", never, zero));
    REQUIRE(quota.join(21, "c", never, zero));
    CHECK(quota.queued() == 9);
    CHECK_FALSE(quota.take(zero + 1h));  // nobody goes before those who wait
    CHECK(quota.advance(zero + 1h).granted == tickets{1, 11, 21, 2, 12, 3, 4, 5, 6});
    CHECK(quota.queued() == 0);
    CHECK(quota.take(zero + 1h));
}

TEST_CASE("call quota: the foreseen turn is the one that comes") {
    std::mt19937 random(11);
    for (int round = 0; round < 200; ++round) {
        call_quota quota(static_cast<unsigned>(1 + random() % 300));
        auto now = zero;
        burst_at(quota, now);
        auto calls = random() % 40;
        for (call_quota::ticket n = 1; n <= calls; ++n)
            REQUIRE(
                quota.join(n, std::string(1, static_cast<char>('a' + random() % 4)), never, now));
        auto group = std::string(1, static_cast<char>('a' + random() % 5));
        auto foreseen = quota.turn_of_next(group, now);
        REQUIRE(quota.join(1000, group, never, now));
        auto sent = run(quota, now, never);
        REQUIRE(sent.size() == calls + 1);
        auto off = sent[1000] - foreseen;
        CHECK(off < 10us);
        CHECK(off > -10us);
    }
}

TEST_CASE("call quota: what can not be sent in time is refused at once") {
    call_quota quota(60u);
    burst_at(quota, zero);
    const auto step = 60'000ms / 51;
    CHECK_FALSE(quota.join(1, "a", zero, zero));
    CHECK_FALSE(quota.join(1, "a", zero + step - 1ms, zero));
    CHECK(quota.queued() == 0);
    CHECK(quota.join(1, "a", zero + step + 1ms, zero));
    CHECK_FALSE(quota.join(2, "a", zero + 2 * step - 1ms, zero));
    CHECK(quota.join(2, "a", zero + 2 * step + 2ms, zero));
    // A new group has to let those go who are ahead by turns, not all of another group.
    for (call_quota::ticket n = 3; n < 30; ++n) REQUIRE(quota.join(n, "a", never, zero));
    CHECK(quota.join(30, "b", zero + 2 * step + 2ms, zero));
    CHECK_FALSE(quota.join(31, "b", zero + 2 * step + 2ms, zero));
}

TEST_CASE("call quota: those whose time has run out are told, also after the rate fell") {
    call_quota quota(60u);
    burst_at(quota, zero);
    REQUIRE(quota.join(1, "a", zero + 2s, zero));
    REQUIRE(quota.join(2, "b", zero + 40s, zero));
    REQUIRE(quota.join(3, "a", zero + 30s, zero));
    quota.throttled(zero + 1ms, 20s, zero + 1ms);
    auto ended = quota.advance(zero + 1ms);
    CHECK(ended.granted.empty());
    CHECK(ended.refused == tickets{1});
    CHECK(quota.advance(zero + 35s).refused == tickets{3});
    CHECK(quota.queued() == 0);
}

TEST_CASE("call quota: one that leaves makes room, in its group and in time") {
    call_quota quota(60u);
    burst_at(quota, zero);
    for (call_quota::ticket n = 1; n <= 3; ++n) REQUIRE(quota.join(n, "a", never, zero));
    REQUIRE(quota.join(4, "b", never, zero));
    quota.leave(1, "a");
    quota.leave(1, "a");
    quota.leave(2, "b");  // not there
    quota.leave(9, "z");
    CHECK(quota.queued() == 3);
    CHECK(quota.advance(zero + 1h).granted == tickets{2, 4, 3});
    REQUIRE(quota.join(5, "a", never, zero + 1h));
    quota.leave(5, "a");
    CHECK_FALSE(quota.next_turn(zero + 1h));
    CHECK(burst_at(quota, zero + 1h) == 7);
    quota.give_back();
    CHECK(burst_at(quota, zero + 1h) == 1);
    for (int i = 0; i < 100; ++i) quota.give_back();
    CHECK(burst_at(quota, zero + 1h) == 10);
}

TEST_CASE("call quota: a refusal of the service halves the rate, once for what was under way") {
    call_quota quota(600u);
    CHECK(burst_at(quota, zero) == 20);
    auto at = zero + 100ms;
    for (int i = 0; i < 20; ++i) quota.throttled(zero, 5s, at);
    CHECK(quota.per_minute() == 300);
    CHECK_FALSE(quota.take(at + 4999ms));
    for (unsigned wanted : {150u, 75u, 38u, 38u, 38u}) {
        at += 1min;
        quota.throttled(at, 0s, at + 1ms);
        CHECK(quota.per_minute() == wanted);
    }
    // One call goes after the pause, the next by the rate.
    at += 1min;
    quota.throttled(at, 2s, at);
    CHECK(burst_at(quota, at + 1999ms) == 0);
    CHECK(burst_at(quota, at + 2s) == 1);
    CHECK(burst_at(quota, at + 3s) == 0);
}

TEST_CASE("call quota: a pause of hours is not believed, a negative one is none") {
    call_quota quota(600u);
    quota.throttled(zero, 24h, zero);
    CHECK_FALSE(quota.take(zero + 5min - 1ms));
    CHECK(quota.take(zero + 5min));
    call_quota other(600u);
    other.throttled(zero, -1h, zero);
    CHECK(burst_at(other, zero) == 1);
}

TEST_CASE("call quota: success brings the rate back, up to the limit") {
    call_quota quota(600u);
    quota.throttled(zero + 1s, 0s, zero + 1s);
    CHECK(quota.per_minute() == 300);
    quota.succeeded();
    CHECK(quota.per_minute() == 306);
    for (int i = 0; i < 48; ++i) quota.succeeded();
    CHECK(quota.per_minute() < 600);
    for (int i = 0; i < 100; ++i) quota.succeeded();
    CHECK(quota.per_minute() == 600);
}

TEST_CASE("call quota: an unknown limit is estimated at the first refusal, and dropped again") {
    call_quota quiet({});
    quiet.take(zero);
    quiet.throttled(zero, 0s, zero + 1ms);
    CHECK(quiet.per_minute() == 500);
    CHECK(burst_at(quiet, zero + 1ms) == 1);
    quiet.throttled(zero, 0s, zero + 2ms);  // of the same moment
    CHECK(quiet.per_minute() == 500);
    quiet.throttled(zero + 1s, 0s, zero + 1s);
    CHECK(quiet.per_minute() == 250);

    call_quota busy({});
    for (auto at = zero; at < zero + 2min; at += 20ms) REQUIRE(busy.take(at));
    busy.throttled(zero + 2min, 0s, zero + 2min);
    CHECK(busy.per_minute() >= 2750);  // the last 55 to 60 seconds
    CHECK(busy.per_minute() <= 3000);
    int successes = 0;
    for (; !busy.unlimited() && successes < 10'000; ++successes) busy.succeeded();
    CHECK(successes == doctest::Approx(1500).epsilon(0.01));
    CHECK(burst_at(busy, zero + 2min) == 100'000);
}

TEST_CASE("call quota: those who wait go at once when the limit is dropped") {
    call_quota quota({});
    quota.take(zero);
    quota.throttled(zero, 1min, zero);
    for (call_quota::ticket n = 1; n <= 50; ++n) REQUIRE(quota.join(n, "a", never, zero));
    while (!quota.unlimited()) quota.succeeded();
    CHECK(quota.next_turn(zero) == zero);
    CHECK(quota.advance(zero).granted.size() == 50);
}

TEST_CASE("call quota: a random run keeps to the limit in every minute and starves nobody") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const auto limit = static_cast<unsigned>(1 + random() % 400);
        const bool refusing = seed % 2 == 0;
        call_quota quota(limit);
        std::vector<time_point> sent;
        struct one {
            std::string group;
            time_point joined, until;
        };
        std::map<call_quota::ticket, one> waiting;
        std::map<std::string, std::size_t> served;
        std::size_t joined = 0, left = 0, granted = 0, refused = 0, late = 0;
        auto now = zero;
        auto settle = [&] {
            auto ended = quota.advance(now);
            for (auto who : ended.granted) {
                sent.push_back(now);
                late += waiting.at(who).until <= now;
                ++served[waiting.at(who).group];
                granted += waiting.erase(who);
            }
            for (auto who : ended.refused) refused += waiting.erase(who);
        };
        for (call_quota::ticket n = 1; n <= 6000; ++n) {
            now += std::chrono::milliseconds(random() % 400);
            settle();
            if (refusing && random() % 97 == 0) quota.throttled(now, 500ms, now);
            if (random() % 3 == 0) quota.succeeded();
            // One group asks for far more than the others.
            auto group =
                random() % 10 < 7 ? std::string("greedy") : "g" + std::to_string(random() % 5);
            auto until = now + std::chrono::seconds(1 + random() % 120);
            if (quota.take(now)) {
                sent.push_back(now);
                ++served[group];
            } else if (quota.join(n, group, until, now)) {
                ++joined;
                waiting[n] = one{group, now, until};
            }
            if (!waiting.empty() && random() % 20 == 0) {
                auto gone = waiting.begin();
                quota.leave(gone->first, gone->second.group);
                waiting.erase(gone);
                ++left;
            }
        }
        now += 3min;  // later than everybody's deadline
        settle();
        CHECK(waiting.empty());
        CHECK(quota.queued() == 0);
        CHECK(joined == granted + refused + left);
        CHECK(late == 0);
        CHECK(most_in_a_minute(sent) <= limit);
        CHECK(sent.size() > 0);
        // The others together are at most 3 of 10, spread over five: each gets its share.
        if (limit > 60 && !refusing)
            for (int g = 0; g < 5; ++g) CHECK(served["g" + std::to_string(g)] > 100);
    }
}

TEST_CASE("call quota: everybody who has time is sent, in a time that the rate explains") {
    call_quota quota(500u);
    for (call_quota::ticket n = 1; n <= 1000; ++n)
        REQUIRE(quota.join(n, "g" + std::to_string(n % 7), never, zero));
    auto sent = run(quota, zero, never);
    REQUIRE(sent.size() == 1000);
    std::vector<time_point> times;
    for (const auto& [who, at] : sent) times.push_back(at);
    std::sort(times.begin(), times.end());
    CHECK(most_in_a_minute(times) <= 500);
    CHECK(times.back() - zero < 125s);
    CHECK(times.back() - zero > 115s);
}
