// A program of somebody else: uses a server that runs beside it, found by .env or the environment.
#include "use.hpp"

#include <ecisbx/log_observer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <iostream>
#include <memory>
#include <string_view>

namespace {

/// Its virtual functions are called from inside the library.
class call_counter : public ecisbx::observer {
public:
    void on_call(const ecisbx::events::api_call&) override { ++calls; }
    int calls = 0;
};

boost::asio::awaitable<void> run(std::shared_ptr<call_counter> counter) {
    auto settings = ecisbx::eci::config::from_env();
    settings.observe(counter);
    co_await use(ecisbx::eci::client(co_await boost::asio::this_coro::executor, settings));
}

}  // namespace

int main() {
    boost::asio::io_context context;
    auto counter = std::make_shared<call_counter>();
    std::exception_ptr failure;
    boost::asio::co_spawn(context, run(counter), [&](std::exception_ptr e) { failure = e; });
    context.run();
    try {
        if (failure) std::rethrow_exception(failure);
        expect(counter->calls > 0, "an observer of the program is told of calls");
    } catch (const std::exception& e) {
        std::cerr << "consumer: " << e.what() << '\n';
        return 1;
    }
    std::cout << "consumer: ok\n";
}
