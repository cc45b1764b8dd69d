#include "net/websocket.hpp"

#include "core/random.hpp"
#include "net/websocket_impl.hpp"
#include "proto/ping_schedule.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;

websocket::impl::impl(stream stream, proto::ws_role r, websocket_options with)
    : over(std::move(stream)), role(r), options(with), decoder(r, with.max_message) {
    options.idle = std::min<core::deadline::duration>(options.idle, std::chrono::years(1));
    ping_after = proto::ping_after(options.idle, core::system_random()());
}

websocket::websocket(websocket&&) noexcept = default;

websocket& websocket::operator=(websocket&& other) noexcept {
    if (this == &other) return *this;
    if (impl_) impl_->let_go();
    impl_ = std::move(other.impl_);
    return *this;
}

websocket::~websocket() {
    if (impl_) impl_->let_go();
}

namespace {

template <class Impl>
const Impl& opened(const Impl& pointer) {
    if (!pointer) throw error(errc::canceled, "the WebSocket is not open");
    return pointer;  // NOLINT(bugprone-return-const-ref-from-parameter): members, never temporaries
}

}  // namespace

asio::awaitable<std::optional<websocket_message>> websocket::read(core::deadline until) {
    return impl::read(opened(impl_), until, impl::last_message::drop);
}

asio::awaitable<void> websocket::write(bool text, std::string_view prefix, std::string_view payload,
                                       core::deadline until) {
    return impl::write(opened(impl_), text, prefix, payload, until);
}

asio::awaitable<void> websocket::close(std::uint16_t code, core::deadline until) {
    return impl::close(impl_, code, until);
}

void websocket::abort() noexcept {
    if (impl_) impl_->abort();
}

const std::string& websocket::subprotocol() const noexcept {
    static const std::string none;
    return impl_ ? impl_->subprotocol : none;
}

std::uint16_t websocket::close_code() const noexcept {
    return impl_ ? impl_->peer_code : proto::ws_close::abnormal;
}

bool websocket::is_open() const noexcept {
    return impl_ && impl_->is_open();
}

}  // namespace ecisbx::net
