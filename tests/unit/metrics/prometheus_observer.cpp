#include <ecisbx/error.hpp>
#include <ecisbx/prometheus.hpp>

#include "common/read_metrics.hpp"
#include "metrics/client_metrics.hpp"

#include <doctest/doctest.h>

#include <prometheus/registry.h>

#include <string>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

/// One of each, with identifiers that must not become labels.
void tell_everything(observer& to) {
    events::api_attempt attempt;
    attempt.action = "ListUsage";
    attempt.request_id = "REQUEST-ID";
    attempt.service_code = "Service.Code";
    to.on_attempt(attempt);
    events::api_retry retry;
    retry.action = "ListUsage";
    retry.failure = errc::clock_skew;
    retry.clock_was_set = true;
    to.on_retry(retry);
    events::api_call call;
    call.action = "ListUsage";
    call.request_id = "REQUEST-ID";
    call.elapsed = 30ms;
    to.on_call(call);
    events::throttle throttle;
    throttle.action = "ListUsage";
    throttle.pause = 500ms;
    to.on_throttle(throttle);
    events::connection_opened opened;
    opened.tls = opened.resumed = true;
    opened.dial = 10ms;
    opened.handshake = 20ms;
    to.on_connection_opened(opened);
    events::connection_failed failed;
    failed.failure = errc::resolve;
    to.on_connection_failed(failed);
    to.on_connection_reused({});
    events::traffic traffic;
    traffic.kind = events::connection_kind::exec;
    traffic.received = 100;
    traffic.sent = 7;
    to.on_traffic(traffic);
    events::exec_started started;
    started.sandbox_id = "eci-sandbox";
    to.on_exec_started(started);
    events::exec_ended ended;
    ended.sandbox_id = "eci-sandbox";
    ended.outcome = events::exec_outcome::exited;
    ended.code = 0;
    ended.complete = true;
    ended.in = 1;
    ended.out = 2;
    ended.err = 3;
    ended.first_byte = 70ms;
    ended.elapsed = 2s;
    to.on_exec_ended(ended);
    events::signal_sent signal;
    signal.sandbox_id = "eci-sandbox";
    to.on_signal(signal);
    events::file_transfer file;
    file.sandbox_id = "eci-sandbox";
    file.size = 11;
    to.on_file_transfer(file);
    to.on_tmux_round({});
    events::status_round status;
    status.waiters = 12;
    to.on_status_round(status);
    events::credentials credentials;
    credentials.source = "oidc";
    to.on_credentials(credentials);
}

TEST_CASE("prometheus_observer: every event counts") {
    prometheus_observer metrics;
    tell_everything(metrics);
    auto seen = read_metrics(metrics.text());
    auto value = [&](const std::string& series) {
        CAPTURE(series);
        REQUIRE(seen.samples.contains(series));
        return seen.samples.at(series);
    };
    CHECK(value(R"(ecisbx_api_attempts_total{action="ListUsage",outcome="ok"})") == 1);
    CHECK(value(R"(ecisbx_retries_total{action="ListUsage",outcome="clock_skew"})") == 1);
    CHECK(value("ecisbx_clock_corrections_total") == 1);
    CHECK(value(R"(ecisbx_api_calls_total{action="ListUsage",outcome="ok"})") == 1);
    CHECK(value(R"(ecisbx_throttled_total{action="ListUsage",by="service"})") == 1);
    CHECK(value(R"(ecisbx_throttled_seconds_total{by="service"})") == 0.5);
    CHECK(value(R"(ecisbx_connections{kind="api"})") == 1);
    CHECK(value(R"(ecisbx_connections_opened_total{kind="api",tls="resumed"})") == 1);
    CHECK(value(R"(ecisbx_connections_failed_total{kind="api",outcome="resolve"})") == 1);
    CHECK(value(R"(ecisbx_connections_reused_total{kind="api"})") == 1);
    CHECK(value(R"(ecisbx_bytes_total{direction="received",kind="exec"})") == 100);
    CHECK(value(R"(ecisbx_bytes_total{direction="sent",kind="exec"})") == 7);
    CHECK(value("ecisbx_execs") == 0);
    CHECK(value(R"(ecisbx_exec_total{result="ok"})") == 1);
    CHECK(value("ecisbx_exec_duration_seconds_sum") == 2);
    CHECK(value(R"(ecisbx_exec_stream_bytes_total{stream="stdin"})") == 1);
    CHECK(value(R"(ecisbx_exec_stream_bytes_total{stream="stdout"})") == 2);
    CHECK(value(R"(ecisbx_exec_stream_bytes_total{stream="stderr"})") == 3);
    CHECK(value(R"(ecisbx_signals_total{result="unknown"})") == 1);
    CHECK(value(R"(ecisbx_file_transfers_total{direction="upload",outcome="ok"})") == 1);
    CHECK(value(R"(ecisbx_file_bytes_total{direction="upload"})") == 11);
    CHECK(value(R"(ecisbx_tmux_rounds_total{result="failed"})") == 1);
    CHECK(value(R"(ecisbx_status_rounds_total{outcome="ok"})") == 1);
    CHECK(value("ecisbx_status_waiters") == 12);
    CHECK(value(R"(ecisbx_credentials_total{outcome="ok",source="oidc"})") == 1);
}

