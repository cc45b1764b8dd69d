// Windows of a container's log put together: of any text, and of a log that a writer and a service
// of the fuzzer's make, where nothing may be lost or repeated without a word.
#include "fuzz/fuzz.hpp"

#include "unit/proto/log_simulation.hpp"

#include "proto/log_lines.hpp"
#include "proto/log_merge.hpp"

#include <string>

using namespace ecisbx;
using fuzz::check;

namespace {

void any_windows(fuzz::input in) {
    proto::log_merge merge(in.flag());
    while (!in.empty()) {
        const auto choice = in.byte();
        if (choice % 8 == 7) {
            merge.begin_next();
            continue;
        }
        const std::string content(in.bytes(in.byte()));
        proto::log_window window;
        window.content = content;
        window.max_lines = choice % 2 == 0 ? 3 : 2000;
        window.max_bytes = choice % 4 == 1 ? content.size() : 1 << 20;
        const auto fit = merge.look(window);
        const auto news = merge.take(window);
        check(news.text.size() <= content.size() + 1);
        check(fit != proto::log_merge::fit::empty || news.text.size() <= 1);
        merge.start();
        const auto again = merge.take(window);
        check(again.text.empty() || news.lost || news.more || again.lost || choice % 4 == 1 ||
              choice % 2 == 0 || fit != proto::log_merge::fit::continues);
    }
}

void split(fuzz::input in) {
    const std::string text(in.rest());
    const auto lines = proto::split_log(text);
    std::string again;
    for (const auto& line : lines.whole) {
        check(line.prefix <= line.raw.size() && line.second.has_value() == (line.prefix > 0));
        again += std::string(line.raw) + '\n';
    }
    if (lines.open) again += lines.open->raw;
    check(again == text);
}

// A writer and a follower that always sees everything new: it has what was printed.
void followed(fuzz::input in) {
    constexpr std::string_view texts[] = {"a", "b", "", "a\r", "\xC3\xA9", "2026-01-02T03:04:05Z x",
                                          " "};
    constexpr std::int64_t steps[] = {0, 1, 1000, 1'000'000, 300'000'000, 2'000'000'000};
    const bool times = in.flag();
    log_test::simulated_log log;
    log_test::follower follower(log, 2000, 1 << 20, log_test::simulated_log::cut::behind, times);
    for (int events = 0; !in.empty() && events < 300; ++events) {
        const auto choice = in.byte();
        log.now += steps[choice % 6];
        const std::string text(texts[choice / 6 % 7]);
        if (choice / 42 % 4 == 0) {
            follower.poll();
            check(follower.text == log.truth(times) && follower.gaps == 0);
        } else if (choice / 42 % 4 == 1) {
            log.begin(text);
        } else {
            log.line(text);
        }
    }
    follower.poll();
    check(follower.text == log.truth(times) && follower.gaps == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(3)) {
        case 0: any_windows(in); break;
        case 1: split(in); break;
        default: followed(in); break;
    }
    return 0;
}
