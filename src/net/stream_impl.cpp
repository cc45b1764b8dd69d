#include "net/stream_impl.hpp"

#include <ecisbx/error.hpp>

#include "net/raw_socket.hpp"
#include "net/wait.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <string>
#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr unsigned steps_before_others = 16;

[[noreturn]] void throw_connection(const boost::system::error_code& cause) {
    error_info info(errc::connection, cause.message());
    info.cause = cause;
    throw error(std::move(info));
}

}  // namespace

stream::impl::impl(tcp::socket s) : socket(std::move(s)), timer(socket.get_executor()) {
    boost::system::error_code ec;
    socket.non_blocking(true, ec);
    if (ec) throw_connection(ec);
    // These fail when the peer is gone already, which the first read or write will tell.
    socket.set_option(tcp::no_delay(true), ec);
    peer = socket.remote_endpoint(ec);
}

asio::awaitable<void> stream::impl::client_handshake(self_ptr self,
                                                     std::shared_ptr<tls_client_context> context,
                                                     std::string host, core::deadline until,
                                                     std::uint16_t port) {
    self->check(self->reading, until, co_await asio::this_coro::cancellation_state);
    if (port == 0) port = self->peer.port();
    self->tls = tls_session::client(std::move(context), self->socket.native_handle(), host, port);
    self->is_tls = true;
    co_await handshake(std::move(self), until);
}

asio::awaitable<void> stream::impl::server_handshake(self_ptr self,
                                                     std::shared_ptr<tls_server_context> context,
                                                     core::deadline until) {
    self->check(self->reading, until, co_await asio::this_coro::cancellation_state);
    self->tls = tls_session::server(std::move(context), self->socket.native_handle());
    self->is_tls = true;
    co_await handshake(std::move(self), until);
}

asio::awaitable<void> stream::impl::handshake(self_ptr self, core::deadline until) {
    side& side = self->reading;
    const auto caller = co_await asio::this_coro::cancellation_state;
    for (;;) {
        io_step step = self->tls->handshake();
        if (step.what == io_step::kind::failed) self->throw_failure();
        if (step.what == io_step::kind::done) break;
        co_await self->wait(side, step.what, until);
        self->check(side, until, caller);
    }
    self->resumed = self->tls->was_resumed();
}

asio::awaitable<std::size_t> stream::impl::read(self_ptr self, asio::mutable_buffer into,
                                                core::deadline until) {
    const auto caller = co_await asio::this_coro::cancellation_state;
    for (;;) {
        if (auto got = self->try_read(into, until, caller)) co_return *got;
        co_await self->wait_more(self->reading, until);
    }
}

std::optional<std::size_t> stream::impl::try_read(asio::mutable_buffer into, core::deadline until,
                                                  const asio::cancellation_state& caller) {
    check(reading, until, caller);
    if (is_greedy(reading)) return std::nullopt;
    io_step step = read_step(into.data(), into.size());
    if (step.what == io_step::kind::failed) throw_failure();
    reading.last_step = step.what;
    if (step.must_wait()) return std::nullopt;
    if (watch) watch->received(step.bytes);
    return step.bytes;
}

asio::awaitable<void> stream::impl::write(self_ptr self, asio::const_buffer bytes,
                                          core::deadline until) {
    const auto caller = co_await asio::this_coro::cancellation_state;
    self->check(self->writing, until, caller);
    while (bytes.size() > 0) {
        if (auto sent = self->try_write(bytes, until, caller))
            bytes += *sent;
        else
            co_await self->wait_more(self->writing, until);
    }
}

std::optional<std::size_t> stream::impl::try_write(asio::const_buffer bytes, core::deadline until,
                                                   const asio::cancellation_state& caller) {
    check(writing, until, caller);
    if (is_greedy(writing)) return std::nullopt;
    io_step step = write_step(bytes.data(), bytes.size());
    if (step.what == io_step::kind::failed) throw_failure();
    if (step.what == io_step::kind::end)
        throw error(errc::connection, "the peer closed the connection");
    writing.last_step = step.what;
    if (step.must_wait()) return std::nullopt;
    if (watch) watch->sent(step.bytes);
    return step.bytes;
}

