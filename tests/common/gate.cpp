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
#include <set>
#include <string_view>
#include <utility>

namespace ecisbx::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

namespace {

/// One direction of a link.
struct lane {
    std::size_t passed = 0;
    clock::time_point free_at;  // with a rate: when it may carry more
};

struct link {
    link(const asio::any_io_executor& e) : client(e), server(e) {}
    tcp::socket client, server;
    lane up, down;
    fate meets;
    bool met = false;
    bool throttled = false, delayed = false;
    bool is_exec = false;
    int ended = 0;

    lane& towards(bool server_side) { return server_side ? up : down; }
    /// `fault::silence` and `fault::half` mean what arrives, so the link goes on reading.
    bool drops(bool to_server) const {
        return met && (meets.what == fault::silence ||
                       (meets.what == fault::half && meets.up == to_server));
    }
    bool awaits(bool to_server, bool to_be_spoiled = false) const {
        return !met && meets.what != fault::none && meets.up == to_server &&
               (meets.what == fault::spoil) == to_be_spoiled;
    }
    void cut(bool reset) {
        error_code ignored;
        for (auto* s : {&client, &server}) {
            if (reset) s->set_option(asio::socket_base::linger(true, 0), ignored);
            s->close(ignored);
        }
    }
};
using link_ptr = std::shared_ptr<link>;

// Smooth enough for clocks of some 100 ms.
constexpr std::size_t pieces_per_second = 20;

std::size_t rate_of(const link& l, bool up) {
    return up ? l.meets.up_rate : l.meets.down_rate;
}
std::size_t most(const link& l, bool up, std::size_t room) {
    const auto rate = rate_of(l, up);
    return rate == 0 ? room : std::clamp<std::size_t>(rate / pieces_per_second, 1, room);
}

}  // namespace

struct gate::impl : std::enable_shared_from_this<impl> {
    impl(const asio::any_io_executor& e, std::uint16_t to)
        : acceptor(e, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), target(to) {}

    tcp::acceptor acceptor;
    std::uint16_t target;
    rules rule;
    bool refuses = false;
    int pieces = 0;
    std::set<link_ptr> links;
    std::function<fate(int)> chooses;
    std::map<std::string, int> faults;

    static asio::awaitable<void> accept(std::shared_ptr<impl> self) {
        for (;;) {
            auto l = std::make_shared<link>(self->acceptor.get_executor());
            error_code ec;
            co_await self->acceptor.async_accept(l->client,
                                                 asio::redirect_error(asio::use_awaitable, ec));
            if (ec) co_return;
            const int number = ++self->rule.connections;
            const bool unlucky =
                self->rule.refuse_every > 0 && number % self->rule.refuse_every == 0;
            self->rule.refused += unlucky;
            if (self->refuses || unlucky) {
                l->cut(true);
                continue;
            }
            if (self->chooses) l->meets = self->chooses(number);
            self->links.insert(l);
            asio::co_spawn(self->acceptor.get_executor(), start(self, l), asio::detached);
        }
    }

    static asio::awaitable<void> start(std::shared_ptr<impl> self, link_ptr l) {
        error_code ec;
        tcp::endpoint to(asio::ip::address_v4::loopback(), self->target);
        co_await l->server.async_connect(to, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) {
            l->cut(false);
            self->links.erase(l);
            co_return;
        }
        l->client.set_option(tcp::no_delay(true), ec);
        l->server.set_option(tcp::no_delay(true), ec);
        if (l->meets.after == 0 && l->awaits(l->meets.up)) self->take_effect(*l);
        asio::co_spawn(self->acceptor.get_executor(), pump(self, l, true), asio::detached);
        co_await pump(self, l, false);
    }

    void look(link& l, std::string_view first) {
        l.is_exec = first.starts_with("GET /exec/");
        if (l.is_exec) ++rule.exec_channels;
    }

    asio::awaitable<void> disturb(char* piece, std::size_t size, bool up) {
        if (up && std::exchange(rule.spoil_next, false)) piece[size / 2] ^= 1;
        if (rule.delay_every == 0 || ++pieces % rule.delay_every != 0) co_return;
        const int number = rule.delayed++;
        asio::steady_timer timer(acceptor.get_executor());
        timer.expires_after(std::chrono::milliseconds(1000 + number * 370 % 1000));
        co_await timer.async_wait(asio::use_awaitable);
    }

    void note_once(bool& noted, const char* what) {
        if (!std::exchange(noted, true)) ++faults[what];
    }

