#include "proto/retry.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace ecisbx::proto {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_hint = std::chrono::hours(24);

constexpr core::backoff_settings connection_pauses{milliseconds(100), milliseconds(5'000)};
constexpr core::backoff_settings server_pauses{milliseconds(400), milliseconds(10'000)};
constexpr core::backoff_settings throttled_pauses{milliseconds(1'000), milliseconds(20'000)};

std::optional<milliseconds> bounded(std::optional<milliseconds> hint) {
    if (!hint || *hint <= milliseconds::zero()) return {};
    return std::min(*hint, longest_hint);
}

/// A whole number of units, at most a day.
template <class Unit>
std::optional<milliseconds> read_number(std::string_view text) {
    text = core::trimmed(text);
    std::int64_t value = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty()) return {};
    if (failed == std::errc::result_out_of_range)
        return text[0] == '-' ? milliseconds(0) : longest_hint;
    if (failed != std::errc()) return {};
    if (value > std::chrono::duration_cast<Unit>(longest_hint).count()) return longest_hint;
    if (value < 0) return milliseconds(0);
    return milliseconds(Unit(value));
}

std::optional<milliseconds> read_http_date(std::string_view text, core::utc_time now) {
    auto date = core::parse_http_date(core::trimmed(text));
    if (!date) return {};
    return milliseconds(*date - now);
}

std::optional<milliseconds> read_time_left(std::string_view text) {
    constexpr std::string_view mark = "TimeLeft:";
    auto at = text.find(mark);
    if (at == std::string_view::npos) return {};
    text = text.substr(at + mark.size());
    return read_number<milliseconds>(text.substr(0, text.find(',')));
}

retry_decision stop(std::string reason) {
    return {retry_action::stop, delay_class::none, std::move(reason)};
}

retry_decision again(delay_class delay, std::string reason) {
    return {retry_action::retry, delay, std::move(reason)};
}

retry_decision after_no_answer(errc failure, bool written, bool repeatable) {
    switch (failure) {
        case errc::connection:
        case errc::resolve:
        case errc::timeout: break;
        default: return stop("another attempt would fail in the same way");
    }
    if (!written) return again(delay_class::connection, "the request was not sent");
    if (repeatable) return again(delay_class::connection, "no answer came, and it may be repeated");
    return stop("no answer came; the request may have been carried out and must not be repeated");
}

retry_decision after_answer(const attempt_outcome& outcome, bool repeatable, bool clock_corrected) {
    const auto& code = outcome.service_code;
    if (code == "InvalidTimeStamp.Expired") {
        if (clock_corrected) return stop("the clock was corrected once already");
        if (!outcome.server_date_known) return stop("the answer does not tell the service's time");
        return {retry_action::resync_clock_and_retry, delay_class::none,
                "the local clock is off and was corrected by the answer's date"};
    }
    if (code == "SignatureNonceUsed") {
        // Every attempt is signed with a new nonce, so the bytes of this one came there twice.
        if (repeatable) return again(delay_class::none, "the request had arrived before");
        return stop("the request had arrived before; its answer was lost");
    }
    if (is_throttling(outcome)) return again(delay_class::throttled, "the service limits the rate");
    if (code == "ServiceUnavailable" || outcome.http_status == 503)
        return again(delay_class::server, "the service is not available");
    if (outcome.http_status >= 500 || outcome.http_status == 408) {
        if (repeatable) return again(delay_class::server, "the service failed");
        return stop("the service failed and may have carried the request out");
    }
    if (code == "OperationConflict" || code == "IncorrectStatus")
        return stop("the state has to settle first");
    return stop("the service refused it");
}

}  // namespace

bool is_throttling(const attempt_outcome& outcome) {
    // A limit per day does not pass within any deadline.
    if (outcome.service_code == "Throttling.Vcpu.PerDay") return false;
    return outcome.service_code.find("Throttling") != std::string::npos ||
           outcome.service_code == "Degrade.Api" ||
           outcome.service_code == "EipPurchaseFlowControl" || outcome.http_status == 429;
}

std::optional<milliseconds> retry_after_hint(const retry_headers& headers, core::utc_time now) {
    if (auto hint = bounded(read_number<milliseconds>(headers.x_acs_retry_after))) return hint;
    if (auto hint = bounded(read_number<std::chrono::seconds>(headers.retry_after))) return hint;
    if (auto hint = bounded(read_http_date(headers.retry_after, now))) return hint;
    if (auto hint = bounded(read_time_left(headers.x_ratelimit_user_api))) return hint;
    return bounded(read_time_left(headers.x_ratelimit_user));
}

retry_decision decide_retry(const attempt_outcome& outcome, bool repeatable, bool clock_corrected) {
    if (outcome.failure)
        return after_no_answer(*outcome.failure, outcome.request_written, repeatable);
    return after_answer(outcome, repeatable, clock_corrected);
}

retrier::retrier(retry_settings settings, retry_budget& budget, core::random_source random)
    : settings_(settings),
      budget_(&budget),
      connection_(connection_pauses, random),
      server_(server_pauses, random),
      throttled_(throttled_pauses, random) {}

retrier::milliseconds retrier::pause_for(delay_class kind, std::optional<milliseconds> hint) {
    switch (kind) {
        case delay_class::none: break;
        case delay_class::connection: return connection_.next(hint);
        case delay_class::server: return server_.next(hint);
        case delay_class::throttled: return throttled_.next(hint);
    }
    return milliseconds(0);
}

retrier::verdict retrier::failed(const attempt_outcome& outcome,
                                 core::deadline::duration remaining) {
    ++attempts_;
    auto decision = decide_retry(outcome, settings_.repeatable, clock_corrected_);
    auto stopped = [](std::string why) {
        return verdict{retry_action::stop, milliseconds(0), std::move(why)};
    };
    if (decision.action == retry_action::stop) return stopped(std::move(decision.reason));
    bool paced = settings_.paced && decision.delay == delay_class::throttled;
    if (!paced && ++counted_ >= settings_.max_attempts)
        return stopped("no attempts left (" + decision.reason + ')');
    auto pause = paced && outcome.retry_after ? *outcome.retry_after
                                              : pause_for(decision.delay, outcome.retry_after);
    if (pause >= remaining)
        return stopped("no time left for another attempt (" + decision.reason + ')');
    if (decision.action == retry_action::resync_clock_and_retry) {
        clock_corrected_ = true;  // the service did no work: this costs nothing of the budget
    } else if (!paced && !budget_->take()) {
        return stopped("too many retries of this client lately (" + decision.reason + ')');
    }
    return {decision.action, pause, std::move(decision.reason)};
}

void retrier::succeeded() {
    ++attempts_;
    budget_->succeeded();
}

}  // namespace ecisbx::proto
