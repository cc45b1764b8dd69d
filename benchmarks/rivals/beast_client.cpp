// The scenarios over stock Boost.Beast, as its coroutine examples are written. `--resume yes`: with
// what a program has to add by hand so that TLS sessions are resumed.
#include "load/scenarios.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

struct environment {
    environment(asio::any_io_executor executor_, const bench::arguments& a)
        : executor(std::move(executor_)),
          where(asio::ip::make_address("127.0.0.1"),
                static_cast<std::uint16_t>(a.number("port", 0))),
          tls(asio::ssl::context::tls_client) {
        if (a.text("ca").empty()) return;
        tls.set_verify_mode(asio::ssl::verify_peer);
        tls.load_verify_file(a.text("ca"));
        if (a.text("resume") != "yes") return;
        SSL_CTX_set_session_cache_mode(tls.native_handle(),
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
        SSL_CTX_set_ex_data(tls.native_handle(), place(), this);
        SSL_CTX_sess_set_new_cb(tls.native_handle(), keep);
    }
    environment(const environment&) = delete;
    ~environment() { SSL_SESSION_free(last); }

    static int place() {
        static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return index;
    }
    static int keep(SSL* of, SSL_SESSION* session) {
        auto* self = static_cast<environment*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(of), place()));
        SSL_SESSION_free(std::exchange(self->last, session));
        return 1;
    }

    asio::any_io_executor executor;
    asio::ip::tcp::endpoint where;
    asio::ssl::context tls;
    SSL_SESSION* last = nullptr;
};

template <class Stream>
class session {
public:
    using environment = ::environment;
    using websocket = beast::websocket::stream<Stream>;

    static asio::awaitable<std::shared_ptr<session>> connect(std::shared_ptr<environment> in);

    asio::awaitable<std::string_view> read() {
        buffer_.consume(buffer_.size());
        co_await on_->async_read(buffer_, asio::use_awaitable);
        auto bytes = buffer_.cdata();
        co_return std::string_view(static_cast<const char*>(bytes.data()), bytes.size());
    }
    asio::awaitable<void> write(std::string text) {
        on_->text(true);
        co_await on_->async_write(asio::buffer(text), asio::use_awaitable);
    }
    bool resumed() const { return resumed_; }

private:
    asio::awaitable<void> shake_hands() {
        on_->set_option(
            beast::websocket::stream_base::timeout::suggested(beast::role_type::client));
        co_await on_->async_handshake("127.0.0.1", "/", asio::use_awaitable);
    }
    std::unique_ptr<websocket> on_;
    bool resumed_ = false;
    beast::flat_buffer buffer_;
};

using plain = session<beast::tcp_stream>;
using tls = session<beast::ssl_stream<beast::tcp_stream>>;

template <>
asio::awaitable<std::shared_ptr<plain>> plain::connect(std::shared_ptr<environment> in) {
    auto made = std::make_shared<plain>();
    made->on_ = std::make_unique<websocket>(in->executor);
    auto& socket = beast::get_lowest_layer(*made->on_);
    co_await socket.async_connect(in->where, asio::use_awaitable);
    socket.socket().set_option(asio::ip::tcp::no_delay(true));
    socket.expires_never();
    co_await made->shake_hands();
    co_return made;
}

template <>
asio::awaitable<std::shared_ptr<tls>> tls::connect(std::shared_ptr<environment> in) {
    auto made = std::make_shared<tls>();
    made->on_ = std::make_unique<websocket>(in->executor, in->tls);
    auto& socket = beast::get_lowest_layer(*made->on_);
    co_await socket.async_connect(in->where, asio::use_awaitable);
    socket.socket().set_option(asio::ip::tcp::no_delay(true));
    socket.expires_never();
    made->on_->next_layer().set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
    SSL* ssl = made->on_->next_layer().native_handle();
    if (in->last) SSL_set_session(ssl, in->last);
    co_await made->on_->next_layer().async_handshake(asio::ssl::stream_base::client,
                                                     asio::use_awaitable);
    made->resumed_ = SSL_session_reused(ssl) == 1;
    co_await made->shake_hands();
    co_return made;
}

}  // namespace

int main(int argc, char** argv) {
    bool with_tls = !bench::arguments(argc, argv).text("ca").empty();
    return with_tls ? bench::client_main<tls>(argc, argv) : bench::client_main<plain>(argc, argv);
}
