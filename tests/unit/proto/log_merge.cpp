#include "proto/log_merge.hpp"

#include "unit/proto/log_simulation.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace log_test;
using ecisbx::proto::log_merge;
using fit = log_merge::fit;
using cut = simulated_log::cut;

namespace {

constexpr std::int64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("log_merge: the first window is taken whole, the next only what is new") {
    simulated_log log;
    follower f(log);
    CHECK(f.poll().empty());
    CHECK(f.merge.blank());
    CHECK(!f.merge.start());
    log.line("one");
    log.now += 1;
    log.line("two");
    CHECK(f.poll() == "one\ntwo\n");
    CHECK(f.poll().empty());
    CHECK(!f.merge.blank());
    log.now += second;
    log.line("three");
    CHECK(f.poll() == "three\n");
    CHECK(f.merge.start() == utc_time(std::chrono::seconds(log.now / second)));
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: times are kept on demand, once per line") {
    simulated_log log;
    follower f(log, 2000, 1 << 20, cut::behind, true);
    log.line("one");
    log.begin("tw");
    f.poll();
    log.begin("o");
    f.poll();
    log.end();
    f.poll();
    CHECK(f.text == log.truth(true));
}

TEST_CASE("log_merge: lines that are equal in time and text are all given, each once") {
    simulated_log log;
    follower f(log);
    log.line("before");
    for (std::size_t known = 1; known <= 5; ++known) {
        log.line("same");
        f.poll();
    }
    for (int i = 0; i < 3; ++i) log.line("same");
    CHECK(f.poll() == "same\nsame\nsame\n");
    CHECK(f.text == log.truth());
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: equal lines from the very beginning of a log") {
    simulated_log log;
    follower f(log);
    log.line("y");
    log.line("y");
    f.poll();
    log.line("y");
    CHECK(f.poll() == "y\n");
    log.now += second;
    log.line("y");
    log.line("y");
    CHECK(f.poll() == "y\ny\n");
    CHECK(f.text == log.truth());
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: a window that was full and overlaps nothing is a gap") {
    simulated_log log;
    follower f(log, 5);
    log.line("first");
    f.poll();
    for (int i = 0; i < 7; ++i) {
        log.now += 1000;
        log.line(std::to_string(i));
    }
    CHECK(f.merge.look({log.window({}, 5, 1 << 20), 5, 1 << 20}) == fit::apart);
    CHECK(f.poll() == "2\n3\n4\n5\n6\n");
    CHECK(f.gaps == 1);
    CHECK(f.poll().empty());
    log.now += 1;
    log.line("on");
    CHECK(f.poll() == "on\n");
    CHECK(f.gaps == 1);
}

TEST_CASE("log_merge: exactly as many new lines as a window has room for beside a known one") {
    simulated_log log;
    follower f(log, 5);
    log.line("first");
    f.poll();
    for (int i = 0; i < 4; ++i) {
        log.now += 1000;
        log.line(std::to_string(i));
    }
    CHECK(f.poll() == "0\n1\n2\n3\n");
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: equal lines in a window that lacks its beginning are said to be unsure") {
    simulated_log log;
    follower f(log, 4);
    for (int i = 0; i < 3; ++i) log.line("y");
    f.poll();
    for (int i = 0; i < 3; ++i) log.line("y");
    f.poll();
    CHECK(f.gaps == 1);
}

TEST_CASE("log_merge: a rotated log that still overlaps is no gap") {
    simulated_log log;
    follower f(log);
    for (int i = 0; i < 10; ++i) {
        log.now += 10;
        log.line(std::to_string(i));
    }
    f.poll();
    log.forget(8);
    log.line("new");
    CHECK(f.poll() == "new\n");
    CHECK(f.gaps == 0);
    log.forget(log.size());
    CHECK(f.poll().empty());
    CHECK(f.merge.look({"", 2000, 1 << 20}) == fit::empty);
    log.line("newer");
    CHECK(f.poll() == "newer\n");
    CHECK(f.gaps == 1);
}

TEST_CASE("log_merge: a line that comes in pieces") {
    simulated_log log;
    follower f(log);
    log.begin("pro");
    CHECK(f.poll() == "pro");
    CHECK(f.poll().empty());
    log.begin("mpt> ");
    CHECK(f.poll() == "mpt> ");
    log.end();
    log.line("next");
    CHECK(f.poll() == "\nnext\n");
    log.begin("");
    CHECK(f.poll().empty());
    log.begin("x");
    log.end();
    CHECK(f.poll() == "x\n");
    CHECK(f.text == log.truth());
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: a service that leaves the last line feed out") {
    log_merge merge(false);
    auto take = [&](const std::string& content) {
        return merge.take({content, 2000, 1 << 20}).text;
    };
    CHECK(take("2026-01-02T03:04:05.1Z a\n2026-01-02T03:04:05.2Z b") == "a\nb");
    CHECK(take("2026-01-02T03:04:05.1Z a\n2026-01-02T03:04:05.2Z b") == "");
    CHECK(take("2026-01-02T03:04:05.1Z a\n2026-01-02T03:04:05.2Z b\n2026-01-02T03:04:05.3Z c") ==
          "\nc");
}

TEST_CASE("log_merge: a character whose rest has not come is held back") {
    log_merge merge(false);
    auto take = [&](const std::string& content) {
        return merge.take({content, 2000, 1 << 20}).text;
    };
    CHECK(take("2026-01-02T03:04:05.1Z caf\xEF\xBF\xBD") == "caf");
    CHECK(take("2026-01-02T03:04:05.1Z caf\xC3\xA9\n") == "\xC3\xA9\n");
    // In a whole line it stands for bytes that are no text.
    CHECK(take("2026-01-02T03:04:05.2Z \xEF\xBF\xBD\n") == "\xEF\xBF\xBD\n");
}

TEST_CASE("log_merge: carriage returns stay, and part no lines") {
    simulated_log log;
    follower f(log);
    log.line("dos\r");
    log.line("10%\r20%\r30%");
    f.poll();
    log.line("\r");
    CHECK(f.poll() == "\r\n");
    CHECK(f.text == "dos\r\n10%\r20%\r30%\n\r\n");
}

TEST_CASE("log_merge: a window that is cut at its end is asked for again at once") {
    simulated_log log;
    follower f(log, 2000, 4096);
    for (int i = 0; i < 500; ++i) {
        log.now += second / 10;
        log.line("line " + std::to_string(i));
    }
    f.poll();
    CHECK(f.text == log.truth());
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: a limit that cuts the beginning off leaves a gap at most") {
    simulated_log log;
    follower f(log, 2000, 4096, cut::before);
    log.line("first");
    f.poll();
    for (int i = 0; i < 20; ++i) {
        log.now += second / 10;
        log.line("line " + std::to_string(i));
    }
    f.poll();
    CHECK(f.text == log.truth());
    CHECK(f.gaps == 0);
    for (int i = 0; i < 200; ++i) {
        log.now += second / 1000;
        log.line("more " + std::to_string(i));
    }
    auto text = f.poll();
    CHECK(f.gaps == 1);
    CHECK(text.starts_with("more "));
    CHECK(text.ends_with("more 199\n"));
}

TEST_CASE("log_merge: a line longer than a window is given in part, the loss is said") {
    simulated_log log;
    follower f(log, 2000, 4096);
    log.line("before");
    log.line(std::string(10'000, 'x'));
    auto text = f.poll();
    CHECK(text.starts_with("before\nxxx"));
    CHECK(text.size() < 4096);
    CHECK(f.merge.passed_over());
    CHECK(f.gaps == 0);  // nothing came behind it yet
    log.now += 2 * second;
    log.line("after");
    CHECK(f.poll() == "\nafter\n");
    CHECK(f.gaps == 1);
    CHECK(!f.merge.passed_over());
}

TEST_CASE("log_merge: more within one second than a window holds is passed over, and said") {
    simulated_log log;
    follower f(log, 2000, 4096);
    for (int i = 0; i < 1000; ++i) {
        log.now += 1000;
        log.line("line " + std::to_string(i));
    }
    auto text = f.poll();
    CHECK(log.truth().starts_with(text));
    CHECK(f.merge.passed_over());
    log.now += second;
    log.line("later");
    CHECK(f.poll().ends_with("later\n"));
    CHECK(f.gaps == 1);
}

TEST_CASE("log_merge: a clock that was set back hides lines until a look at the end") {
    simulated_log log;
    follower f(log);
    log.line("one");
    f.poll();
    log.now -= 3600 * second;
    log.line("two");
    CHECK(f.poll().empty());
    CHECK(f.glance(100) == "two\n");
    CHECK(f.gaps == 0);
    log.now += second;
    log.line("three");
    CHECK(f.poll() == "three\n");
    CHECK(f.gaps == 0);
    CHECK(f.text == log.truth());
}

TEST_CASE("log_merge: lines that a clock hid are not given late, and their loss is said") {
    simulated_log log;
    follower f(log);
    log.line("one");
    f.poll();
    log.now -= 10 * second;
    log.line("hidden");
    log.now += 20 * second;
    log.line("two");
    CHECK(f.poll() == "two\n");
    log.now += 1;
    log.line("three");
    CHECK(f.glance(100) == "three\n");
    CHECK(f.gaps == 1);
}

TEST_CASE("log_merge: the next log begins anew, an unfinished line before it is ended") {
    simulated_log old;
    follower f(old);
    old.line("one");
    old.begin("dying");
    f.poll();
    f.merge.begin_next();
    CHECK(f.merge.blank());
    CHECK(!f.merge.start());
    CHECK(f.take("2026-01-02T03:04:05Z one\n").text == "\none\n");
    CHECK(f.gaps == 0);
}

TEST_CASE("log_merge: a next log whose beginning no window shows has lost lines") {
    log_merge merge(false);
    merge.begin_next();
    auto news = merge.take({"2026-01-02T03:04:05Z a\n2026-01-02T03:04:05Z b\n", 2, 1 << 20});
    CHECK(news.lost);
    log_merge first(false);
    CHECK(!first.take({"2026-01-02T03:04:05Z a\n2026-01-02T03:04:05Z b\n", 2, 1 << 20}).lost);
}

TEST_CASE("log_merge: a service that gives no times is followed by the texts alone") {
    log_merge merge(false);
    auto take = [&](const std::string& content) { return merge.take({content, 2000, 1 << 20}); };
    CHECK(take("a\nb\n").text == "a\nb\n");
    CHECK(!merge.start());
    CHECK(take("a\nb\nc\n").text == "c\n");
    CHECK(take("b\nc\nd").text == "d");
    CHECK(take("b\nc\ndef\n").text == "ef\n");
    CHECK(take("q\n").lost);
}

TEST_CASE("log_merge: what can not be a line of a log with times is left out") {
    log_merge merge(false);
    // Cut within the first line, and within the time of the last.
    auto news = merge.take({"rest of one\n2026-01-02T03:04:05Z two\n2026-01-02T03:0", 2000, 4096});
    CHECK(news.text == "two\n");
    CHECK(merge.take({"2026-01-02T03:04:05Z two\n2026-01-02T03:04:06Z three\n", 2000, 4096}).text ==
          "three\n");
}

TEST_CASE("log_merge: any bytes at all are taken without harm") {
    log_merge merge(false);
    for (const std::string& content :
         {std::string("\n\n\n"), std::string("\0\n", 2), std::string(5000, '\n'),
          std::string("\xFF\xFE\n"), std::string(9000, 'x'), std::string("2026-01-02T03:04:05Z"),
          std::string("2026-01-02T03:04:05Z \n\n2026-01-02T03:04:05Z")}) {
        merge.take({content, 10, 4096});
        CHECK(merge.take({content, 10, 4096}).text.size() <= content.size());
    }
}
