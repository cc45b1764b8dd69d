#include "proto/retry.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx;
using namespace ecisbx::proto;
using namespace std::chrono_literals;

namespace {

attempt_outcome no_answer(errc why, bool written) {
    attempt_outcome outcome;
    outcome.failure = why;
    outcome.request_written = written;
    return outcome;
}

attempt_outcome answer(int status, std::string code) {
    attempt_outcome outcome;
    outcome.request_written = true;
    outcome.http_status = status;
    outcome.service_code = std::move(code);
    return outcome;
}

const core::random_source half = [] { return 0.5; };

retry_settings repeatable(unsigned attempts = 4) {
    return {true, attempts};
}

retry_settings paced(unsigned attempts) {
    retry_settings settings = repeatable(attempts);
    settings.paced = true;
    return settings;
}

}  // namespace

TEST_CASE("retry: the rule for each outcome, for calls that may be repeated and others") {
    constexpr auto stop = retry_action::stop;
    constexpr auto retry = retry_action::retry;
    struct row {
        attempt_outcome outcome;
        retry_action when_repeatable, otherwise;
        delay_class delay;
    } rows[] = {
        {no_answer(errc::connection, false), retry, retry, delay_class::connection},
        {no_answer(errc::connection, true), retry, stop, delay_class::connection},
        {no_answer(errc::resolve, false), retry, retry, delay_class::connection},
        {no_answer(errc::timeout, false), retry, retry, delay_class::connection},
        {no_answer(errc::timeout, true), retry, stop, delay_class::connection},
        {no_answer(errc::tls, false), stop, stop, delay_class::none},
        {no_answer(errc::canceled, false), stop, stop, delay_class::none},
        {no_answer(errc::invalid_argument, false), stop, stop, delay_class::none},
        {no_answer(errc::protocol, true), stop, stop, delay_class::none},
        {no_answer(errc::too_large, true), stop, stop, delay_class::none},
        {answer(400, "Throttling"), retry, retry, delay_class::throttled},
        {answer(400, "Throttling.User"), retry, retry, delay_class::throttled},
        {answer(400, "Rejected.Throttling"), retry, retry, delay_class::throttled},
        {answer(400, "Degrade.Api"), retry, retry, delay_class::throttled},
        {answer(503, "Throttling.Api"), retry, retry, delay_class::throttled},
        {answer(429, ""), retry, retry, delay_class::throttled},
        {answer(403, "Throttling.Vcpu.PerDay"), stop, stop, delay_class::none},
        {answer(503, "ServiceUnavailable"), retry, retry, delay_class::server},
        {answer(503, ""), retry, retry, delay_class::server},
        {answer(400, "ServiceUnavailable"), retry, retry, delay_class::server},
        {answer(500, "InternalError"), retry, stop, delay_class::server},
        {answer(502, ""), retry, stop, delay_class::server},
        {answer(504, ""), retry, stop, delay_class::server},
        {answer(599, ""), retry, stop, delay_class::server},
        {answer(408, "Request Timeout"), retry, stop, delay_class::server},
        {answer(400, "SignatureNonceUsed"), retry, stop, delay_class::none},
        {answer(400, "InvalidTimeStamp.Expired"), stop, stop, delay_class::none},
        {answer(400, "InvalidParameter"), stop, stop, delay_class::none},
        {answer(400, "OperationConflict"), stop, stop, delay_class::none},
        {answer(400, "IncorrectStatus"), stop, stop, delay_class::none},
        {answer(403, "OperationDenied.NoStock"), stop, stop, delay_class::none},
        {answer(404, "InvalidAccessKeyId.NotFound"), stop, stop, delay_class::none},
        {answer(400, "SignatureDoesNotMatch"), stop, stop, delay_class::none},
        {answer(302, ""), stop, stop, delay_class::none},
    };
    for (const auto& r : rows) {
        INFO(r.outcome.http_status, ' ', r.outcome.service_code);
        for (bool may_repeat : {true, false}) {
            auto decision = decide_retry(r.outcome, may_repeat, false);
            auto wanted = may_repeat ? r.when_repeatable : r.otherwise;
            CHECK(decision.action == wanted);
            CHECK(decision.delay == (wanted == stop ? delay_class::none : r.delay));
            CHECK_FALSE(decision.reason.empty());
        }
    }
}

