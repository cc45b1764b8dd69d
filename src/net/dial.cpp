#include "net/dial.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "core/url.hpp"
#include "net/connect.hpp"
#include "net/happy_eyeballs.hpp"
#include "net/proxy_connect.hpp"
#include "net/resolve.hpp"
#include "net/tls.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;

namespace {

// The host goes into a CONNECT request and into messages: nothing but a name or an address.
bool is_host(const std::string& host) {
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) return true;
    return !host.empty() && host.size() <= 254 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    });
}

void check_allowed(const dialer& how, const origin& where) {
    if (!is_host(where.host) || where.port == 0)
        throw error(errc::invalid_argument, "a host name or address and a port are needed");
    if (where.tls && !how.tls) throw error(errc::invalid_argument, "TLS is not set up");
    if (!where.tls && !how.allow_plain && !core::is_loopback_host(where.host))
        throw error(errc::invalid_argument,
                    "plain connections to " + where.host +
                        " are not allowed: use TLS, or allow plain connections by name");
}

std::string host_and_port(const origin& where) {
    origin with_port = where;
    with_port.tls = where.port != 443;  // so that the port is no default
    return with_port.authority();
}

// One dial; outlives its coroutines.
struct dialing {
    asio::any_io_executor executor;
    std::shared_ptr<const dialer> how;
    origin where;
    core::deadline until;
    const char* stage = "";  ///< for the message of a timeout
    core::clock::time_point began = core::clock::now(), connected = began;
};

asio::awaitable<stream> connect_to(dialing& it, std::string host, std::uint16_t port) {
    it.stage = "resolving the name";
    auto addresses = co_await resolve(it.executor, std::move(host), it.until);
    it.stage = "connecting";
    auto order = interleave_families(addresses);
    auto socket = co_await connect_first(it.executor, std::move(order), port, it.until);
    co_return stream(std::move(socket));
}

asio::awaitable<stream> dial_stages(dialing& it) {
    const dialer& how = *it.how;
    const origin& where = it.where;
    bool proxied = how.proxy.applies_to(where.host, where.port);
    std::string host = proxied ? how.proxy.host : where.host;
    std::uint16_t port = proxied ? how.proxy.port : where.port;
    stream made = co_await connect_to(it, std::move(host), port);
    if (proxied) {
        it.stage = "waiting for the proxy";
        co_await proxy_connect(made, how.proxy, host_and_port(where), it.until);
    }
    it.connected = core::clock::now();
    if (where.tls) {
        it.stage = "making the TLS handshake";
        co_await made.handshake(how.tls, where.host, it.until, where.port);
    }
    made.rest();
    co_return made;
}

[[noreturn]] void throw_with_place(error_info info, const dialing& it) {
    std::string place = "connecting to " + host_and_port(it.where) + ": ";
    if (info.code == errc::timeout) place += std::string("no time left while ") + it.stage + ": ";
    info.message = place + info.message;
    throw error(std::move(info));
}

void tell_opened(const dialing& it, const stream& made, events::connection_kind kind) {
    events::connection_opened event;
    event.kind = kind;
    event.tls = made.is_tls();
    event.resumed = made.was_resumed();
    event.dial = std::chrono::duration_cast<events::duration>(it.connected - it.began);
    event.handshake = made.is_tls() ? core::since(it.connected) : events::duration(0);
    it.how->observed.tell(&observer::on_connection_opened, event);
}

void tell_failed(const dialing& it, const error_info& why, events::connection_kind kind) {
    events::connection_failed event;
    event.kind = kind;
    event.failure = core::failure_in(why.code);
    event.elapsed = core::since(it.began);
    it.how->observed.tell(&observer::on_connection_failed, event);
}

}  // namespace

asio::awaitable<dial_permit> dial_turn(std::shared_ptr<const dialer> how, origin where,
                                       core::deadline until) {
    if (!how->limiter) co_return dial_permit();
    error_info why;
    try {
        co_return co_await dial_limiter::enter(how->limiter, until);
    } catch (const error& e) {
        why = e.info();
    }
    if (why.code == errc::timeout)
        why.message = "connecting to " + host_and_port(where) + ": " + why.message;
    throw error(std::move(why));
}

asio::awaitable<stream> dial(asio::any_io_executor executor, std::shared_ptr<const dialer> how,
                             origin where, core::deadline until, events::connection_kind kind) {
    check_allowed(*how, where);
    auto turn = co_await dial_turn(how, where, until);
    co_return co_await dial_in_turn(std::move(executor), std::move(how), std::move(where), until,
                                    kind, std::move(turn));
}

asio::awaitable<stream> dial_in_turn(asio::any_io_executor executor,
                                     std::shared_ptr<const dialer> how, origin where,
                                     core::deadline until, events::connection_kind kind,
                                     dial_permit turn) {
    check_allowed(*how, where);
    until = until.sooner(how->connect_timeout);
    dialing it{std::move(executor), std::move(how), std::move(where), until};
    try {
        stream made = co_await dial_stages(it);
        turn.succeeded();
        if (it.how->observed) {
            tell_opened(it, made, kind);
            made.watch(it.how->observed, kind);
        }
        co_return made;
    } catch (const boost::system::system_error&) {
        auto why = error_info_from(std::current_exception());
        if (why.code != errc::canceled) turn.failed(why.message);
        if (it.how->observed) tell_failed(it, why, kind);
        throw_with_place(std::move(why), it);
    }
}

}  // namespace ecisbx::net
