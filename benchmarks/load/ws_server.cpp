// The peer of every client under test: a WebSocket server that sends what it is asked for, so that
// the clients are the slower side. `--state DIR`: over TLS, with the CA of that folder. Prints its
// port. See scenarios.hpp for what it understands.
#include "load/measure.hpp"

#include "core/ascii.hpp"
#include "core/deadline.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "proto/ws_frame.hpp"
#include "proto/ws_handshake.hpp"
#include "server/pki.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <sstream>
#include <vector>

using namespace ecisbx;
namespace asio = boost::asio;

namespace {

using proto::ws_opcode;

/// Frames are encoded once and sent many to a write.
class peer {
public:
    explicit peer(net::stream over) : over_(std::move(over)) {}

    asio::awaitable<void> serve() {
        co_await accept();
        for (;;) {
            auto step = decoder_.next(std::span<char>(unread_));
            if (step.what == proto::ws_step::kind::more) {
                bool open = co_await fill();
                if (!open) co_return;
                continue;
            }
            if (step.what == proto::ws_step::kind::close) co_return;
            std::string payload(step.payload);
            unread_.erase(unread_.begin(),
                          unread_.begin() + static_cast<std::ptrdiff_t>(step.consumed));
            if (step.what == proto::ws_step::kind::message) co_await answer(std::move(payload));
        }
    }

private:
    static core::deadline until() { return core::deadline::never(); }

    asio::awaitable<bool> fill() {
        auto had = unread_.size();
        unread_.resize(had + 4096);
        auto got = co_await over_.read_some(asio::buffer(unread_.data() + had, 4096), until());
        unread_.resize(had + got);
        co_return got > 0;
    }

    asio::awaitable<void> accept() {
        std::string head;
        while (head.find("\r\n\r\n") == head.npos) {
            bool open = co_await fill();
            if (!open) throw std::runtime_error("closed in the handshake");
            head.assign(unread_.begin(), unread_.end());
        }
        auto end = head.find("\r\n\r\n") + 4;
        unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(end));
        auto lower = core::ascii_lower(head);
        constexpr std::string_view name = "sec-websocket-key:";
        auto at = lower.find(name) + name.size();
        auto key = head.substr(at, head.find('\r', at) - at);
        key.erase(0, key.find_first_not_of(' '));
        std::string reply =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
            proto::ws_accept_for(key) + "\r\n\r\n";
        co_await over_.write(asio::buffer(reply), until());
    }

    asio::awaitable<void> answer(std::string text) {
        std::istringstream words(text.substr(0, 64));
        std::string what;
        std::size_t size = 0, count = 0, extra = 0;
        words >> what >> size >> count >> extra;
        if (what == "send") {
            co_await send(size, count, extra);
        } else if (what == "tick") {
            co_await tick(size, count, std::chrono::microseconds(extra));
        } else {
            auto frame = proto::ws_encode_frame(ws_opcode::binary, text, std::nullopt);
            co_await over_.write(asio::buffer(frame), until());
        }
    }

    asio::awaitable<void> send(std::size_t size, std::size_t count, std::size_t batch) {
        auto frame =
            proto::ws_encode_frame(ws_opcode::binary, std::string(size, 'x'), std::nullopt);
        std::string many;
        for (std::size_t i = 0; i < batch; ++i) many += frame;
        for (std::size_t sent = 0; sent < count;) {
            auto now = std::min(batch, count - sent);
            co_await over_.write(asio::buffer(many.data(), now * frame.size()), until());
            sent += now;
        }
    }

    asio::awaitable<void> tick(std::size_t size, std::size_t count,
                               std::chrono::microseconds pause) {
        asio::steady_timer timer(over_.get_executor());
        auto next = std::chrono::steady_clock::now();
        std::string payload(std::max(size, sizeof(double)), 'x');
        for (std::size_t i = 0; i < count; ++i) {
            timer.expires_at(next += pause);
            co_await timer.async_wait(asio::use_awaitable);
            double now = bench::wall_us();
            std::memcpy(payload.data(), &now, sizeof now);
            auto frame = proto::ws_encode_frame(ws_opcode::binary, payload, std::nullopt);
            co_await over_.write(asio::buffer(frame), until());
        }
    }

    net::stream over_;
    proto::ws_decoder decoder_{proto::ws_role::server, 1 << 20};
    std::vector<char> unread_;
};

asio::awaitable<void> serve_one(asio::ip::tcp::socket socket,
                                std::shared_ptr<net::tls_server_context> tls) {
    try {
        net::stream over(std::move(socket));
        if (tls) co_await over.handshake(tls, core::deadline::after(std::chrono::seconds(60)));
        peer one(std::move(over));
        co_await one.serve();
    } catch (const std::exception&) {
        // A client that goes away is the normal end of a measurement.
    }
}

asio::awaitable<void> accept_all(asio::ip::tcp::acceptor& acceptor,
                                 std::shared_ptr<net::tls_server_context> tls) {
    auto executor = acceptor.get_executor();
    for (;;) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(executor, serve_one(std::move(socket), tls), asio::detached);
    }
}

}  // namespace

int main(int argc, char** argv) {
    bench::arguments a(argc, argv);
    std::shared_ptr<net::tls_server_context> tls;
    if (auto state = a.text("state"); !state.empty()) {
        auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        auto identity =
            server::load_or_make_identity(state, server::certificate_names("127.0.0.1"), now);
        tls = net::tls_server_context::make(identity.leaf.certificate, identity.leaf.key);
    }
    asio::io_context context(1);
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
    acceptor.listen(4096);
    std::cout << acceptor.local_endpoint().port() << std::endl;
    asio::co_spawn(context, accept_all(acceptor, tls), asio::detached);
    context.run();
}
