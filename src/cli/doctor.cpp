// ecisbx doctor: what is configured, from where, what is reachable, and what to do.
#include "cli/doctor.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "core/time.hpp"
#include "core/url.hpp"
#include "eci/credentials/source.hpp"
#include "eci/endpoint.hpp"
#include "net/dial.hpp"
#include "net/http_pool.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

core::endpoint_url configured_endpoint(const eci::config& settings) {
    if (!settings.endpoint().empty()) return core::parse_endpoint(settings.endpoint());
    return core::parse_endpoint(
        eci::default_endpoint(settings.region(), settings.uses_vpc_endpoint()));
}

/// Where `from_env` found a setting: `NAME (environment)`; empty for a default.
std::string origin_of(const eci::config& settings, const std::string& setting) {
    constexpr std::string_view mark = " from ";
    for (const auto& line : settings.sources()) {
        auto at = line.rfind(mark);
        if (line.starts_with(setting + ": ") && at != std::string::npos)
            return line.substr(at + mark.size());
    }
    return {};
}

std::string why_this_endpoint(const eci::config& settings) {
    if (!settings.endpoint().empty()) return "set by " + origin_of(settings, "endpoint");
    auto region = origin_of(settings, "region");
    return std::string(settings.uses_vpc_endpoint() ? "the VPC endpoint" : "the public endpoint") +
           " of region " + settings.region() + ", " +
           (region.empty() ? "the default" : "set by " + region);
}

std::shared_ptr<const net::dialer> dialer_of(const eci::config& settings) {
    auto how = std::make_shared<net::dialer>();
    how->tls = net::tls_client_context::make(settings.ca_file());
    how->proxy = net::proxy_settings::parse(settings.proxy(), settings.no_proxy());
    how->allow_plain = settings.plain_http_allowed();
    return how;
}

void check_expiry(const eci::credentials& keys, report& out) {
    if (keys.security_token().empty()) return out.info("expiry", "a permanent key");
    if (!keys.expires()) return out.info("expiry", "a temporary key; when it ends is not known");
    auto left = std::chrono::duration_cast<std::chrono::minutes>(*keys.expires() - core::utc_now());
    out.add("expiry", left.count() > 0,
            core::format_rfc3339(*keys.expires()) + ", in " + std::to_string(left.count()) + " min",
            "its source gave a key that has ended; check that source and this machine's clock");
}

/// Asks the sources as a client would, the network ones too.
asio::awaitable<void> check_credentials(eci::config settings, report& out) {
    bool is_set = settings.credentials_from() == eci::key_origin::access_key;
    auto executor = co_await asio::this_coro::executor;
    auto source = eci::make_credentials_source(executor, settings, dialer_of(settings));
    auto grant = co_await as_result(source->current(core::deadline::after(20s)));
    for (const auto& one : source->reports()) out.info("source", printable(eci::to_line(one)));
    if (is_set) out.info("source", "the credential chain: not asked, because an access key is set");
    if (!grant) {
        auto text = grant.error().message;
        out.add("credentials", false, printable(text.substr(0, text.find(":\n"))),
                "set ECI_SANDBOX_ACCESS_KEY_ID and ECI_SANDBOX_ACCESS_KEY_SECRET, mend one of the "
                "sources, or run `ecisbx serve --env-file .env`");
        co_return;
    }
    auto from = is_set ? origin_of(settings, "access key id") : grant->source;
    out.add("credentials", true, "from " + printable(from), "");
    check_expiry(grant->keys, out);
}

asio::awaitable<net::http_response> probe(eci::config settings) {
    auto executor = co_await asio::this_coro::executor;
    auto endpoint = configured_endpoint(settings);
    net::http_pool pool(executor, dialer_of(settings));
    net::origin where{endpoint.host, endpoint.port, endpoint.tls};
    net::http_request request;
    request.headers.add("Host", where.authority());
    net::send_options options;
    options.until = core::deadline::after(10s);
    options.idempotent = true;
    co_return co_await pool.send(where, std::move(request), options);
}

