#include "net/connect.hpp"

#include <ecisbx/error.hpp>

#include "core/descriptors.hpp"
#include "net/happy_eyeballs.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>

#include <memory>
#include <optional>
#include <sstream>
#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct race {
    race(const asio::any_io_executor& executor, std::size_t attempts)
        : order(attempts), changed(executor) {}

    void attempt(const std::shared_ptr<race>& self, std::size_t index, const tcp::endpoint& where);
    void finish(std::size_t index, const tcp::endpoint& where, boost::system::error_code failure);

    happy_eyeballs order;
    asio::steady_timer changed;
    std::vector<std::unique_ptr<tcp::socket>> sockets;
    std::optional<std::size_t> winner;
    std::string failures;  ///< address and reason of each
    boost::system::error_code last_failure;
};

// Closes what is left however the race ends. The handlers keep the race itself alive.
struct end_of_race {
    std::shared_ptr<race> ended;
    explicit end_of_race(std::shared_ptr<race> r) : ended(std::move(r)) {}
    ~end_of_race() { ended->sockets.clear(); }
    end_of_race(const end_of_race&) = delete;
    end_of_race& operator=(const end_of_race&) = delete;
};

void race::attempt(const std::shared_ptr<race>& self, std::size_t index,
                   const tcp::endpoint& where) {
    sockets.push_back(std::make_unique<tcp::socket>(changed.get_executor()));
    boost::system::error_code ignored;  // without a socket, connecting fails and tells why
    sockets.back()->open(where.protocol(), ignored);
    // Asio does not: a process started meanwhile would keep the connection open.
    if (sockets.back()->is_open()) ::fcntl(sockets.back()->native_handle(), F_SETFD, FD_CLOEXEC);
    sockets.back()->async_connect(where, [self, index, where](const auto& failure) {
        if (index < self->sockets.size()) self->finish(index, where, failure);
    });
}

void race::finish(std::size_t index, const tcp::endpoint& where,
                  boost::system::error_code failure) {
    boost::system::error_code ignored;
    tcp::socket& socket = *sockets[index];
    // Without a listener a local port can be handed to the very socket that connects to it.
    if (!failure && socket.local_endpoint(ignored) == where)
        failure = asio::error::connection_refused;
    if (failure) {
        std::ostringstream text;
        text << (failures.empty() ? "" : ", ") << where << ": " << failure.message();
        failures += text.str();
        // What hinders here matters more than what one of several addresses said.
        if (last_failure != errc::no_descriptors) last_failure = failure;
        socket.close(ignored);
        order.failed();
    } else if (!winner) {
        winner = index;
    }
    changed.cancel();
}

[[noreturn]] void throw_failures(const race& lost) {
    if (lost.last_failure == errc::no_descriptors)
        throw error(core::no_descriptors(lost.last_failure));
    error_info info(errc::connection, lost.failures);
    info.cause = lost.last_failure;
    throw error(std::move(info));
}

void check(const race& running, const asio::cancellation_state& caller, core::deadline until) {
    if (caller.cancelled() != asio::cancellation_type::none)
        throw error(errc::canceled, "cancelled by the caller");
    if (!until.expired()) return;
    const char* failed = running.failures.empty() ? "" : "; before: ";
    throw error(errc::timeout, std::string("no answer in time") + failed + running.failures);
}

}  // namespace

asio::awaitable<tcp::socket> connect_first(asio::any_io_executor executor,
                                           std::vector<asio::ip::address> addresses,
                                           std::uint16_t port, core::deadline until) {
    auto caller = co_await asio::this_coro::cancellation_state;
    auto running = std::make_shared<race>(executor, addresses.size());
    end_of_race guard(running);
    for (;;) {
        check(*running, caller, until);
        if (running->winner) co_return std::move(*running->sockets[*running->winner]);
        if (running->order.is_exhausted()) throw_failures(*running);
        while (auto next = running->order.start_next(core::clock::now()))
            running->attempt(running, *next, tcp::endpoint(addresses[*next], port));
        running->changed.expires_at(running->order.next_due().sooner(until).at());
        boost::system::error_code ignored;
        co_await running->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

}  // namespace ecisbx::net
