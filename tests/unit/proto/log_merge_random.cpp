// Random writers, random windows: what a follower has must be what was printed, or it says so.
#include "unit/proto/log_simulation.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace log_test;
using cut = simulated_log::cut;

namespace {

class writer {
public:
    writer(simulated_log& log, unsigned seed, bool distinct)
        : log_(log), random_(seed), distinct_(distinct) {}

    int upto(int most) { return std::uniform_int_distribution<int>(0, most)(random_); }

    void some(int most) {
        for (int count = upto(most); count > 0; --count) {
            const std::int64_t steps[] = {0, 0, 1, 1000, 1'000'000, 300'000'000, 2'000'000'000};
            log_.now += steps[upto(6)] + (distinct_ ? 1 : 0);
            if (upto(9) == 0) log_.begin(text());
            if (upto(9) != 0)
                log_.line(text());
            else
                log_.begin(text());
        }
    }

private:
    std::string text() {
        const char* texts[] = {"a", "b", "", "a\r", "\xC3\xA9", "2026-01-02T03:04:05Z x", " "};
        return texts[upto(6)];
    }

    simulated_log& log_;
    std::mt19937 random_;
    bool distinct_;
};

}  // namespace

TEST_CASE("log_merge: random writers below the rate lose nothing and repeat nothing") {
    for (unsigned seed = 0; seed < 400; ++seed) {
        CAPTURE(seed);
        simulated_log log;
        writer w(log, seed, false);
        follower f(log, 2000, 1 << 20, cut::behind, seed % 2 == 0);
        for (int round = 0; round < 20; ++round) {
            w.some(round % 7 == 0 ? 200 : 6);
            f.poll();
            if (round % 5 == 0) f.glance(2000);
            REQUIRE(f.text == log.truth(seed % 2 == 0));
        }
        CHECK(f.gaps == 0);
    }
}

TEST_CASE("log_merge: random windows that are cut give what was printed, or say that it was lost") {
    int with_gaps = 0, without = 0;
    for (unsigned seed = 0; seed < 1000; ++seed) {
        CAPTURE(seed);
        simulated_log log;
        writer w(log, seed, true);
        auto tail = static_cast<std::size_t>(10 + w.upto(40));
        auto bytes = static_cast<std::size_t>(4096 + w.upto(2000));
        follower f(log, tail, bytes, seed % 3 == 0 ? cut::before : cut::behind, true);
        for (int round = 0; round < 15; ++round) {
            w.some(round % 4 == 0 ? 70 : 8);
            f.poll();
            auto truth = log.truth(true);
            if (f.gaps == 0) {
                // The first window may begin late.
                REQUIRE(truth.size() >= f.text.size());
                if (!f.merge.passed_over()) REQUIRE(truth.ends_with(f.text));
            }
        }
        ++(f.gaps > 0 ? with_gaps : without);
    }
    CHECK(with_gaps > 50);
    CHECK(without > 50);
}

TEST_CASE("log_merge: whatever is lost, no line is given twice and none out of order") {
    for (unsigned seed = 0; seed < 500; ++seed) {
        CAPTURE(seed);
        simulated_log log;
        std::mt19937 random(seed);
        auto upto = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
        follower f(log, 15, 4096, seed % 2 == 0 ? cut::before : cut::behind);
        int printed = 0;
        for (int round = 0; round < 30; ++round) {
            for (int count = upto(upto(3) == 0 ? 60 : 10); count > 0; --count) {
                log.now += upto(1) == 0 ? 0 : upto(900'000'000);
                log.line(std::to_string(printed++));
            }
            f.poll();
        }
        int last = -1, missing = 0;
        for (std::size_t at = 0; at < f.text.size();) {
            auto end = f.text.find('\n', at);
            REQUIRE(end != std::string::npos);
            if (end == at) {  // the end of a line that was broken off
                ++at;
                continue;
            }
            int number = std::stoi(f.text.substr(at, end - at));
            REQUIRE(number > last);
            if (last >= 0 && number != last + 1) ++missing;
            last = number;
            at = end + 1;
        }
        REQUIRE(missing <= f.gaps);
    }
}