const char* advice_for(const error_info& why) {
    if (why.code == errc::resolve) return "check the region and ECI_SANDBOX_ENDPOINT";
    if (why.code == errc::tls) return "check ECI_SANDBOX_CA_FILE and the endpoint's host name";
    if (why.code == errc::connection) return "check the endpoint, the network and HTTPS_PROXY";
    if (why.code == errc::unauthenticated) return "check the access key and its token";
    if (why.code == errc::forbidden) return "grant this access key the ECI permissions";
    if (why.code == errc::clock_skew) return "set the clock of this machine";
    return "see the message";
}

void check_clock(const net::http_response& answer, report& out) {
    auto theirs = core::parse_http_date(answer.headers.get("Date"));
    if (!theirs) return out.info("clock", "the endpoint sent no Date header");
    auto skew = std::chrono::abs(core::utc_now() - *theirs);
    out.add("clock", skew < 5min, std::to_string(skew.count()) + " s off the service's",
            "set the clock of this machine; calls are refused from 15 min on");
}

asio::awaitable<int> doctor(app& program, eci::config settings) {
    report out;
    for (const auto& line : settings.sources()) out.info("setting", line);
    co_await check_credentials(settings, out);
    auto endpoint = configured_endpoint(settings);
    std::string name = net::origin{endpoint.host, endpoint.port, endpoint.tls}.authority();
    out.info("endpoint", name + ", " + why_this_endpoint(settings));
    auto answer = co_await as_result(probe(settings));
    if (answer) {
        out.add("endpoint", true, name + " answers", "");
        check_clock(*answer, out);
    } else {
        out.add("endpoint", false, name + ": " + answer.error().to_string(),
                advice_for(answer.error()));
    }
    if (answer && !out.failed("credentials")) {
        eci::client client(program.context().get_executor(), settings);
        auto page = co_await as_result(client.list(eci::list_options().limit(1)));
        out.add("signed call", page.has_value(),
                page ? "DescribeContainerGroups works, " + std::to_string(page->total_count) +
                           " sandboxes"
                     : page.error().to_string(),
                page ? "" : advice_for(page.error()));
    }
    out.print(program.json);
    co_return out.healthy() ? 0 : exit_failed;
}

}  // namespace

void report::info(std::string name, std::string text) {
    lines_.push_back({std::move(name), std::move(text), "", verdict::none});
}

void report::add(std::string name, bool good, std::string text, std::string advice) {
    lines_.push_back({std::move(name), std::move(text), good ? "" : std::move(advice),
                      good ? verdict::good : verdict::bad});
}

bool report::failed(std::string_view name) const {
    for (const auto& line : lines_)
        if (line.name == name && line.found == verdict::bad) return true;
    return false;
}

bool report::healthy() const {
    for (const auto& line : lines_)
        if (line.found == verdict::bad) return false;
    return true;
}

void report::print(bool json) const {
    if (json) {
        boost::json::array all;
        for (const auto& line : lines_) {
            boost::json::object one{{"check", line.name}, {"text", line.text}};
            if (line.found != verdict::none) one["ok"] = line.found == verdict::good;
            if (!line.advice.empty()) one["advice"] = line.advice;
            all.push_back(std::move(one));
        }
        std::cout << boost::json::serialize(all) << '\n';
        return;
    }
    for (const auto& line : lines_) {
        const char* mark = line.found == verdict::good  ? "ok    "
                           : line.found == verdict::bad ? "FAIL  "
                                                        : "      ";
        std::cout << mark << line.name << ": " << line.text << '\n';
        if (!line.advice.empty()) std::cout << "      -> " << line.advice << '\n';
    }
}

void add_doctor(CLI::App& parser, app& program, action& chosen) {
    auto* command = parser.add_subcommand("doctor",
                                          "Tell what is configured, from where, what is "
                                          "reachable, and what to do");
    command->callback(
        [&] { chosen = [&] { return program.run(doctor(program, program.config())); }; });
}

}  // namespace ecisbx::cli