TEST_CASE("retry: a clock that is off is corrected once, whether or not the call is repeatable") {
    auto outcome = answer(400, "InvalidTimeStamp.Expired");
    outcome.server_date_known = true;
    for (bool may_repeat : {true, false}) {
        CHECK(decide_retry(outcome, may_repeat, false).action ==
              retry_action::resync_clock_and_retry);
        CHECK(decide_retry(outcome, may_repeat, true).action == retry_action::stop);
    }
    retry_budget budget(0);
    retrier call(retry_settings(), budget, half);
    auto first = call.failed(outcome, 10s);
    CHECK(first.action == retry_action::resync_clock_and_retry);
    CHECK(first.pause == 0ms);
    auto second = call.failed(outcome, 10s);
    CHECK(second.action == retry_action::stop);
    CHECK(second.reason == "the clock was corrected once already");
    CHECK(call.attempts() == 2);
}

TEST_CASE("retry: a nonce used up by a resent request tells that the first one arrived") {
    auto outcome = answer(400, "SignatureNonceUsed");
    CHECK(decide_retry(outcome, false, false).reason ==
          "the request had arrived before; its answer was lost");
    retry_budget budget;
    retrier call(repeatable(), budget, half);
    auto verdict = call.failed(outcome, 10s);
    CHECK(verdict.action == retry_action::retry);
    CHECK(verdict.pause == 0ms);
}

TEST_CASE("retry: attempts, and why it stopped") {
    retry_budget budget;
    retrier call(repeatable(3), budget, half);
    CHECK(call.failed(answer(500, ""), 1h).action == retry_action::retry);
    CHECK(call.failed(answer(500, ""), 1h).action == retry_action::retry);
    auto last = call.failed(answer(500, ""), 1h);
    CHECK(last.action == retry_action::stop);
    CHECK(last.reason == "no attempts left (the service failed)");
    CHECK(call.attempts() == 3);
    CHECK(budget.tokens() == doctest::Approx(48));

    retrier once(repeatable(1), budget, half);
    CHECK(once.failed(answer(500, ""), 1h).action == retry_action::stop);
}

TEST_CASE("retry: pauses grow, differ by kind, and obey what the service asks for") {
    retry_budget budget;
    retrier call(repeatable(99), budget, half);
    auto first = call.failed(answer(500, ""), 1h).pause;
    auto second = call.failed(answer(500, ""), 1h).pause;
    CHECK(first == 200ms);
    CHECK(second == 400ms);
    CHECK(call.failed(no_answer(errc::connection, false), 1h).pause == 50ms);
    CHECK(call.failed(answer(400, "Throttling"), 1h).pause == 500ms);
    auto asked = answer(400, "Throttling");
    asked.retry_after = 7s;
    auto pause = call.failed(asked, 1h).pause;
    CHECK(pause >= 7s);
    CHECK(pause <= 9s);
    for (int i = 0; i < 20; ++i) CHECK(call.failed(answer(500, ""), 1h).pause <= 10s);
}

TEST_CASE("retry: no pause is begun that the deadline would cut") {
    retry_budget budget;
    auto asked = answer(400, "Throttling.User");
    asked.retry_after = 30s;
    retrier call(repeatable(), budget, half);
    auto verdict = call.failed(asked, 20s);
    CHECK(verdict.action == retry_action::stop);
    CHECK(verdict.reason == "no time left for another attempt (the service limits the rate)");
    CHECK(budget.tokens() == doctest::Approx(50));

    retrier late(repeatable(), budget, half);
    CHECK(late.failed(no_answer(errc::connection, false), 0s).action == retry_action::stop);
    retrier never(repeatable(), budget, half);
    CHECK(never.failed(asked, core::deadline::duration::max()).action == retry_action::retry);
}

TEST_CASE("retry: the budget of a client ends retry storms, and success refills it") {
    retry_budget budget(2, 0.5);
    auto fail_once = [&] {
        retrier call(repeatable(), budget, half);
        return call.failed(answer(500, ""), 1h);
    };
    CHECK(fail_once().action == retry_action::retry);
    CHECK(fail_once().action == retry_action::retry);
    auto stopped = fail_once();
    CHECK(stopped.action == retry_action::stop);
    CHECK(stopped.reason == "too many retries of this client lately (the service failed)");
    for (int i = 0; i < 2; ++i) retrier(repeatable(), budget, half).succeeded();
    CHECK(fail_once().action == retry_action::retry);
    CHECK(fail_once().action == retry_action::stop);
}

