#include "net/stream.hpp"

#include <ecisbx/error.hpp>

#include "net/raw_socket.hpp"
#include "net/stream_impl.hpp"
#include "net/tls_session.hpp"

#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;

stream::stream(asio::ip::tcp::socket socket) : impl_(std::make_shared<impl>(std::move(socket))) {}

stream::stream(stream&&) noexcept = default;

stream& stream::operator=(stream&& other) noexcept {
    if (this == &other) return *this;
    close();
    impl_ = std::move(other.impl_);
    return *this;
}

stream::~stream() {
    close();
}

asio::awaitable<void> stream::handshake(std::shared_ptr<tls_client_context> context,
                                        std::string host, core::deadline until,
                                        std::uint16_t port) {
    return impl::client_handshake(opened(), std::move(context), std::move(host), until, port);
}

asio::awaitable<void> stream::handshake(std::shared_ptr<tls_server_context> context,
                                        core::deadline until) {
    return impl::server_handshake(opened(), std::move(context), until);
}

asio::awaitable<std::size_t> stream::read_some(asio::mutable_buffer into, core::deadline until) {
    return impl::read(opened(), into, until);
}

std::optional<std::size_t> stream::try_read(asio::mutable_buffer into, core::deadline until,
                                            const asio::cancellation_state& caller) {
    return opened()->try_read(into, until, caller);
}

asio::awaitable<void> stream::wait_to_read(core::deadline until) {
    return opened()->wait_more(opened()->reading, until);
}

asio::awaitable<void> stream::write(asio::const_buffer bytes, core::deadline until) {
    return impl::write(opened(), bytes, until);
}

std::optional<std::size_t> stream::try_write(asio::const_buffer bytes, core::deadline until,
                                             const asio::cancellation_state& caller) {
    return opened()->try_write(bytes, until, caller);
}

asio::awaitable<void> stream::wait_to_write(core::deadline until) {
    return opened()->wait_more(opened()->writing, until);
}

asio::awaitable<void> stream::shutdown(core::deadline until) {
    return impl::shutdown(opened(), until);
}

const std::shared_ptr<stream::impl>& stream::opened() const {
    if (!impl_) throw error(errc::canceled, "the stream is not open");
    return impl_;
}

void stream::close() noexcept {
    if (impl_) impl_->close();
}

void stream::watch(core::observation who, events::connection_kind kind) {
    opened()->watch = std::make_unique<stream_watch>(std::move(who), kind);
}

void stream::rest() noexcept {
    if (!impl_) return;
    impl_->disarm_timer();
    if (impl_->watch) impl_->watch->tell_traffic();
}

bool stream::is_open() const noexcept {
    return impl_ && !impl_->closed;
}

bool stream::is_tls() const noexcept {
    return impl_ && impl_->is_tls;
}

bool stream::was_resumed() const noexcept {
    return impl_ && impl_->resumed;
}

bool stream::is_idle_and_healthy() noexcept {
    if (!is_open()) return false;
    return impl_->tls ? impl_->tls->is_quiet() : is_quiet_now(impl_->socket.native_handle());
}

asio::any_io_executor stream::get_executor() {
    return impl_->socket.get_executor();
}

std::string stream::peer() const {
    if (!impl_) return {};
    std::string address = impl_->peer.address().to_string();
    if (impl_->peer.address().is_v6()) address = '[' + address + ']';
    return address + ':' + std::to_string(impl_->peer.port());
}

}  // namespace ecisbx::net
