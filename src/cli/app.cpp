#include "cli/app.hpp"

#include "cli/logging.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <iostream>

namespace ecisbx::cli {

namespace asio = boost::asio;

namespace {

/// As nohup does.
bool is_ignored(int number) {
    struct sigaction now{};
    return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

void print_failure(const std::exception& failure) {
    std::cout.flush();
    std::cerr << "ecisbx: " << failure.what() << std::endl;
}

eci::config app::config() const {
    auto settings = eci::config::from_env(env_file);
    if (verbose) settings.observe(logging_observer());
    return settings;
}

int app::run(asio::awaitable<int> command) {
    int status = exit_failed;
    int interrupted = 0;
    std::exception_ptr failure;
    asio::cancellation_signal cancel;
    asio::signal_set signals(context_, SIGINT, SIGTERM);
    if (!is_ignored(SIGHUP)) signals.add(SIGHUP);
    signals.async_wait([&](boost::system::error_code ec, int number) {
        if (ec) return;
        interrupted = number;
        signals.clear();  // the next one does what it does by default
        cancel.emit(asio::cancellation_type::terminal);
    });
    asio::co_spawn(
        context_, std::move(command),
        asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e, int result) {
            failure = e;
            status = result;
            signals.cancel();
        }));
    context_.run();
    if (interrupted != 0) return 128 + interrupted;
    if (!failure) return status;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& e) {
        print_failure(e);
    }
    return exit_failed;
}

}  // namespace ecisbx::cli
