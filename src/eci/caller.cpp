#include "eci/caller.hpp"

#include "core/url.hpp"
#include "eci/user_agent.hpp"
#include "net/wait.hpp"
#include "proto/api_error.hpp"
#include "proto/sign_v3.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view api_version = "2018-08-08";
constexpr std::size_t longest_query = 4096;  // before encoding, which can triple it

net::http_pool_options pool_options(const config& settings) {
    net::http_pool_options options;
    options.per_origin = settings.max_connections();
    return options;
}

/// In the query as the vendor's SDKs do it, unless it would be longer than servers take (config
/// files can travel in parameters).
void put_parameters(const proto::parameter_list& parameters, proto::v3_call& call) {
    std::size_t size = 0;
    for (const auto& [name, value] : parameters) size += name.size() + value.size();
    if (size <= longest_query) {
        call.parameters = parameters;
        return;
    }
    call.body = proto::canonical_query(parameters, proto::v3_keys::encoded);
    call.content_type = "application/x-www-form-urlencoded";
}

std::optional<core::utc_time> date_of(const net::http_response& response) {
    return core::parse_http_date(response.headers.get("Date"));
}

/// Connection refused, name unknown and the like: nothing of the request left this machine. A
/// connection that broke may have carried it.
bool may_have_arrived(errc failure) {
    return failure != errc::resolve && failure != errc::tls && failure != errc::invalid_argument &&
           failure != errc::no_descriptors;
}

std::string group_in(const proto::parameter_list& parameters) {
    for (const auto& [name, value] : parameters)
        if (name == "ContainerGroupId") return value;
    return {};
}

std::optional<errc> condition_in(const error_info& info) {
    if (info.code.category() != error_category()) return std::nullopt;
    return static_cast<errc>(info.code.value());
}

}  // namespace

struct caller::attempt_result {
    std::optional<api_answer> answer;
    error_info failure;
    proto::attempt_outcome outcome;
    std::optional<core::utc_time> server_time;
    std::uint64_t generation = 0;  ///< of the credentials
};

caller::caller(asio::any_io_executor executor, const config& settings,
               std::shared_ptr<const net::dialer> how, net::origin endpoint)
    : endpoint_(std::move(endpoint)),
      settings_(settings),
      credentials_(make_credentials_source(executor, settings, how)),
      pool_(executor, std::move(how), pool_options(settings)),
      random_(core::system_random()),
      observed_(settings.observers()),
      pacer_(std::move(executor), settings, core::is_loopback_host(endpoint_.host), observed_) {}

proto::retrier caller::new_retrier(repeating harm, bool paced) {
    proto::retry_settings settings;
    settings.repeatable = harm == repeating::harmless;
    settings.max_attempts = settings_.max_attempts();
    settings.paced = paced;
    return proto::retrier(settings, budget_, random_);
}

asio::awaitable<api_answer> caller::call(std::string action, proto::parameter_list parameters,
                                         repeating harm, core::deadline until) {
    call_watch watch(observed_, action);
    try {
        auto answer =
            co_await call_watched(watch, std::move(action), std::move(parameters), harm, until);
        watch.succeeded(answer.request_id);
        co_return answer;
    } catch (...) {
        watch.failed(std::current_exception());
        throw;
    }
}

asio::awaitable<api_answer> caller::call_watched(call_watch& watch, std::string action,
                                                 proto::parameter_list parameters, repeating harm,
                                                 core::deadline until) {
    until = until.sooner(settings_.timeout());
    bool has_region = std::any_of(parameters.begin(), parameters.end(),
                                  [](const auto& one) { return one.first == "RegionId"; });
    if (!has_region) parameters.emplace_back("RegionId", settings_.region());
    const bool paced = pacer_.is_on() && settings_.max_attempts() > 1;
    auto attempts = new_retrier(harm, paced);
    error_info last;
    bool asked_for_others = false;
    while (true) {
        if (!pacer_.pass(action)) co_await wait_for_turn(action, group_in(parameters), last, until);
        const auto sent = core::clock::now();
        watch.attempt_begins();
        attempt_result one = co_await attempt(action, parameters, until);
        watch.attempt_ended(one.failure, one.outcome.http_status,
                            one.answer ? one.answer->request_id : one.failure.request_id);
        if (one.answer) {
            attempts.succeeded();
            pacer_.succeeded(action);
            co_return std::move(*one.answer);
        }
        if (!asked_for_others && proto::refuses_credentials(one.outcome.service_code)) {
            asked_for_others = true;
            auto others = co_await credentials_->replace(one.generation, until);
            if (others.done) {  // nothing was carried out: the key is checked before all else
                proto::retrier::verdict at_once;
                at_once.action = proto::retry_action::retry;
                at_once.reason = "the credentials were refused and replaced";
                watch.retrying(at_once);
                continue;
            }
            if (!others.why_not.empty())
                one.failure.message += "; no other credentials: " + others.why_not;
        }
        auto verdict = attempts.failed(one.outcome, until.remaining());
        const bool throttled = proto::is_throttling(one.outcome);
        if (throttled) tell_pacer(action, sent, one, verdict);
        if (verdict.action == proto::retry_action::stop) {
            one.failure.attempts = static_cast<int>(attempts.attempts());
            if (one.outcome.failure || attempts.attempts() > 1)
                one.failure.message += "; " + verdict.reason;
            throw error(std::move(one.failure));
        }
        watch.retrying(verdict);
        if (verdict.action == proto::retry_action::resync_clock_and_retry && one.server_time)
            set_clock(*one.server_time);
        last = std::move(one.failure);
        last.attempts = static_cast<int>(attempts.attempts());
        // The pacer holds the whole action back for the pause: its queue is the place to wait in.
        if (throttled && paced) continue;
        if (verdict.pause.count() > 0) co_await net::sleep_for(verdict.pause, until);
    }
}

