#include "common/server_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <future>

namespace ecisbx::test {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> start(server::options settings, std::promise<server::local>& ready) {
    try {
        auto executor = co_await asio::this_coro::executor;
        ready.set_value(co_await server::start(executor, std::move(settings)));
    } catch (...) {
        ready.set_exception(std::current_exception());
    }
}

asio::awaitable<void> stop(std::shared_ptr<server::local> local) {
    co_await local->stop();
}

}  // namespace

server_thread::server_thread(server::options settings) {
    std::promise<server::local> ready;
    asio::co_spawn(context_, start(std::move(settings), ready), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
    try {
        local_ = std::make_shared<server::local>(ready.get_future().get());
    } catch (...) {
        thread_.join();
        throw;
    }
    config_ = local_->eci_config();
}

server_thread::~server_thread() {
    asio::co_spawn(context_, stop(std::move(local_)), asio::detached);
    thread_.join();
}

}  // namespace ecisbx::test
