// The metadata service inside an ECS or ECI instance.
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "eci/credentials/answers.hpp"
#include "eci/credentials/check.hpp"
#include "eci/credentials/fetch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

constexpr std::string_view roles_path = "/latest/meta-data/ram/security-credentials/";
constexpr std::size_t longest_token = 4096;

class metadata : public credentials_provider {
public:
    metadata(credentials_settings_ptr settings, std::string role, bool by_environment)
        : settings_(std::move(settings)), role_(std::move(role)), by_environment_(by_environment) {
        auto how = std::make_shared<net::dialer>();
        how->allow_plain = true;  // a link-local address of the machine itself; never by a proxy
        how->connect_timeout = settings_->metadata_step;
        direct_ = std::move(how);
    }
    std::string name() const override { return "metadata service"; }
    std::string_view id() const override { return "metadata"; }
    asio::awaitable<provider_answer> ask(core::deadline until) override;

private:
    asio::awaitable<net::http_response> send(std::string method, std::string target,
                                             std::string header, std::string value,
                                             core::deadline until);
    asio::awaitable<std::string> get_token(core::deadline until);
    asio::awaitable<std::string> get(std::string target, std::string token, std::string what,
                                     core::deadline until);

    credentials_settings_ptr settings_;
    std::shared_ptr<const net::dialer> direct_;
    std::string role_;
    bool by_environment_;
};

bool is_header_value(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

asio::awaitable<net::http_response> metadata::send(std::string method, std::string target,
                                                   std::string header, std::string value,
                                                   core::deadline until) {
    net::http_request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!value.empty()) request.headers.add(std::move(header), std::move(value));
    auto step = settings_->metadata_step;
    // Connect and answer have a step each.
    co_return co_await fetch(direct_, settings_->metadata, std::move(request),
                             until.sooner(2 * step), step);
}

/// Empty: the service has none to give, which old ones do not.
asio::awaitable<std::string> metadata::get_token(core::deadline until) {
    std::string why = "no answer in time";
    try {
        auto answer = co_await send("PUT", "/latest/api/token",
                                    "X-aliyun-ecs-metadata-token-ttl-seconds", "21600", until);
        std::string token(core::trimmed(answer.body));
        bool good = answer.status == 200 && !token.empty() && token.size() <= longest_token &&
                    is_header_value(token);
        if (good) co_return token;
        why = "HTTP status " + std::to_string(answer.status);
    } catch (const error& e) {
        if (e.code() != errc::timeout) throw;
    }
    if (settings_->is_on("ALIBABA_CLOUD_IMDSV1_DISABLED"))
        throw error(errc::protocol, "it gives no token (" + why +
                                        "), and ALIBABA_CLOUD_IMDSV1_DISABLED forbids to go on "
                                        "without");
    co_return std::string();
}

asio::awaitable<std::string> metadata::get(std::string target, std::string token, std::string what,
                                           core::deadline until) {
    auto answer = co_await send("GET", std::move(target), "X-aliyun-ecs-metadata-token",
                                std::move(token), until);
    if (answer.status == 404) throw error(errc::not_found, what);
    if (answer.status != 200)
        throw error(errc::protocol,
                    "it answered with HTTP status " + std::to_string(answer.status));
    co_return std::move(answer.body);
}

asio::awaitable<provider_answer> metadata::ask(core::deadline until) {
    if (by_environment_ && settings_->is_on("ALIBABA_CLOUD_ECS_METADATA_DISABLED"))
        co_return provider_answer::disabled("ALIBABA_CLOUD_ECS_METADATA_DISABLED is true");
    auto role = role_;
    if (role.empty() && by_environment_) role = settings_->variable("ALIBABA_CLOUD_ECS_METADATA");
    auto token = co_await get_token(until);
    if (role.empty()) {
        auto list = co_await get(std::string(roles_path), token,
                                 "no RAM role is attached to this machine", until);
        role = parse_role_name(list);
    }
    auto body = co_await get(std::string(roles_path) + core::percent_encode(role), token,
                             "it has no role " + shown(role), until);
    auto keys = parse_metadata_answer(body);
    co_return provider_answer::given(
        std::move(keys), "role " + shown(role) + ", version " + (token.empty() ? "1" : "2"));
}

}  // namespace

provider_ptr metadata_provider(credentials_settings_ptr settings, std::string role) {
    return std::make_shared<metadata>(std::move(settings), std::move(role), false);
}

provider_ptr metadata_environment_provider(credentials_settings_ptr settings) {
    return std::make_shared<metadata>(std::move(settings), std::string(), true);
}

}  // namespace ecisbx::eci
