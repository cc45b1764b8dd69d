// One exec: a process in a box, relayed over a WebSocket as the kubelet does.
//
// - Output is read only as fast as the client takes it: a slow client stops the process's pipe.
// - stdin ends by v5's half-close, or when the socket ends.
// - A socket that ends does not kill the process; its pipes are closed.
// - The status is sent when the process has ended and both of its streams have, which a child in
//   the background that holds them may delay; then the socket is closed with 1000.
// - A process that could not be started is reported as containerd and the kubelet do: a failure of
//   reason InternalError, not an exit code of 126 or 127.
#ifndef ECISBX_SERVER_API_ECI_EXEC_SESSION_HPP
#define ECISBX_SERVER_API_ECI_EXEC_SESSION_HPP

#include "net/wait.hpp"
#include "net/websocket.hpp"
#include "server/api/eci/exec_wire.hpp"
#include "server/api/eci/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <string>

namespace ecisbx::server::api::eci {

class exec_session : public std::enable_shared_from_this<exec_session> {
public:
    exec_session(boost::asio::any_io_executor executor, exec_wire wire,
                 std::shared_ptr<runtime::box> box, store::ticket what,
                 std::shared_ptr<server_metrics> metrics);

    const std::string& subprotocol() const { return wire_.subprotocol(); }
    /// Ends when the socket is closed. Throws nothing that the peer or the process could cause.
    boost::asio::awaitable<void> run(net::websocket socket);

private:
    boost::asio::awaitable<void> converse();
    boost::asio::awaitable<bool> start_process();
    boost::asio::awaitable<void> relay(bool err);
    boost::asio::awaitable<void> read_input();
    boost::asio::awaitable<bool> take(proto::exec_frame frame);
    boost::asio::awaitable<void> await_exit();
    boost::asio::awaitable<void> send(std::optional<proto::exec_message> message,
                                      std::string_view bytes);
    enum class child { out, err, input, exit };
    void spawn(child which, boost::asio::awaitable<void> work);
    void ended(child which, std::exception_ptr failure);
    boost::asio::awaitable<void> end_children();

    boost::asio::any_io_executor executor_;
    exec_wire wire_;
    std::shared_ptr<runtime::box> box_;
    store::ticket what_;
    std::shared_ptr<server_metrics> metrics_;
    net::websocket socket_;
    std::unique_ptr<runtime::process> process_;
    runtime::exit_info exit_;
    bool stdin_open_ = false;
    bool socket_gone_ = false;
    bool peer_closed_ = false;
    bool running_[4] = {};                        ///< by child
    boost::asio::cancellation_signal cancel_[4];  ///< by child
    net::notifier changed_;
};

}  // namespace ecisbx::server::api::eci

#endif
