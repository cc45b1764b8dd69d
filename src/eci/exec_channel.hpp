// An exec channel over the service's WebSocket.
#ifndef ECISBX_ECI_EXEC_CHANNEL_HPP
#define ECISBX_ECI_EXEC_CHANNEL_HPP

#include "net/websocket.hpp"
#include "proto/exec_frame.hpp"
#include "sandbox/backend.hpp"

#include <string>

namespace ecisbx::eci {

class websocket_channel : public detail::exec_channel {
public:
    websocket_channel(net::websocket socket, std::string request_id);
    ~websocket_channel() override;

    boost::asio::awaitable<detail::channel_event> read(core::deadline until) override;
    boost::asio::awaitable<void> write_stdin(std::string_view bytes, core::deadline until) override;
    bool can_half_close() const override;
    boost::asio::awaitable<void> half_close(core::deadline until) override;
    boost::asio::awaitable<void> resize(unsigned rows, unsigned columns,
                                        core::deadline until) override;
    boost::asio::awaitable<void> close(core::deadline until) override;
    const std::string& request_id() const override { return request_id_; }

private:
    boost::asio::awaitable<void> send(proto::channel on, std::string_view bytes,
                                      core::deadline until);
    bool translate(const proto::exec_frame& frame, detail::channel_event& event);
    void end(bool clean, std::string why);

    net::websocket socket_;
    proto::exec_client_decoder decoder_;
    std::string request_id_;
    bool ended_ = false;
    bool clean_ = false;
    std::string why_;
};

}  // namespace ecisbx::eci

#endif