asio::awaitable<void> stream::impl::wait_more(side& which, core::deadline until) {
    const io_step last{which.last_step};
    return last.must_wait() ? wait(which, last.what, until) : let_others_run(which);
}

asio::awaitable<void> stream::impl::shutdown(self_ptr self, core::deadline until) {
    side& side = self->writing;
    const auto caller = co_await asio::this_coro::cancellation_state;
    self->check(side, until, caller);
    while (self->tls) {
        io_step step = self->tls->shutdown();
        if (step.what == io_step::kind::failed) self->throw_failure();
        if (!step.must_wait()) break;
        co_await self->wait(side, step.what, until);
        self->check(side, until, caller);
    }
    boost::system::error_code ec;
    self->socket.shutdown(tcp::socket::shutdown_send, ec);
    if (ec) throw_connection(ec);
}

asio::awaitable<void> stream::impl::wait(side& which, io_step::kind why, core::deadline until) {
    which.busy_steps = 0;
    which.until = until;
    which.waiting = true;
    if (!until.is_never()) arm_timer(until);
    drained = false;
    if (tls) tls->waited();
    auto event = why == io_step::kind::want_read ? tcp::socket::wait_read : tcp::socket::wait_write;
    // What ended the wait is found by looking: the other side's deadline cancels it too.
    return socket.async_wait(event, asio::redirect_error(asio::use_awaitable, which.wait_ended));
}

bool stream::impl::is_greedy(side& which) {
    return ++which.busy_steps > steps_before_others;
}

asio::awaitable<void> stream::impl::let_others_run(side& which) {
    which.busy_steps = 0;
    return asio::post(socket.get_executor(), asio::use_awaitable);
}

void stream::impl::check(side& which, core::deadline until,
                         const asio::cancellation_state& caller) {
    which.waiting = false;
    throw_if_cancelled(caller);
    if (closed) throw error(errc::canceled, "the stream was closed");
    if (until.expired())
        throw error(errc::timeout, std::string("the deadline passed while ") + which.name);
}

io_step stream::impl::read_step(void* into, std::size_t size) {
    if (tls) return tls->read(into, size);
    io_step step = receive_unless(drained, socket.native_handle(), into, size);
    if (step.what == io_step::kind::failed) last_error = errno;
    return step;
}

io_step stream::impl::write_step(const void* bytes, std::size_t size) {
    if (tls) return tls->write(bytes, size);
    io_step step = send_now(socket.native_handle(), bytes, size);
    if (step.what == io_step::kind::failed) last_error = errno;
    return step;
}

void stream::impl::throw_failure() const {
    if (tls) throw error(tls->failure());
    throw_connection({last_error, boost::system::system_category()});
}

void stream::impl::arm_timer(core::deadline until) {
    if (!(until < timer_at)) return;
    timer_at = until;
    timer.expires_at(until.at());
    timer.async_wait([weak = weak_from_this(), generation = ++timer_generation](const auto&) {
        if (auto self = weak.lock()) self->on_timer(generation);
    });
}

void stream::impl::on_timer(unsigned generation) {
    if (generation != timer_generation) return;
    timer_at = core::deadline::never();
    core::deadline next;
    bool expired = false;
    for (const side* s : {&reading, &writing}) {
        if (!s->waiting) continue;
        if (s->until.expired())
            expired = true;
        else
            next = next.sooner(s->until);
    }
    boost::system::error_code ignored;
    if (expired) socket.cancel(ignored);
    if (!next.is_never()) arm_timer(next);
}

void stream::impl::disarm_timer() noexcept {
    ++timer_generation;
    timer_at = core::deadline::never();
    timer.cancel();
}

void stream::impl::close() noexcept {
    if (closed) return;
    closed = true;
    disarm_timer();
    boost::system::error_code ignored;
    socket.close(ignored);
    tls.reset();  // whoever is suspended finds `closed` before touching it
    if (watch) watch->closed();
}

}  // namespace ecisbx::net
