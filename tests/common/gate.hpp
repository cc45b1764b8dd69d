// A TCP gate between client and server that cuts exec connections after a number of bytes.
#ifndef ECISBX_TESTS_COMMON_GATE_HPP
#define ECISBX_TESTS_COMMON_GATE_HPP

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace ecisbx::test {

/// Forwards to 127.0.0.1:`target`. Connections whose first request starts with `GET /exec/` are
/// exec channels; only they are cut.
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

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::test

#endif
