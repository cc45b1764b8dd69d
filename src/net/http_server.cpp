#include "net/http_server.hpp"

#include "core/descriptors.hpp"
#include "net/http_session.hpp"
#include "net/wait.hpp"
#include "net/wait_list.hpp"

#include <ecisbx/error.hpp>

#include <fcntl.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <exception>
#include <list>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t most_refusals = 64;  // at once; more are closed without a word

// Where the kernel or the process ran out of something, a moment's rest lets others give it back;
// the peers wait in the backlog meanwhile.
constexpr auto pause_after_failure = std::chrono::milliseconds(100);
constexpr auto between_reports = std::chrono::seconds(30);

bool is_of_the_peer(const boost::system::error_code& failure) {
    return failure == asio::error::connection_aborted || failure == asio::error::connection_reset;
}

std::string text_of(const boost::system::error_code& failure) {
    if (failure == errc::no_descriptors) return core::no_descriptors(failure).message;
    return failure.message();
}

// Asio does not ask for close-on-exec, and a server of sandboxes starts programs.
void keep_from_children(int fd) {
    if (fd >= 0) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

tcp::acceptor listen_on(const asio::any_io_executor& executor, const http_server_options& options) {
    const std::string place = options.address + ":" + std::to_string(options.port);
    boost::system::error_code failure;
    tcp::acceptor acceptor(executor);
    const auto address = asio::ip::make_address(options.address, failure);
    if (failure)
        throw error(errc::connection, "can not listen on " + place + ": not an IP address");
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(tcp::acceptor::max_listen_connections, failure);
    keep_from_children(acceptor.native_handle());
    if (failure) {
        error_info info(errc::connection, "can not listen on " + place + ": " + failure.message());
        info.cause = failure;
        throw error(std::move(info));
    }
    return acceptor;
}

}  // namespace

struct http_server::impl : std::enable_shared_from_this<impl> {
    using self_ptr = std::shared_ptr<impl>;

    impl(const asio::any_io_executor& e, http_server_options options, handler handle)
        : executor(e),
          service(std::make_shared<http_service>()),
          acceptor(listen_on(e, options)),
          port(acceptor.local_endpoint().port()) {
        service->options = std::move(options);
        service->handle = std::move(handle);
    }

    static asio::awaitable<void> accept_loop(self_ptr self);
    static asio::awaitable<void> stop(self_ptr self);
    void admit(tcp::socket socket);
    void report(const boost::system::error_code& failure);
    void start(asio::awaitable<void> job, std::size_t& count);
    void stop_accepting() noexcept;
    void cancel_all();

    asio::any_io_executor executor;
    std::shared_ptr<http_service> service;
    tcp::acceptor acceptor;
    const std::uint16_t port;
    std::list<asio::cancellation_signal> jobs;  // accept loop and connections
    std::size_t loops = 0, served = 0, refused = 0;
    wait_list job_ended;
    core::deadline next_report = core::deadline::after(std::chrono::seconds(0));
};

asio::awaitable<void> http_server::impl::accept_loop(self_ptr self) {
    while (!self->service->stopping) {
        boost::system::error_code failure;
        tcp::socket socket = co_await self->acceptor.async_accept(
            asio::redirect_error(asio::use_awaitable, failure));
        if (self->service->stopping) co_return;
        if (!failure) {
            self->admit(std::move(socket));
        } else if (!is_of_the_peer(failure)) {
            self->report(failure);
            co_await sleep_for(pause_after_failure, core::deadline::never());
        }
    }
}

// Not each time: with few descriptors left, accepting fails and works in turn.
void http_server::impl::report(const boost::system::error_code& failure) {
    const auto& tell = service->options.report;
    if (!tell || !next_report.expired()) return;
    next_report = core::deadline::after(between_reports);
    tell("no connection can be accepted for now, " + std::to_string(served) +
         " are open: " + text_of(failure));
}

void http_server::impl::admit(tcp::socket socket) {
    keep_from_children(socket.native_handle());
    if (served < service->options.max_connections)
        start(serve_connection(service, std::move(socket)), served);
    else if (refused < most_refusals)
        start(refuse_connection(service, std::move(socket)), refused);
}

// What a job throws is the end of one connection and nobody else's matter.
void http_server::impl::start(asio::awaitable<void> job, std::size_t& count) {
    const auto signal = jobs.emplace(jobs.end());
    ++count;
    auto ended = [self = shared_from_this(), signal, &count](const std::exception_ptr&) {
        self->jobs.erase(signal);
        --count;
        self->job_ended.wake_all();
    };
    asio::co_spawn(executor, std::move(job),
                   asio::bind_cancellation_slot(signal->slot(), std::move(ended)));
}

void http_server::impl::stop_accepting() noexcept {
    service->stopping = true;
    boost::system::error_code ignored;
    acceptor.close(ignored);
}

void http_server::impl::cancel_all() {
    for (auto& job : jobs) job.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> http_server::impl::stop(self_ptr self) {
    self->stop_accepting();
    // Asio drops a cancellation that comes before a coroutine's first step: let all take it.
    co_await asio::post(self->executor, asio::use_awaitable);
    self->cancel_all();
    while (!self->jobs.empty()) {
        bool slow = false;
        try {
            co_await self->job_ended.wait(core::deadline::after(std::chrono::seconds(1)));
        } catch (const error& e) {
            if (e.code() != errc::timeout) throw;
            slow = true;
        }
        // Who took the first for the end of one step only is told again.
        if (slow) self->cancel_all();
    }
}

// The handle and the connections hold the state by different counts, so that dropping the handle
// ends the server.
http_server::http_server(asio::any_io_executor executor, http_server_options options,
                         handler handle) {
    auto state = std::make_shared<impl>(executor, std::move(options), std::move(handle));
    impl* raw = state.get();
    impl_ = std::shared_ptr<impl>(raw, [state = std::move(state)](impl* server) {
        if (server->service->stopping) return;
        server->stop_accepting();
        // Not from here: the handle may go while the context is being destroyed.
        asio::post(server->executor, [state] { state->cancel_all(); });
    });
}

std::uint16_t http_server::port() const {
    return impl_->port;
}

void http_server::run() {
    impl_->start(impl::accept_loop(impl_->shared_from_this()), impl_->loops);
}

asio::awaitable<void> http_server::stop() {
    return impl::stop(impl_->shared_from_this());
}

std::size_t http_server::connections() const {
    return impl_->served;
}

}  // namespace ecisbx::net