TEST_CASE("prometheus_observer: all names, types, labels and help texts are in the golden file") {
    auto registry = std::make_shared<::prometheus::Registry>();
    metrics::client_metrics made(registry);
    CHECK(made.all.lines() == golden_lines("ecisbx_server_", false));

    // What is really shown is what was promised.
    prometheus_observer metrics;
    tell_everything(metrics);
    auto seen = read_metrics(metrics.text());
    for (const auto& line : made.all.lines()) {
        CAPTURE(line);
        CHECK(std::count(seen.families.begin(), seen.families.end(), line) == 1);
    }
    CHECK(seen.families.size() == made.all.lines().size());
}

TEST_CASE("prometheus_observer: histograms") {
    prometheus_observer metrics;
    for (auto length : {1ms, 30ms, 30ms, 90'000ms}) {
        events::api_call call;
        call.action = "ListUsage";
        call.elapsed = length;
        metrics.on_call(call);
    }
    auto seen = read_metrics(metrics.text()).samples;
    auto up_to = [&](const std::string& bound) {
        return seen.at("ecisbx_api_call_duration_seconds_bucket{action=\"ListUsage\",le=\"" +
                       bound + "\"}");
    };
    CHECK(up_to("0.005") == 1);
    CHECK(up_to("0.025") == 1);
    CHECK(up_to("0.05") == 3);
    CHECK(up_to("60") == 3);
    CHECK(up_to("+Inf") == 4);
    CHECK(seen.at(R"(ecisbx_api_call_duration_seconds_count{action="ListUsage"})") == 4);
    CHECK(seen.at(R"(ecisbx_api_call_duration_seconds_sum{action="ListUsage"})") ==
          doctest::Approx(90.061));
}

TEST_CASE("prometheus_observer: the number of time series is bounded") {
    prometheus_observer metrics;
    for (int i = 0; i < 1000; ++i) {
        auto name = "Action" + std::to_string(i);
        events::api_call call;
        call.action = name;
        call.request_id = name;
        metrics.on_call(call);
        events::credentials credentials;
        credentials.source = name;
        metrics.on_credentials(credentials);
        events::exec_started started;
        started.sandbox_id = name;
        metrics.on_exec_started(started);
    }
    auto seen = read_metrics(metrics.text()).samples;
    CHECK(seen.at(R"(ecisbx_api_calls_total{action="other",outcome="ok"})") == 1000);
    CHECK(seen.at(R"(ecisbx_credentials_total{outcome="ok",source="Action15"})") == 1);
    CHECK(seen.at(R"(ecisbx_credentials_total{outcome="ok",source="other"})") == 984);
    CHECK(seen.size() < 200);
}

TEST_CASE("prometheus_observer: identifiers and hostile text are no labels, or are escaped") {
    prometheus_observer metrics;
    tell_everything(metrics);
    events::credentials credentials;
    credentials.source = "a\"} 1\nforged_total 7 # \\";
    metrics.on_credentials(credentials);
    auto text = metrics.text();
    for (const char* none : {"eci-sandbox", "REQUEST-ID", "Service.Code"})
        CHECK(text.find(none) == text.npos);
    CHECK_FALSE(read_metrics(text).samples.contains("forged_total"));
}

TEST_CASE("prometheus_observer: results of execs") {
    prometheus_observer metrics;
    auto end = [&](events::exec_outcome outcome, int code, bool complete) {
        events::exec_ended ended;
        ended.outcome = outcome;
        ended.code = code;
        ended.complete = complete;
        metrics.on_exec_ended(ended);
    };
    using of = events::exec_outcome;
    end(of::exited, 0, true);
    end(of::exited, 0, false);  // not all of the output came
    end(of::exited, 3, true);
    for (auto outcome : {of::signaled, of::timed_out, of::lost, of::abandoned, of::not_opened})
        end(outcome, -1, false);
    auto seen = read_metrics(metrics.text()).samples;
    CHECK(seen.at(R"(ecisbx_exec_total{result="ok"})") == 1);
    CHECK(seen.at(R"(ecisbx_exec_total{result="failed"})") == 2);
    for (const char* result : {"signaled", "timed_out", "lost", "abandoned", "not_opened"})
        CHECK(seen.at("ecisbx_exec_total{result=\"" + std::string(result) + "\"}") == 1);
}

TEST_CASE("prometheus_observer: a registry of the program's own") {
    auto registry = std::make_shared<::prometheus::Registry>();
    ::prometheus::BuildCounter().Name("mine_total").Help("Mine.").Register(*registry).Add({});
    prometheus_observer metrics(registry);
    metrics.on_connection_reused({});
    auto seen = read_metrics(metrics.text()).samples;
    CHECK(seen.contains("mine_total"));
    CHECK(seen.contains(R"(ecisbx_connections_reused_total{kind="api"})"));
}

}  // namespace
