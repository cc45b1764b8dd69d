// A runtime on an io_context of its own, driven from plain test code.
#ifndef ECISBX_TESTS_RUNTIME_FIXTURE_HPP
#define ECISBX_TESTS_RUNTIME_FIXTURE_HPP

#include "server/runtime/runtime.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace runtime_test {

namespace asio = boost::asio;
namespace rt = ecisbx::server::runtime;
using namespace std::chrono_literals;

struct output {
    std::string out, err;
    rt::exit_info exit;
};

/// Reads both streams to their ends, then waits for the exit.
asio::awaitable<output> collect(std::shared_ptr<rt::process> process);
asio::awaitable<output> run_process(std::shared_ptr<rt::box> box, rt::process_spec spec);
/// Reads stdout until it holds `text`.
asio::awaitable<std::string> read_until(std::shared_ptr<rt::process> process, std::string text);
asio::awaitable<void> write_text(std::shared_ptr<rt::process> process, std::string text);
asio::awaitable<std::shared_ptr<rt::process>> start_process(std::shared_ptr<rt::box> box,
                                                            rt::process_spec spec);

rt::process_spec command(std::vector<std::string> argv);
rt::process_spec shell(std::string script);
rt::box_spec box_named(std::string id);
/// Of the group whose boxes share volumes.
rt::box_spec box_with(std::string id, std::vector<rt::box_mount> mounts);
/// The condition of the error that `f` throws; nothing if it throws none.
std::optional<ecisbx::errc> errc_of(const std::function<void()>& f);

/// True as soon as `condition` holds; false after the time.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds most = 20s);

struct host_process {
    pid_t pid = 0, parent = 0;
    std::string command;  ///< arguments, separated by spaces
};
/// Processes of the host whose command line holds `mark`, zombies not.
std::vector<host_process> processes_with(const std::string& mark);
/// All control group folders of keepers whose server is `server`.
std::vector<std::string> cgroups_of(pid_t server);
std::size_t open_descriptors();
/// A word that no other process on the machine has in its command line.
std::string unique_mark();

class world {
public:
    explicit world(const ecisbx::server::runtime_options& options = ecisbx::server::bubblewrap());

    template <class T>
    T run(asio::awaitable<T> operation, std::chrono::seconds most = 60s) {
        std::optional<T> value;
        std::exception_ptr failure;
        bool done = false;
        asio::co_spawn(io, std::move(operation), [&](std::exception_ptr e, T result) {
            failure = e;
            if (!e) value.emplace(std::move(result));
            done = true;
        });
        drive(done, most);
        if (failure) std::rethrow_exception(failure);
        return std::move(*value);
    }
    void run(asio::awaitable<void> operation, std::chrono::seconds most = 60s);

    std::shared_ptr<rt::box> box(rt::box_spec spec) {
        return run(runtime->create(std::move(spec)));
    }
    std::shared_ptr<rt::box> box(std::string id = "box-1") { return box(box_named(std::move(id))); }
    std::shared_ptr<rt::process> start(const std::shared_ptr<rt::box>& in, rt::process_spec spec) {
        return run(start_process(in, std::move(spec)));
    }
    output exec(const std::shared_ptr<rt::box>& in, rt::process_spec spec) {
        return run(run_process(in, std::move(spec)));
    }
    /// stdout of a shell script, which must succeed.
    std::string sh(const std::shared_ptr<rt::box>& in, std::string script);
    void stop(const std::shared_ptr<rt::box>& which, std::chrono::milliseconds grace = 0ms) {
        run(which->stop(grace));
    }
    bool notes_have(const std::string& text) const;

    asio::io_context io;
    std::unique_ptr<rt::runtime> runtime;

private:
    void drive(const bool& done, std::chrono::seconds most);
};

/// For tests that hold for both: the index that BOTH_RUNTIMES gives.
inline ecisbx::server::runtime_options options_of(int kind) {
    return kind == 0 ? ecisbx::server::bubblewrap() : ecisbx::server::process();
}

#define BOTH_RUNTIMES(kind) \
    int kind = 0;           \
    SUBCASE("bubblewrap") { \
        kind = 0;           \
    }                       \
    SUBCASE("process") {    \
        kind = 1;           \
    }

}  // namespace runtime_test

#endif
