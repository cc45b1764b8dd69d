// What the operations of a scenario share.
#ifndef ECISBX_TESTS_SIMULATION_SCENE_HPP
#define ECISBX_TESTS_SIMULATION_SCENE_HPP

#include "simulation/program.hpp"
#include "simulation/random.hpp"
#include "simulation/world.hpp"

#include <ecisbx/eci.hpp>
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ecisbx::sim {

using std::chrono::milliseconds;

/// What the code under test may count on in a world.
enum class weather {
    fair,   ///< no faults: everything must succeed
    rough,  ///< faults of the network, and a service that may throttle
};

class scene {
public:
    scene(world& in, std::uint64_t seed, weather how);

    world& here;
    weather sky;
    random choose;
    eci::client client;
    sandbox box;
    bool disturbed = false;  ///< somebody restarts the sandbox: anything may be lost

    /// Nothing may fail.
    bool fair() const { return sky == weather::fair && !disturbed; }
    bool merged() const {
        return here.wire == server::wire::raw || here.wire == server::wire::text;
    }
    std::uint64_t key() { return next_key_++; }
    /// By the client's key of its program.
    const ran* find(std::uint64_t key) const;
    void fail(const std::string& doing, const std::string& what);

private:
    std::uint64_t next_key_ = 1;
};
using scene_ptr = std::shared_ptr<scene>;

/// One call of the API as the scenario makes it.
struct call {
    std::string name;
    milliseconds limit{0};               ///< it must have ended by then and a second
    std::optional<milliseconds> cancel;  ///< is cancelled after so long
    bool short_of_time = false;          ///< it may have to end before its command can begin
};

/// One that is cancelled now and then, at most `latest` ms after its begin.
call call_for(scene& in, const std::string& name, milliseconds limit, unsigned latest = 30'000);

/// Runs an operation as its caller does, with a cancel if there is to be one, and checks what must
/// hold for all: it ends in time, and by nothing but an `ecisbx::error`.
asio::awaitable<void> make_call(scene_ptr in, call how, asio::awaitable<void> what);

asio::awaitable<void> pause(milliseconds length);

// The operations. Each takes what it does from `in->choose` before it suspends.
asio::awaitable<void> some_exec(scene_ptr in);
asio::awaitable<void> some_stream(scene_ptr in);
asio::awaitable<void> some_file(scene_ptr in);
asio::awaitable<void> some_job(scene_ptr in);
asio::awaitable<void> some_reads(scene_ptr in);
asio::awaitable<void> some_creation(scene_ptr in);
asio::awaitable<void> some_restart(scene_ptr in);

}  // namespace ecisbx::sim

#endif
