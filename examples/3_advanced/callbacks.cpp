// A program without coroutines of its own: each operation is spawned with a callback that gets its
// error or its value. The rest of the program may be any event loop that can call into one thread.
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

/// Create, wait, run, remove: a chain of callbacks. Lives until `run()` of its context returns.
class chain {
public:
    chain(asio::io_context& context, ecisbx::eci::client client)
        : context_(context), client_(std::move(client)) {}

    void begin() {
        asio::co_spawn(context_, client_.create(ecisbx::eci::create_options("debian:12")),
                       [this](std::exception_ptr failure, ecisbx::sandbox box) {
                           if (failure) return failed(failure);
                           box_ = std::move(box);
                           wait();
                       });
    }
    bool done() const noexcept { return done_; }

private:
    void wait() {
        asio::co_spawn(context_, box_.wait_ready(), [this](std::exception_ptr failure) {
            if (failure) return failed(failure);
            run();
        });
    }
    void run() {
        asio::co_spawn(context_, box_.bash("echo from a callback; exit 3"),
                       [this](std::exception_ptr failure, ecisbx::exec_result r) {
                           if (failure) return failed(failure);
                           std::cout << r.out << r.status << '\n';
                           remove(true);
                       });
    }
    void remove(bool all_went_well) {
        asio::co_spawn(context_, box_.remove(ecisbx::remove_options().force()),
                       [this, all_went_well](std::exception_ptr failure) {
                           if (failure) return failed(failure);
                           std::cout << "removed\n";
                           done_ = all_went_well;
                       });
    }
    /// Tells, and removes a sandbox that is there. `error_info_from` takes Asio's own errors too.
    void failed(std::exception_ptr why) {
        std::cerr << ecisbx::error_info_from(why) << '\n';
        if (box_.id().empty() || removing_) return;
        removing_ = true;
        remove(false);
    }

    asio::io_context& context_;
    ecisbx::eci::client client_;
    ecisbx::sandbox box_;
    bool removing_ = false;
    bool done_ = false;
};

int main() try {
    asio::io_context context;
    chain all(context,
              ecisbx::eci::client(context.get_executor(), ecisbx::eci::config::from_env()));
    all.begin();
    context.run();
    return all.done() ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
