#include "server/lifecycle/log_ring.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx::server;
using lifecycle::log_query;
using lifecycle::log_ring;
using lifecycle::log_source;
using namespace std::chrono_literals;

namespace {

const time_point start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);

log_query last(std::size_t lines) {
    log_query query;
    query.tail = lines;
    return query;
}

log_query timed() {
    log_query query;
    query.timestamps = true;
    return query;
}

}  // namespace

TEST_CASE("log_ring: lines of two streams are never mixed") {
    log_ring log;
    log.append(log_source::out, "one ", start);
    log.append(log_source::err, "error\n", start);
    log.append(log_source::out, "line\ntwo", start);
    CHECK(log.text() == "error\none line\n");
    log.finish(log_source::out, start);
    CHECK(!log.finished());
    CHECK(log.text() == "error\none line\ntwo");
    log.append(log_source::err, "last", start);
    log.finish(log_source::err, start);
    CHECK(log.finished());
    CHECK(log.text() == "error\none line\ntwo\nlast");
}

TEST_CASE("log_ring: each line has a time of its own, in their order") {
    log_ring log;
    log.append(log_source::out, "a\nb\n", start + 5ms);
    log.append(log_source::out, "c\n", start);          // a clock that trembles
    log.append(log_source::out, "d\n", start - 3600s);  // one that was set back
    CHECK(log.text(timed()) ==
          "2026-01-02T00:00:00.005000000Z a\n2026-01-02T00:00:00.005000001Z b\n"
          "2026-01-02T00:00:00.005000002Z c\n2026-01-01T23:00:00.000000000Z d\n");
}

TEST_CASE("log_ring: tail, since and bytes") {
    log_ring log;
    for (int i = 0; i < 10; ++i)
        log.append(log_source::out, std::to_string(i) + "\n", start + i * 1s);
    CHECK(log.text(last(3)) == "7\n8\n9\n");
    CHECK(log.text(last(0)) == "");
    auto query = last(5);
    query.since = start + 7s;
    CHECK(log.text(query) == "7\n8\n9\n");
    query.bytes = 3;
    CHECK(log.text(query) == "7\n8");
    query.since = start + 60s;
    CHECK(log.text(query) == "");
}

TEST_CASE("log_ring: a long line is one line, entered in pieces") {
    log_ring log;
    log.append(log_source::out, "before\n", start);
    std::string longer(40'000, 'x');
    log.append(log_source::out, longer, start);
    CHECK(log.text().size() == 7 + 32768);
    log.append(log_source::out, "\nafter\n", start);
    CHECK(log.text() == "before\n" + longer + "\nafter\n");
    CHECK(log.text(last(2)) == longer + "\nafter\n");
    auto text = log.text(timed());
    CHECK(text.size() == log.text().size() + 3 * 31);
    log.append(log_source::out, std::string(16 * 1024, 'y') + "\n", start);
    CHECK(log.text(last(1)) == std::string(16 * 1024, 'y') + "\n");
}

TEST_CASE("log_ring: the oldest lines go first, and memory is bounded") {
    log_ring log;
    for (int i = 0; i < 300'000; ++i) log.append(log_source::out, "\n", start);
    CHECK(log.text().size() <= log_ring::capacity / 16);
    for (int i = 0; i < 300'000; ++i)
        log.append(log_source::out, "line " + std::to_string(i) + "\n", start);
    auto text = log.text();
    CHECK(text.size() < log_ring::capacity);
    CHECK(text.ends_with("line 299998\nline 299999\n"));
    CHECK(text.starts_with("line "));
}
