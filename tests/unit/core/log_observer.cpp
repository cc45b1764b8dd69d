#include <ecisbx/error.hpp>
#include <ecisbx/log_observer.hpp>

#include "core/observation.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace ecisbx;
using namespace std::chrono_literals;

struct log {
    std::vector<std::pair<log_level, std::string>> lines;
    std::shared_ptr<log_observer> observer = std::make_shared<log_observer>(
        [this](log_level level, std::string_view line) { lines.emplace_back(level, line); });

    std::string last() const { return lines.empty() ? "" : lines.back().second; }
    log_level level() const { return lines.empty() ? log_level::error : lines.back().first; }
};

TEST_CASE("log_observer: API calls") {
    log to;
    events::api_attempt attempt;
    attempt.action = "ListUsage";
    attempt.elapsed = 41250us;
    to.observer->on_attempt(attempt);
    CHECK(to.last() == "event=api_attempt action=ListUsage attempt=1 outcome=ok ms=41.250");
    attempt.attempt = 2;
    attempt.failure = errc::throttled;
    attempt.http_status = 400;
    attempt.service_code = "Throttling.User";
    attempt.request_id = "R-1";
    to.observer->on_attempt(attempt);
    CHECK(to.last() ==
          "event=api_attempt action=ListUsage attempt=2 outcome=throttled http=400 "
          "code=Throttling.User request=R-1 ms=41.250");
    CHECK(to.level() == log_level::debug);

    events::api_retry retry;
    retry.action = "ListUsage";
    retry.failure = errc::clock_skew;
    retry.clock_was_set = true;
    retry.pause = 10ms;
    to.observer->on_retry(retry);
    CHECK(to.last() ==
          "event=api_retry action=ListUsage attempt=1 outcome=clock_skew clock_was_set=true "
          "pause_ms=10.000");
    CHECK(to.level() == log_level::info);

    events::api_call call;
    call.action = "ListUsage";
    to.observer->on_call(call);
    CHECK(to.last() == "event=api_call action=ListUsage outcome=ok attempts=1 ms=0.000");
    CHECK(to.level() == log_level::debug);
    call.failure = errc::forbidden;
    to.observer->on_call(call);
    CHECK(to.level() == log_level::warning);

    events::throttle throttle;
    throttle.action = "ListUsage";
    throttle.by = events::throttle::cause::client;
    throttle.pause = 250ms;
    to.observer->on_throttle(throttle);
    CHECK(to.last() == "event=throttle action=ListUsage by=client pause_ms=250.000");
    CHECK(to.level() == log_level::info);
}

TEST_CASE("log_observer: connections") {
    log to;
    events::connection_opened opened;
    opened.tls = opened.resumed = true;
    opened.dial = 1ms;
    opened.handshake = 2ms;
    to.observer->on_connection_opened(opened);
    CHECK(to.last() ==
          "event=connection_opened kind=api tls=true resumed=true dial_ms=1.000 "
          "handshake_ms=2.000");
    events::connection_failed failed;
    failed.kind = events::connection_kind::exec;
    failed.failure = errc::resolve;
    to.observer->on_connection_failed(failed);
    CHECK(to.last() == "event=connection_failed kind=exec outcome=resolve ms=0.000");
    CHECK(to.level() == log_level::warning);
    to.observer->on_connection_reused({});
    CHECK(to.last() == "event=connection_reused kind=api");
    events::connection_closed closed;
    closed.received = 5;
    closed.sent = 6;
    to.observer->on_connection_closed(closed);
    CHECK(to.last() == "event=connection_closed kind=api received=5 sent=6 age_ms=0.000");
    auto before = to.lines.size();
    to.observer->on_traffic({});  // counts only
    CHECK(to.lines.size() == before);
}

TEST_CASE("log_observer: what is done with sandboxes") {
    log to;
    events::exec_started started;
    started.sandbox_id = "eci-1";
    started.request_id = "R-1";
    to.observer->on_exec_started(started);
    CHECK(to.last() == "event=exec_started sandbox=eci-1 request=R-1 ms=0.000");
    events::exec_ended ended;
    ended.sandbox_id = "eci-1";
    ended.outcome = events::exec_outcome::exited;
    ended.code = 0;
    ended.complete = true;
    ended.out = 7;
    ended.first_byte = 3ms;
    to.observer->on_exec_ended(ended);
    CHECK(to.last() ==
          "event=exec_ended sandbox=eci-1 result=exited code=0 complete=true in=0 out=7 err=0 "
          "first_byte_ms=3.000 ms=0.000");
    CHECK(to.level() == log_level::debug);
    ended.outcome = events::exec_outcome::not_opened;
    ended.failure = errc::throttled;
    to.observer->on_exec_ended(ended);
    CHECK(to.last().find("result=not_opened") != std::string::npos);
    CHECK(to.last().find("outcome=throttled") != std::string::npos);
    CHECK(to.level() == log_level::warning);

    events::signal_sent signal;
    signal.sandbox_id = "eci-1";
    signal.number = 9;
    signal.result = events::signal_sent::outcome::sent;
    to.observer->on_signal(signal);
    CHECK(to.last() == "event=signal sandbox=eci-1 number=9 result=sent");
    events::file_transfer file;
    file.sandbox_id = "eci-1";
    file.to = events::file_transfer::direction::download;
    file.size = 9;
    to.observer->on_file_transfer(file);
    CHECK(to.last() ==
          "event=file_transfer sandbox=eci-1 direction=download outcome=ok bytes=9 attempts=1 "
          "ms=0.000");
    events::tmux_round round;
    round.sandbox_id = "eci-1";
    round.result = events::tmux_round::outcome::running;
    to.observer->on_tmux_round(round);
    CHECK(to.last() ==
          "event=tmux_round sandbox=eci-1 result=running out=0 wait_ms=0.000 ms=0.000");
    events::status_round status;
    status.waiters = 5000;
    status.sandboxes = 5000;
    to.observer->on_status_round(status);
    CHECK(to.last() == "event=status_round outcome=ok waiters=5000 sandboxes=5000 ms=0.000");
    events::credentials credentials;
    credentials.source = "oidc";
    credentials.failure = errc::forbidden;
    credentials.kept_old = true;
    to.observer->on_credentials(credentials);
    CHECK(to.last() == "event=credentials source=oidc outcome=forbidden kept_old=true ms=0.000");
    CHECK(to.level() == log_level::warning);
}

TEST_CASE("log_observer: text that is made to forge lines stays one value") {
    const std::string hostile = "x\nevent=api_call outcome=ok \"y\\";
    const std::string shown = R"("x\x0aevent=api_call outcome=ok \"y\\")";
    log to;
    events::api_attempt attempt;
    attempt.action = attempt.service_code = attempt.request_id = hostile;
    to.observer->on_attempt(attempt);
    CHECK(to.last() == "event=api_attempt action=" + shown + " attempt=1 outcome=ok code=" + shown +
                           " request=" + shown + " ms=0.000");
    events::exec_started started;
    started.sandbox_id = started.request_id = hostile;
    to.observer->on_exec_started(started);
    events::credentials credentials;
    credentials.source = hostile;
    to.observer->on_credentials(credentials);
    for (const auto& [level, line] : to.lines) CHECK(line.find('\n') == line.npos);
}

TEST_CASE("log_observer: no sink, and a sink that throws") {
    log_observer silent(nullptr);
    silent.on_call({});
    auto bad = std::make_shared<log_observer>(
        [](log_level, std::string_view) { throw std::runtime_error("disk full"); });
    core::observation who({bad});
    who.tell(&observer::on_call, {});
    CHECK(bad->failures() == 1);
}

}  // namespace
