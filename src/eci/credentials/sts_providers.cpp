// Roles: AssumeRole and AssumeRoleWithOIDC.
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "core/backoff.hpp"
#include "core/random.hpp"
#include "eci/credentials/answers.hpp"
#include "eci/credentials/check.hpp"
#include "eci/credentials/fetch.hpp"
#include "net/wait.hpp"

#include <optional>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

constexpr int most_attempts = 3;
constexpr std::size_t longest_oidc_token = 64 * 1024;

/// The rule for both calls: what makes a form, tried again after failures that pass.
class sts_call {
public:
    virtual ~sts_call() = default;
    virtual std::string form(core::utc_time now) const = 0;
    virtual const secret& sent_token() const = 0;

    asio::awaitable<credentials> send(credentials_settings_ptr settings, role_session role,
                                      core::deadline until);

private:
    struct outcome {
        std::optional<credentials> keys;
        error_info why;
        bool passes = false;  ///< another attempt may succeed
        std::optional<core::utc_time> server_time;
    };
    asio::awaitable<outcome> send_once(credentials_settings_ptr settings, net::origin where,
                                       core::utc_time now, core::deadline until);
    void read(const net::http_response& answer, outcome& result) const;
};

net::origin sts_origin(const credentials_settings& settings, const role_session& role) {
    if (settings.sts) return *settings.sts;
    auto region = role.region.empty() ? std::string(settings.variable("ALIBABA_CLOUD_STS_REGION"))
                                      : role.region;
    bool vpc = settings.uses_vpc(role.vpc);
    if (region.empty() && vpc) region = settings.region;
    return {sts_host(region, vpc), 443, true};
}

void sts_call::read(const net::http_response& answer, outcome& result) const {
    if (answer.status == 200) {
        result.keys = parse_sts_answer(answer.body);
        return;
    }
    result.server_time = core::parse_http_date(answer.headers.get("Date"));
    result.why =
        sts_refusal(answer.status, answer.headers.get("Content-Type"), answer.body, sent_token());
    bool wrong_clock = result.why.service_code == "InvalidTimeStamp.Expired";
    if (!wrong_clock) result.server_time.reset();
    result.passes = answer.status >= 500 || answer.status == 429 ||
                    result.why.service_code.find("Throttling") != std::string::npos ||
                    (wrong_clock && result.server_time);
}

asio::awaitable<sts_call::outcome> sts_call::send_once(credentials_settings_ptr settings,
                                                       net::origin where, core::utc_time now,
                                                       core::deadline until) {
    net::http_request request;
    request.method = "POST";
    request.body = form(now);
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Accept", "application/json");
    outcome result;
    try {
        auto answer = co_await fetch(settings->how, std::move(where), std::move(request), until);
        read(answer, result);
    } catch (const error& e) {
        if (e.code() == errc::canceled) throw;
        result.why = e.info();
        result.passes =
            e.code() == errc::connection || e.code() == errc::timeout || e.code() == errc::resolve;
    }
    co_return result;
}

asio::awaitable<credentials> sts_call::send(credentials_settings_ptr settings, role_session role,
                                            core::deadline until) {
    until = until.sooner(settings->sts_limit);
    auto where = sts_origin(*settings, role);
    core::backoff pauses({std::chrono::milliseconds(100), std::chrono::milliseconds(1000)},
                         core::system_random());
    auto off = std::chrono::seconds(0);
    for (int attempt = 1;; ++attempt) {
        auto one = co_await send_once(settings, where, settings->now() + off, until);
        if (one.keys) co_return std::move(*one.keys);
        if (!one.passes || attempt == most_attempts) throw error(std::move(one.why));
        if (one.server_time) off = *one.server_time - settings->now();
        auto pause = pauses.next();
        if (until.remaining() <= pause) throw error(std::move(one.why));
        co_await net::sleep_for(pause, until);
    }
}

class assume_role_call : public sts_call {
public:
    assume_role_call(role_session role, credentials as)
        : role_(std::move(role)), as_(std::move(as)) {}
    std::string form(core::utc_time now) const override {
        return assume_role_form(role_, as_, now, core::random_hex(16));
    }
    const secret& sent_token() const override { return as_.security_token(); }

private:
    role_session role_;
    credentials as_;
};

class oidc_call : public sts_call {
public:
    oidc_call(role_session role, std::string provider_arn, secret token)
        : role_(std::move(role)),
          provider_arn_(std::move(provider_arn)),
          token_(std::move(token)) {}
    std::string form(core::utc_time now) const override {
        return oidc_form(role_, provider_arn_, token_, now);
    }
    const secret& sent_token() const override { return token_; }

private:
    role_session role_;
    std::string provider_arn_;
    secret token_;
};

class assumed_role : public credentials_provider {
public:
    assumed_role(credentials_settings_ptr settings, provider_ptr base, role_session role)
        : settings_(std::move(settings)), base_(std::move(base)), role_(std::move(role)) {}
    std::string name() const override { return "role " + shown(role_.arn); }
    std::string_view id() const override { return "role"; }
    std::vector<source_report> reports() const override { return base_->reports(); }
    asio::awaitable<provider_answer> ask(core::deadline until) override;

private:
    credentials_settings_ptr settings_;
    provider_ptr base_;
    role_session role_;
};

asio::awaitable<provider_answer> assumed_role::ask(core::deadline until) {
    auto base = co_await base_->ask(until);
    if (base.state != source_state::gave) co_return base;
    assume_role_call call(role_, base.keys);
    auto keys = co_await call.send(settings_, role_, until);
    co_return provider_answer::given(std::move(keys), name() + " by " + base.text);
}

class oidc_role : public credentials_provider {
public:
    oidc_role(credentials_settings_ptr settings, role_session role, std::string provider_arn,
              std::string token_file)
        : settings_(std::move(settings)),
          role_(std::move(role)),
          provider_arn_(std::move(provider_arn)),
          token_file_(std::move(token_file)) {}
    std::string name() const override { return "role " + shown(role_.arn) + " by OIDC"; }
    std::string_view id() const override { return "oidc"; }
    asio::awaitable<provider_answer> ask(core::deadline until) override;

private:
    credentials_settings_ptr settings_;
    role_session role_;
    std::string provider_arn_;
    std::string token_file_;
};

asio::awaitable<provider_answer> oidc_role::ask(core::deadline until) {
    auto text = read_small_file(token_file_, longest_oidc_token);
    if (!text) throw error(errc::not_found, "there is no OIDC token file " + shown(token_file_));
    secret token(core::trimmed(*text));
    if (token.empty()) throw error(errc::protocol, "the OIDC token file is empty");
    oidc_call call(role_, provider_arn_, std::move(token));
    auto keys = co_await call.send(settings_, role_, until);
    co_return provider_answer::given(std::move(keys), name());
}

}  // namespace

provider_ptr role_provider(credentials_settings_ptr settings, provider_ptr base,
                           role_session role) {
    return std::make_shared<assumed_role>(std::move(settings), std::move(base),
                                          completed(std::move(role)));
}

provider_ptr oidc_provider(credentials_settings_ptr settings, role_session role,
                           std::string provider_arn, std::string token_file) {
    return std::make_shared<oidc_role>(std::move(settings), completed(std::move(role)),
                                       std::move(provider_arn), std::move(token_file));
}

}  // namespace ecisbx::eci
