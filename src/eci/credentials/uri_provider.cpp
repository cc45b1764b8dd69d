// A local service that gives credentials at a URI.
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "core/url.hpp"
#include "eci/credentials/answers.hpp"
#include "eci/credentials/fetch.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

struct parsed_uri {
    net::origin where;
    std::string target;
};

parsed_uri parse_uri(const std::string& text, bool allow_plain) {
    auto start = text.find("://");
    if (start == std::string::npos)
        throw error(errc::invalid_argument,
                    "the credentials URI must begin with http:// or https://");
    auto end = text.find_first_of("/?#", start + 3);
    auto url = core::parse_endpoint(text.substr(0, end), "the credentials URI");
    if (!url.tls && !core::is_loopback_host(url.host) && !allow_plain)
        throw error(errc::invalid_argument,
                    "the credentials URI is plain http to another machine: use https, or "
                    "config::allow_plain_http if the network is trusted");
    parsed_uri result;
    result.where = {url.host, url.port, url.tls};
    result.target = end == std::string::npos ? "/" : text.substr(end);
    if (result.target.front() != '/') result.target.insert(0, "/");
    result.target.resize(std::min(result.target.size(), result.target.find('#')));
    if (std::any_of(result.target.begin(), result.target.end(),
                    [](char c) { return c <= ' ' || c >= 0x7f; }))
        throw error(errc::invalid_argument,
                    "the credentials URI has a character that must be encoded");
    return result;
}

class uri : public credentials_provider {
public:
    uri(credentials_settings_ptr settings, std::string text)
        : settings_(std::move(settings)), text_(std::move(text)) {}
    std::string name() const override { return "credentials URI"; }
    std::string_view id() const override { return "uri"; }

    asio::awaitable<provider_answer> ask(core::deadline until) override {
        auto target = parse_uri(text_, settings_->allow_plain_http);
        net::http_request request;
        request.target = target.target;
        request.headers.add("Accept", "application/json");
        auto answer = co_await fetch(settings_->how, target.where, std::move(request),
                                     until.sooner(std::chrono::seconds(10)));
        if (answer.status != 200)
            throw error(errc::protocol, target.where.authority() + " answered with HTTP status " +
                                            std::to_string(answer.status));
        auto keys = parse_metadata_answer(answer.body);
        // Not the whole of it: a path or query may be the password.
        co_return provider_answer::given(std::move(keys), target.where.authority());
    }

private:
    credentials_settings_ptr settings_;
    std::string text_;
};

class uri_of_environment : public credentials_provider {
public:
    explicit uri_of_environment(credentials_settings_ptr settings)
        : settings_(std::move(settings)) {}
    std::string name() const override { return "credentials URI"; }
    std::string_view id() const override { return "uri"; }

    asio::awaitable<provider_answer> ask(core::deadline until) override {
        std::string text(settings_->variable("ALIBABA_CLOUD_CREDENTIALS_URI"));
        if (text.empty()) co_return provider_answer::not_set("no ALIBABA_CLOUD_CREDENTIALS_URI");
        uri from(settings_, std::move(text));
        auto answer = co_await from.ask(until);
        co_return answer;
    }

private:
    credentials_settings_ptr settings_;
};

}  // namespace

provider_ptr uri_provider(credentials_settings_ptr settings, std::string text) {
    return std::make_shared<uri>(std::move(settings), std::move(text));
}

provider_ptr uri_environment_provider(credentials_settings_ptr settings) {
    return std::make_shared<uri_of_environment>(std::move(settings));
}

}  // namespace ecisbx::eci
