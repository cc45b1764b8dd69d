// Every public operation that does I/O, ready to be called in a simulated world.
#ifndef ECISBX_TESTS_SWEEP_OPERATIONS_HPP
#define ECISBX_TESTS_SWEEP_OPERATIONS_HPP

#include "simulation/world.hpp"

#include <ecisbx/eci.hpp>
#include <ecisbx/ecisbx.hpp>
#include <ecisbx/server.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::sweep {

namespace asio = boost::asio;

/// What operations are called on. What they leave in it is dropped after each.
struct stage {
    explicit stage(sim::world& in) : here(in) {}
    sim::world& here;
    std::unique_ptr<eci::client> client;
    sandbox box;       ///< runs
    std::string made;  ///< the id of what `prepare` made
    unsigned round = 0;
    std::string folder;  ///< on this machine, for files
    std::optional<process> running;
    std::optional<eci::log_stream> logs;
    std::optional<server::local> other;

    std::string name() const { return "n" + std::to_string(round); }
};

using step = asio::awaitable<void> (*)(stage&);

/// One function of a public header. `prepare` runs undisturbed; `run` awaits the operation, and
/// nothing behind it.
struct operation {
    std::string header, name;
    step prepare = nullptr;
    step run = nullptr;
};

std::vector<operation> client_operations();
std::vector<operation> sandbox_operations();
std::vector<operation> process_operations();
std::vector<operation> other_operations();

}  // namespace ecisbx::sweep

#endif
