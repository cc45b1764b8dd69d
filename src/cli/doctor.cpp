// ecisbx doctor: what is configured, from where, what is reachable, and what to do.
#include "cli/doctor.hpp"
#include "cli/commands.hpp"
#include "core/time.hpp"
#include "core/url.hpp"
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

namespace ecisbx::cli {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

core::endpoint_url configured_endpoint(const eci::config& settings) {
    if (!settings.endpoint().empty()) return core::parse_endpoint(settings.endpoint());
    return core::parse_endpoint(eci::default_endpoint(settings.region()));
}

std::shared_ptr<const net::dialer> dialer_of(const eci::config& settings) {
    auto how = std::make_shared<net::dialer>();
    how->tls = net::tls_client_context::make(settings.ca_file());
    how->proxy = net::proxy_settings::parse(settings.proxy(), settings.no_proxy());
    how->allow_plain = settings.plain_http_allowed();
    return how;
}

void check_settings(const eci::config& settings, report& out) {
    for (const auto& line : settings.sources()) out.info("setting", line);
    bool has_key = !settings.access_key_id().empty() && !settings.access_key_secret().empty();
    out.add("credentials", has_key, has_key ? "access key found" : "no access key",
            "set ECI_SANDBOX_ACCESS_KEY_ID and ECI_SANDBOX_ACCESS_KEY_SECRET, or run "
            "`ecisbx serve --env-file .env`");
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
    check_settings(settings, out);
    auto endpoint = configured_endpoint(settings);
    std::string name = net::origin{endpoint.host, endpoint.port, endpoint.tls}.authority();
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