asio::awaitable<void> caller::wait_for_turn(std::string action, std::string group_id,
                                            error_info before, core::deadline until) {
    try {
        co_await pacer_.turn(std::move(action), std::move(group_id), until);
    } catch (const error& e) {
        if (!before.code || e.code() != errc::throttled) throw;
        // What the service said tells more.
        before.message += "; " + e.info().message;
        throw error(std::move(before));
    }
}

void caller::tell_pacer(const std::string& action, core::clock::time_point sent,
                        const attempt_result& one, const proto::retrier::verdict& verdict) {
    core::clock::duration pause = verdict.pause;
    if (verdict.action == proto::retry_action::stop)
        pause = one.outcome.retry_after.value_or(std::chrono::seconds(1));
    pacer_.throttled(action, sent, pause);
}

asio::awaitable<caller::attempt_result> caller::attempt(std::string action,
                                                        proto::parameter_list parameters,
                                                        core::deadline until) {
    attempt_result result;
    std::optional<net::http_response> response;
    net::send_options options;
    options.until = until;
    key_grant grant = co_await credentials_->current(until);
    auto request = sign(action, parameters, grant.keys);
    try {
        response = co_await pool_.send(endpoint_, std::move(request), options);
    } catch (const error& e) {
        result.failure = e.info();
    }
    if (response) {
        result = read_answer(action, *response);
        result.generation = grant.generation;
        co_return result;
    }
    auto condition = condition_in(result.failure);
    if (condition == errc::canceled || condition == errc::invalid_argument)
        throw error(std::move(result.failure));
    if (!result.failure.doing.empty())
        result.failure.message = result.failure.doing + ": " + result.failure.message;
    result.failure.doing = action;
    result.outcome.failure = condition.value_or(errc::connection);
    result.outcome.request_written = may_have_arrived(*result.outcome.failure);
    co_return result;
}

net::http_request caller::sign(const std::string& action, const proto::parameter_list& parameters,
                               const credentials& keys) const {
    proto::v3_call call;
    call.host = endpoint_.authority();
    call.action = action;
    call.version = api_version;
    call.date = core::utc_now() + clock_offset_;
    call.nonce = core::random_hex(16);
    put_parameters(parameters, call);
    call.access_key_id = keys.access_key_id();
    call.access_key_secret = keys.access_key_secret();
    call.security_token = keys.security_token();
    auto signed_call = proto::sign_v3(call);
    net::http_request request;
    request.method = call.method;
    request.target = std::move(signed_call.target);
    request.body = std::move(call.body);
    for (auto& [name, value] : signed_call.headers)
        request.headers.add(std::move(name), std::move(value));
    request.headers.add("accept", "application/json");
    request.headers.add("user-agent", std::string(user_agent()));
    return request;
}

caller::attempt_result caller::read_answer(const std::string& action,
                                           const net::http_response& response) const {
    attempt_result result;
    result.server_time = date_of(response);
    result.outcome.http_status = response.status;
    result.outcome.server_date_known = result.server_time.has_value();
    if (response.status >= 400) {
        auto refusal = proto::parse_api_error(response.status, response.headers.get("Content-Type"),
                                              response.body);
        if (refusal.request_id.empty())
            refusal.request_id = response.headers.get("x-acs-request-id");
        proto::retry_headers hints;
        hints.x_acs_retry_after = response.headers.get("x-acs-retry-after");
        hints.retry_after = response.headers.get("Retry-After");
        hints.x_ratelimit_user_api = response.headers.get("x-ratelimit-user-api");
        hints.x_ratelimit_user = response.headers.get("x-ratelimit-user");
        result.outcome.service_code = refusal.code;
        result.outcome.retry_after = proto::retry_after_hint(hints, core::utc_now());
        result.failure = proto::make_error_info(action, refusal);
        return result;
    }
    json::error_code ec;
    auto value = json::parse(response.body, ec);
    if (response.status < 300 && !ec && value.is_object()) {
        result.answer.emplace();
        result.answer->action = action;
        result.answer->body = std::move(value.get_object());
        if (const auto* id = result.answer->body.if_contains("RequestId"); id && id->is_string())
            result.answer->request_id = std::string(id->get_string());
        return result;
    }
    result.failure =
        error_info(errc::protocol, response.status < 300 ? "the answer is not a JSON object"
                                                         : "redirects are not followed");
    result.failure.doing = action;
    result.failure.http_status = response.status;
    result.failure.request_id = response.headers.get("x-acs-request-id");
    result.outcome.failure = errc::protocol;
    return result;
}

void caller::set_clock(core::utc_time server) {
    clock_offset_ = server - core::utc_now();
}

}  // namespace ecisbx::eci
