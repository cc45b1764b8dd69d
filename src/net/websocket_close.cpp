#include "net/http_io.hpp"
#include "net/websocket_impl.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::deadline;

namespace {

constexpr deadline::duration farewell_limit = std::chrono::seconds(5);

}  // namespace

bool websocket::impl::is_open() const noexcept {
    return !parting && !aborted && !failure && !close_received && over.is_open();
}

void websocket::impl::abort() noexcept {
    aborted = true;
    over.close();
    read_ended.wake_all();
}

// The handle is gone. A farewell under way is allowed to end: it is bounded.
void websocket::impl::let_go() noexcept {
    if (!parting) abort();
}

asio::awaitable<void> websocket::impl::close(self_ptr self, std::uint16_t code, deadline until) {
    if (code != proto::ws_close::no_status && !proto::ws_close::is_sendable(code))
        throw error(errc::invalid_argument, "a close code that must not be sent");
    if (!self || self->aborted) co_return;
    std::exception_ptr canceled;
    try {
        co_await self->close_politely(code, until);
    } catch (const boost::system::system_error& e) {
        if (e.code() == errc::canceled && !self->aborted) canceled = std::current_exception();
    }
    self->abort();
    if (canceled) std::rethrow_exception(canceled);
}

asio::awaitable<void> websocket::impl::close_politely(std::uint16_t code, deadline until) {
    if (parting) {  // the peer closed first, or this is the second close
        while (!aborted) co_await read_ended.wait(until);
        co_return;
    }
    if (!is_open()) co_return;
    parting = true;
    co_await write_close(code, until);
    co_await await_peer_close(until);
    co_await over.shutdown(until);  // both have said all: nothing to linger for
}

asio::awaitable<void> websocket::impl::await_peer_close(deadline until) {
    while (!close_received) {
        const auto late = co_await read(shared_from_this(), until, last_message::keep);
        if (late) drop_delivered();
    }
}

void websocket::impl::start_farewell(std::uint16_t code) {
    parting = true;
    asio::co_spawn(over.get_executor(), farewell(shared_from_this(), code), asio::detached);
}

asio::awaitable<void> websocket::impl::farewell(self_ptr self, std::uint16_t code) {
    try {
        const auto until = deadline::after(farewell_limit);
        co_await self->write_close(code, until);
        co_await part(self->over, until);
    } catch (const boost::system::system_error&) {
        // It was a courtesy.
    }
    self->abort();
}

}  // namespace ecisbx::net
