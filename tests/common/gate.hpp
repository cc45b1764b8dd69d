// A TCP gate between client and server that breaks connections: by rules that a test changes as it
// goes, or by a fate that is chosen for each connection when it comes.
#ifndef ECISBX_TESTS_COMMON_GATE_HPP
#define ECISBX_TESTS_COMMON_GATE_HPP

#include <ecisbx/eci/config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>

namespace ecisbx::test {

/// What ends a connection, or a part of it, before its time.
enum class fault {
    none,
    finish,   ///< both ends see an end (FIN), which over TLS no close_notify announced
    reset,    ///< both ends see a reset (RST)
    half,     ///< one direction ends (FIN) and what comes on it is dropped; the other goes on
    silence,  ///< nothing passes any more, either way, and nobody is told
    spoil,    ///< one bit arrives as another; only TLS can tell
};

/// What one connection meets, whatever it carries.
struct fate {
    fault what = fault::none;
    /// The direction to the server: its bytes are counted, and `half` and `spoil` mean it.
    bool up = false;
    std::size_t after = 0;                   ///< so many bytes pass before; 0: none do
    std::size_t up_rate = 0, down_rate = 0;  ///< bytes per second; 0: no limit
    std::chrono::milliseconds delay{0};      ///< each piece, either way, is held back so long
};

/// Forwards to 127.0.0.1:`target`. Connections whose first request starts with `GET /exec/` are
/// exec channels (over TLS nobody can see that); the first of the rules concern only them.
class gate {
public:
    struct rules {
        /// Cut an exec channel when this many bytes went from server to client.
        std::size_t cut_down = std::numeric_limits<std::size_t>::max();
        /// Or this many from client to server.
        std::size_t cut_up = std::numeric_limits<std::size_t>::max();
        bool reset = false;            ///< by RST instead of FIN
        std::size_t down = 0, up = 0;  ///< bytes of exec channels that went through
        int exec_channels = 0;
        /// Stop reading from the server on exec channels: a network that stalls.
        bool stalled = false;

        // Of all connections:
        /// Reset each so-many-th connection before a byte goes through; 0: none.
        int refuse_every = 0;
        int refused = 0;
        /// Hold back each so-many-th piece, either way, for 1 to 2 s; 0: none.
        int delay_every = 0;
        int delayed = 0;
        /// Change one bit of the next piece that goes to the server (a TLS record is not accepted
        /// then, and an alert comes back).
        bool spoil_next = false;
        int connections = 0;
    };

    gate(boost::asio::any_io_executor executor, std::uint16_t target);
    ~gate();
    std::uint16_t port() const;
    rules& rule();
    /// A service that is down: cuts what there is, and everything new at once.
    void refuse(bool on);
    /// New connections lead there from now on.
    void lead_to(std::uint16_t target);

    /// Asked for the fate of each new connection, by its number (the first is 1).
    void choose(std::function<fate(int number)> how);
    /// The next connection meets this, and those after it nothing.
    void next(fate what);
    /// The network is well again: no connection has a fate, and those that met it are reset.
    void clear();
    /// How often each fault came true: "finish", "reset", "half up", "half down", "silence",
    /// "spoil", and connections that were "throttled" or "delayed".
    const std::map<std::string, int>& faults() const;

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

/// Settings of a client that goes through the gate.
eci::config through(const gate& g, eci::config settings);

}  // namespace ecisbx::test

#endif