    asio::awaitable<void> hold_back(link_ptr l, std::size_t size, bool up) {
        auto until = clock::now() + l->meets.delay;
        if (l->meets.delay.count() > 0) note_once(l->delayed, "delayed");
        if (const auto rate = rate_of(*l, up); rate > 0) {
            using seconds = std::chrono::duration<double>;
            const seconds length(static_cast<double>(size) / static_cast<double>(rate));
            auto& free_at = l->towards(up).free_at;
            free_at = std::max(free_at, clock::now()) +
                      std::chrono::duration_cast<clock::duration>(length);
            until = std::max(until, free_at);
            note_once(l->throttled, "throttled");
        }
        if (until <= clock::now()) co_return;
        asio::steady_timer timer(acceptor.get_executor(), until);
        co_await timer.async_wait(asio::use_awaitable);
    }

    void take_effect(link& l) {
        l.met = true;
        error_code ignored;
        switch (l.meets.what) {
            case fault::none: break;
            case fault::finish:
                l.cut(false);
                ++faults["finish"];
                break;
            case fault::reset:
                l.cut(true);
                ++faults["reset"];
                break;
            case fault::half:
                (l.meets.up ? l.server : l.client).shutdown(tcp::socket::shutdown_send, ignored);
                ++faults[l.meets.up ? "half up" : "half down"];
                break;
            case fault::silence: ++faults["silence"]; break;
            case fault::spoil: ++faults["spoil"]; break;
        }
    }

    /// How much of a piece passes.
    std::size_t allowed(link& l, std::size_t size, bool up) const {
        if (l.drops(up)) return 0;
        const std::size_t count = l.towards(up).passed;
        std::size_t limit = std::numeric_limits<std::size_t>::max();
        if (l.is_exec) limit = up ? rule.cut_up : rule.cut_down;
        if (l.awaits(up)) limit = std::min(limit, l.meets.after);
        return std::min(size, limit - std::min(limit, count));
    }

    void spoil(link& l, char* piece, std::size_t size, bool up) {
        const std::size_t count = l.towards(up).passed;
        if (!l.awaits(up, true) || count + size <= l.meets.after) return;
        piece[l.meets.after - count] ^= 1;
        take_effect(l);
    }

    static asio::awaitable<void> pump(std::shared_ptr<impl> self, link_ptr l, bool up) {
        std::array<char, 8192> buffer;
        auto& from = up ? l->client : l->server;
        auto& to = up ? l->server : l->client;
        bool first = up;
        error_code ec;
        for (;;) {
            const auto room = asio::buffer(buffer.data(), most(*l, up, buffer.size()));
            std::size_t n =
                co_await from.async_read_some(room, asio::redirect_error(asio::use_awaitable, ec));
            if (ec) break;
            if (std::exchange(first, false)) self->look(*l, {buffer.data(), n});
            co_await self->disturb(buffer.data(), n, up);
            co_await self->hold_back(l, n, up);
            self->spoil(*l, buffer.data(), n, up);
            const std::size_t pass = self->allowed(*l, n, up);
            std::size_t& count = l->towards(up).passed;
            count += pass;
            if (l->is_exec) (up ? self->rule.up : self->rule.down) += pass;
            co_await asio::async_write(to, asio::buffer(buffer.data(), pass),
                                       asio::redirect_error(asio::use_awaitable, ec));
            if (ec) break;
            if (l->is_exec && count >= (up ? self->rule.cut_up : self->rule.cut_down)) {
                l->cut(self->rule.reset);
                break;
            }
            if (l->awaits(up) && count >= l->meets.after) self->take_effect(*l);
            if (l->is_exec && !up && self->rule.stalled) co_return;
        }
        if (!l->drops(up)) to.shutdown(tcp::socket::shutdown_send, ec);
        if (++l->ended == 2) self->links.erase(l);
    }
};

gate::gate(asio::any_io_executor executor, std::uint16_t target)
    : impl_(std::make_shared<impl>(executor, target)) {
    asio::co_spawn(executor, impl::accept(impl_), asio::detached);
}

gate::~gate() {
    error_code ignored;
    impl_->acceptor.close(ignored);
    for (auto& l : impl_->links) l->cut(false);
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
    for (auto& l : impl_->links) l->cut(true);
}
void gate::choose(std::function<fate(int)> how) {
    impl_->chooses = std::move(how);
}
void gate::next(fate what) {
    impl_->chooses = [what](int) mutable { return std::exchange(what, fate()); };
}
void gate::clear() {
    impl_->chooses = nullptr;
    for (auto& l : impl_->links) {
        if (l->met) l->cut(true);
        l->meets = fate();
    }
}
const std::map<std::string, int>& gate::faults() const {
    return impl_->faults;
}

eci::config through(const gate& g, eci::config settings) {
    const bool tls = settings.endpoint().starts_with("https");
    return settings.endpoint((tls ? "https://127.0.0.1:" : "http://127.0.0.1:") +
                             std::to_string(g.port()));
}

}  // namespace ecisbx::test