TEST_CASE("retry: throttled attempts that are paced end with the time, not with the attempts") {
    retry_budget budget(1);
    retrier call(paced(3), budget, half);
    auto refused = answer(400, "Throttling.User");
    refused.retry_after = 10ms;
    for (int i = 0; i < 50; ++i) {
        auto verdict = call.failed(refused, 1h);
        CHECK(verdict.action == retry_action::retry);
        CHECK(verdict.pause == 10ms);  // the pacer's to wait
    }
    CHECK(budget.tokens() == doctest::Approx(1));
    CHECK(call.attempts() == 50);
    // Other failures count as ever.
    CHECK(call.failed(answer(503, ""), 1h).action == retry_action::retry);
    CHECK(budget.tokens() == doctest::Approx(0));
    CHECK(call.failed(refused, 1h).action == retry_action::retry);
    CHECK(call.failed(answer(503, ""), 1h).action == retry_action::stop);
    CHECK(call.failed(answer(429, ""), 1h).pause <= 1s);  // no hint
    retrier late(paced(3), budget, half);
    CHECK(late.failed(refused, 10ms).action == retry_action::stop);
    CHECK(late.failed(answer(403, "Throttling.Vcpu.PerDay"), 1h).action == retry_action::stop);
    // Without a pacer they are attempts like others.
    retry_budget enough;
    retrier alone(repeatable(2), enough, half);
    CHECK(alone.failed(refused, 1h).action == retry_action::retry);
    CHECK(alone.failed(refused, 1h).action == retry_action::stop);
}

TEST_CASE("retry_budget: never above its capacity, never below nothing") {
    retry_budget budget(3, 0.25);
    budget.succeeded();
    CHECK(budget.tokens() == doctest::Approx(3));
    for (int i = 0; i < 3; ++i) CHECK(budget.take());
    for (int i = 0; i < 3; ++i) CHECK_FALSE(budget.take());
    CHECK(budget.tokens() == doctest::Approx(0));
    for (int i = 0; i < 3; ++i) {
        budget.succeeded();
        CHECK_FALSE(budget.take());
    }
    budget.succeeded();
    CHECK(budget.take());
    for (int i = 0; i < 100; ++i) budget.succeeded();
    CHECK(budget.tokens() == doctest::Approx(3));
}

TEST_CASE("retry: hints in the answer's headers") {
    auto now = *core::parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT");
    struct row {
        retry_headers headers;
        std::optional<std::chrono::milliseconds> hint;
    } rows[] = {
        {{}, {}},
        {{"1500", "", "", ""}, 1500ms},
        {{" 1500 ", "", "", ""}, 1500ms},
        {{"0", "", "", ""}, {}},
        {{"-5", "", "", ""}, {}},
        {{"1.5", "", "", ""}, {}},
        {{"x", "3", "", ""}, 3s},
        {{"", "3", "", ""}, 3s},
        {{"250", "3", "", ""}, 250ms},
        {{"", "Fri, 02 Jan 2026 03:04:15 GMT", "", ""}, 10s},
        {{"", "Fri, 02 Jan 2026 03:04:00 GMT", "", ""}, {}},
        {{"", "Fri, 02 Jan 2099 03:04:00 GMT", "", ""}, 24h},
        {{"", "Mon, 02 Jan 2099 03:04:00 GMT", "", ""}, {}},
        {{"", "soon", "", ""}, {}},
        {{"", "99999999999999999999999", "", ""}, 24h},
        {{"", "-99999999999999999999999", "", ""}, {}},
        {{"9223372036854775807", "", "", ""}, 24h},
        {{"", "9223372036854775807", "", ""}, 24h},
        {{"", "-9223372036854775808", "", ""}, {}},
        {{"", "", "Remain:0,Limit:10,TimeLeft:820", ""}, 820ms},
        {{"", "", "Remain:0", "TimeLeft:30,Remain:1"}, 30ms},
        {{"", "", "TimeLeft:", "TimeLeft:x"}, {}},
        {{"", "", "TimeLeft:5", "TimeLeft:6"}, 5ms},
    };
    for (const auto& r : rows) CHECK(retry_after_hint(r.headers, now) == r.hint);
}
