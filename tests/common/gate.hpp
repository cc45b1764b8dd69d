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
    };

    gate(boost::asio::any_io_executor executor, std::uint16_t target);
    ~gate();
    std::uint16_t port() const;
    rules& rule();
    /// A service that is down: cuts what there is, and everything new at once.
    void refuse(bool on);

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::test

#endif
