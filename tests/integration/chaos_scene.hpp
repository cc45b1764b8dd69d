// What the operations of the chaos tests share: clients that go through the gate and past it, and
// what must hold for every call. The simulation checks the same in virtual time.
#ifndef ECISBX_TESTS_INTEGRATION_CHAOS_SCENE_HPP
#define ECISBX_TESTS_INTEGRATION_CHAOS_SCENE_HPP

#include "common/gate.hpp"
#include "common/world.hpp"
#include "simulation/random.hpp"

#include <ecisbx/eci.hpp>
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ecisbx::test::chaos {

using std::chrono::milliseconds;

/// ECISBX_TEST_CHAOS_SEED, else 1: what fails for everybody is to fail for everybody.
std::uint64_t seed();

class scene {
public:
    scene(world& in, const gate& between);

    world& here;
    eci::client client;  ///< through the gate
    sandbox box;         ///< the same
    sandbox direct;      ///< the same sandbox, past the gate
    bool fair = false;   ///< nothing may fail
    std::string noise;   ///< what /tmp/noise holds in the sandbox
    std::vector<std::string> failures;
    std::map<std::string, int> ends;  ///< how calls ended

    /// What an operation does depends on the seed and its key, whatever the others do meanwhile.
    sim::random random_for(std::uint64_t key) const { return {seed(), key}; }
    void fail(const std::string& doing, const std::string& what);

    // What must hold in the end.
    struct file {
        std::string path, before, after;
    };
    std::vector<file> files;
    std::set<std::uint64_t> ran;      ///< keys: it is proven that the command ran
    std::set<std::uint64_t> not_run;  ///< keys: an error said that it did not start
    std::vector<std::string> groups;  ///< names of sandboxes that may have been made

    /// How long the event loop was away for since `from`, all in all: the machine, or what runs
    /// beside the client on this thread, and so nothing that a call can make up for.
    milliseconds away(std::chrono::steady_clock::time_point from) const;
    /// Watches the loop until `stop` is set.
    static asio::awaitable<void> watch(std::shared_ptr<scene> self);
    bool stop = false;

private:
    struct gap {
        std::chrono::steady_clock::time_point end;
        milliseconds length;
    };
    std::vector<gap> gaps_;
};
using scene_ptr = std::shared_ptr<scene>;

/// One call of the API as the test makes it.
struct call {
    std::string name;
    milliseconds limit{0};               ///< it must have ended by then and a second
    std::optional<milliseconds> cancel;  ///< is cancelled after so long
    std::optional<errc> also;            ///< one more condition it may end with
};

/// One that is cancelled now and then, unless nothing may fail.
call call_for(const scene& in, sim::random& choose, std::string name, milliseconds limit);

/// Runs an operation as its caller does, and checks what must hold for all: it ends in time, and by
/// nothing but an `ecisbx::error` with a condition that a broken connection explains. Returns the
/// error.
asio::awaitable<std::optional<error_info>> make_call(scene_ptr in, call how,
                                                     asio::awaitable<void> what);

// The operations. Each notes its key in the sandbox's /tmp/ran when it runs there.
asio::awaitable<void> some_exec(scene_ptr in, std::uint64_t key);
asio::awaitable<void> some_stream(scene_ptr in, std::uint64_t key);
asio::awaitable<void> some_sleep(scene_ptr in, std::uint64_t key);
asio::awaitable<void> some_file(scene_ptr in, std::uint64_t key);
asio::awaitable<void> some_job(scene_ptr in, std::uint64_t key);
asio::awaitable<void> some_reads(scene_ptr in, std::uint64_t key);
asio::awaitable<void> some_creation(scene_ptr in, std::uint64_t key);

/// What a script begins with that notes so: nothing may run twice.
std::string notes_run(std::uint64_t key);

/// On the command line of the process that the operation of this key starts, and on no other.
std::string mark(std::uint64_t key);
/// The beginning of all marks of this process.
std::string mark();

}  // namespace ecisbx::test::chaos

#endif
