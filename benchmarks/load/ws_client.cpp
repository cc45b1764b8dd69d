// The scenarios over ecisbx's own WebSocket session.
#include "load/scenarios.hpp"

#include "net/dial.hpp"
#include "net/tls.hpp"
#include "net/websocket.hpp"

#include <openssl/ssl.h>

#include <utility>

using namespace ecisbx;

namespace {

class session {
public:
    struct environment {
        environment(boost::asio::any_io_executor executor_, const bench::arguments& a)
            : executor(std::move(executor_)) {
            where.host = "127.0.0.1";
            where.port = static_cast<std::uint16_t>(a.number("port", 0));
            where.tls = !a.text("ca").empty();
            auto settings = std::make_shared<net::dialer>();
            if (where.tls) settings->tls = net::tls_client_context::make(a.text("ca"));
            if (where.tls && a.text("resume") == "no")
                SSL_CTX_set_session_cache_mode(settings->tls->native(), SSL_SESS_CACHE_OFF);
            how = settings;
        }
        boost::asio::any_io_executor executor;
        net::origin where;
        std::shared_ptr<const net::dialer> how;
    };

    static boost::asio::awaitable<std::shared_ptr<session>> connect(
        std::shared_ptr<environment> in) {
        auto until = core::deadline::after(std::chrono::seconds(60));
        auto stream = co_await net::dial(in->executor, in->how, in->where, until);
        auto made = std::make_shared<session>();
        made->resumed_ = stream.was_resumed();
        net::websocket::request request;
        request.authority = in->where.authority();
        request.target = "/";
        made->on_ = co_await net::websocket::connect(std::move(stream), std::move(request),
                                                     net::websocket_options(), until);
        co_return made;
    }
    boost::asio::awaitable<std::string_view> read() {
        auto message = co_await on_.read(core::deadline::never());
        if (!message) throw std::runtime_error("the server closed");
        co_return message->payload;
    }
    boost::asio::awaitable<void> write(std::string text) {
        co_await on_.write(true, {}, text, core::deadline::never());
    }
    bool resumed() const { return resumed_; }

private:
    net::websocket on_;
    bool resumed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::client_main<session>(argc, argv);
}
