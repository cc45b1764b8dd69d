// The server's end of the socket to a keeper or a warden, on the server's executor.
#ifndef ECISBX_SERVER_RUNTIME_CHANNEL_HPP
#define ECISBX_SERVER_RUNTIME_CHANNEL_HPP

#include "server/runtime/packet.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace ecisbx::server::runtime {

class channel : public std::enable_shared_from_this<channel> {
public:
    channel(const boost::asio::any_io_executor& executor, unique_fd socket);

    /// Calls `on_packet` for each packet and `on_end` once, when the far end is gone. Neither is
    /// called after `close`.
    void listen(std::function<void(received)> on_packet, std::function<void()> on_end);
    /// In order; what the socket does not take now is kept. Lost once the far end is gone.
    void send(packet p, std::vector<unique_fd> fds = {});
    void close();

private:
    struct outgoing {
        packet content;
        std::vector<unique_fd> fds;
    };
    void wait_to_read();
    void read();
    void flush();
    void end();

    boost::asio::posix::stream_descriptor socket_;
    std::deque<outgoing> outbox_;
    bool flushing_ = false;
    std::function<void(received)> on_packet_;
    std::function<void()> on_end_;
};

}  // namespace ecisbx::server::runtime

#endif
