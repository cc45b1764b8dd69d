#include "common/gate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string_view>

namespace ecisbx::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct pair {
    pair(const asio::any_io_executor& e) : client(e), server(e) {}
    tcp::socket client, server;
    bool is_exec = false;
    std::size_t up = 0, down = 0;
    int ended = 0;

    void cut(bool reset) {
        error_code ignored;
        for (auto* s : {&client, &server}) {
            if (reset) s->set_option(asio::socket_base::linger(true, 0), ignored);
            s->close(ignored);
        }
    }
};

}  // namespace

struct gate::impl : std::enable_shared_from_this<impl> {
    impl(const asio::any_io_executor& e, std::uint16_t to)
        : acceptor(e, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), target(to) {}

    tcp::acceptor acceptor;
    std::uint16_t target;
    rules rule;
    bool refuses = false;
    int pieces = 0;
    std::set<std::shared_ptr<pair>> pairs;

    static asio::awaitable<void> accept(std::shared_ptr<impl> self) {
        for (;;) {
            auto p = std::make_shared<pair>(self->acceptor.get_executor());
            error_code ec;
            co_await self->acceptor.async_accept(p->client,
                                                 asio::redirect_error(asio::use_awaitable, ec));
            if (ec) co_return;
            ++self->rule.connections;
            const bool unlucky = self->rule.refuse_every > 0 &&
                                 self->rule.connections % self->rule.refuse_every == 0;
            self->rule.refused += unlucky;
            if (self->refuses || unlucky) {
                p->cut(true);
                continue;
            }
            self->pairs.insert(p);
            asio::co_spawn(self->acceptor.get_executor(), start(self, p), asio::detached);
        }
    }

    static asio::awaitable<void> start(std::shared_ptr<impl> self, std::shared_ptr<pair> p) {
        error_code ec;
        tcp::endpoint to(asio::ip::address_v4::loopback(), self->target);
        co_await p->server.async_connect(to, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return p->cut(false);
        p->client.set_option(tcp::no_delay(true), ec);
        p->server.set_option(tcp::no_delay(true), ec);
        asio::co_spawn(self->acceptor.get_executor(), pump(self, p, true), asio::detached);
        co_await pump(self, p, false);
    }

    void look(pair& p, std::string_view first) {
        p.is_exec = first.starts_with("GET /exec/");
        if (p.is_exec) ++rule.exec_channels;
    }

    asio::awaitable<void> disturb(char* piece, std::size_t size, bool up) {
        if (up && std::exchange(rule.spoil_next, false)) piece[size / 2] ^= 1;
        if (rule.delay_every == 0 || ++pieces % rule.delay_every != 0) co_return;
        const int number = rule.delayed++;
        asio::steady_timer timer(acceptor.get_executor());
        timer.expires_after(std::chrono::milliseconds(1000 + number * 370 % 1000));
        co_await timer.async_wait(asio::use_awaitable);
    }

    static asio::awaitable<void> pump(std::shared_ptr<impl> self, std::shared_ptr<pair> p,
                                      bool up) {
        std::array<char, 8192> buffer;
        auto& from = up ? p->client : p->server;
        auto& to = up ? p->server : p->client;
        bool first = up;
        error_code ec;
        for (;;) {
            std::size_t n = co_await from.async_read_some(
                asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, ec));
            if (ec) break;
            if (std::exchange(first, false)) self->look(*p, {buffer.data(), n});
            co_await self->disturb(buffer.data(), n, up);
            std::size_t& count = up ? p->up : p->down;
            std::size_t limit = up ? self->rule.cut_up : self->rule.cut_down;
            std::size_t pass = p->is_exec ? std::min(n, limit - std::min(limit, count)) : n;
            count += pass;
            if (p->is_exec) (up ? self->rule.up : self->rule.down) += pass;
            co_await asio::async_write(to, asio::buffer(buffer.data(), pass),
                                       asio::redirect_error(asio::use_awaitable, ec));
            if (ec) break;
            if (p->is_exec && count >= limit) {
                p->cut(self->rule.reset);
                break;
            }
            if (p->is_exec && !up && self->rule.stalled) co_return;
        }
        to.shutdown(tcp::socket::shutdown_send, ec);
        if (++p->ended == 2) self->pairs.erase(p);
    }
};

gate::gate(asio::any_io_executor executor, std::uint16_t target)
    : impl_(std::make_shared<impl>(executor, target)) {
    asio::co_spawn(executor, impl::accept(impl_), asio::detached);
}

gate::~gate() {
    error_code ignored;
    impl_->acceptor.close(ignored);
    for (auto& p : impl_->pairs) p->cut(false);
}

std::uint16_t gate::port() const {
    return impl_->acceptor.local_endpoint().port();
}
void gate::lead_to(std::uint16_t target) {
    impl_->target = target;
}
gate::rules& gate::rule() {
    return impl_->rule;
}
void gate::refuse(bool on) {
    impl_->refuses = on;
    if (!on) return;
    for (auto& p : impl_->pairs) p->cut(true);
}

}  // namespace ecisbx::test
