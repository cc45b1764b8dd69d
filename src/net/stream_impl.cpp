#include "net/stream_impl.hpp"

#include <ecisbx/error.hpp>

#include "net/raw_socket.hpp"

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
    for (;;) {
        io_step step = self->tls->handshake();
        if (step.what == io_step::kind::failed) self->throw_failure();
        if (step.what == io_step::kind::done) break;
        co_await self->suspend(side, step.what, until);
    }
    self->resumed = self->tls->was_resumed();
}

asio::awaitable<std::size_t> stream::impl::read(self_ptr self, asio::mutable_buffer into,
                                                core::deadline until) {
    side& side = self->reading;
    self->check(side, until, co_await asio::this_coro::cancellation_state);
    if (is_greedy(side)) co_await self->let_others_run(side, until);
    for (;;) {
        io_step step = self->read_step(into.data(), into.size());
        if (step.what == io_step::kind::failed) self->throw_failure();
        if (!step.must_wait()) {
            if (self->watch) self->watch->received(step.bytes);
            co_return step.bytes;
        }
        co_await self->suspend(side, step.what, until);
    }
}

asio::awaitable<void> stream::impl::write(self_ptr self, asio::const_buffer bytes,
                                          core::deadline until) {
    side& side = self->writing;
    self->check(side, until, co_await asio::this_coro::cancellation_state);
    while (bytes.size() > 0) {
        if (is_greedy(side)) co_await self->let_others_run(side, until);
        io_step step = self->write_step(bytes.data(), bytes.size());
        if (step.what == io_step::kind::failed) self->throw_failure();
        if (step.what == io_step::kind::end)
            throw error(errc::connection, "the peer closed the connection");
        if (self->watch) self->watch->sent(step.bytes);
        bytes += step.bytes;
        if (step.must_wait()) co_await self->suspend(side, step.what, until);
    }
}

asio::awaitable<void> stream::impl::shutdown(self_ptr self, core::deadline until) {
    side& side = self->writing;
    self->check(side, until, co_await asio::this_coro::cancellation_state);
    while (self->tls) {
        io_step step = self->tls->shutdown();
        if (step.what == io_step::kind::failed) self->throw_failure();
        if (!step.must_wait()) break;
        co_await self->suspend(side, step.what, until);
    }
    boost::system::error_code ec;
    self->socket.shutdown(tcp::socket::shutdown_send, ec);
    if (ec) throw_connection(ec);
}

asio::awaitable<void> stream::impl::suspend(side& which, io_step::kind why, core::deadline until) {
    auto caller = co_await asio::this_coro::cancellation_state;
    check(which, until, caller);
    which.busy_steps = 0;
    which.until = until;
    which.waiting = true;
    if (!until.is_never()) arm_timer(until);
    auto event = why == io_step::kind::want_read ? tcp::socket::wait_read : tcp::socket::wait_write;
    // What ended the wait is found by looking: the other side's deadline cancels it too.
    boost::system::error_code ignored;
    co_await socket.async_wait(event, asio::redirect_error(asio::use_awaitable, ignored));
    which.waiting = false;
    check(which, until, caller);
}

bool stream::impl::is_greedy(side& which) {
    return ++which.busy_steps > steps_before_others;
}

asio::awaitable<void> stream::impl::let_others_run(side& which, core::deadline until) {
    auto caller = co_await asio::this_coro::cancellation_state;
    check(which, until, caller);
    which.busy_steps = 0;
    co_await asio::post(socket.get_executor(), asio::use_awaitable);
    check(which, until, caller);
}

void stream::impl::check(const side& which, core::deadline until,
                         const asio::cancellation_state& caller) const {
    if (caller.cancelled() != asio::cancellation_type::none)
        throw error(errc::canceled, "cancelled by the caller");
    if (closed) throw error(errc::canceled, "the stream was closed");
    if (until.expired())
        throw error(errc::timeout, std::string("the deadline passed while ") + which.name);
}

io_step stream::impl::read_step(void* into, std::size_t size) {
    if (tls) return tls->read(into, size);
    io_step step = receive_now(socket.native_handle(), into, size);
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
