// From an argv to an open exec channel: the call for the URL, its check, the dial, the handshake.
#ifndef ECISBX_ECI_EXEC_OPENER_HPP
#define ECISBX_ECI_EXEC_OPENER_HPP

#include <ecisbx/eci/config.hpp>
#include <ecisbx/eci/model.hpp>

#include "core/deadline.hpp"
#include "eci/caller.hpp"
#include "net/dial.hpp"
#include "net/websocket.hpp"
#include "proto/exec_url.hpp"
#include "sandbox/backend.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::eci {

/// Must outlive its calls.
class exec_opener {
public:
    exec_opener(boost::asio::any_io_executor executor, caller& calls, const config& settings,
                std::shared_ptr<const net::dialer> how);

    /// ExecContainerCommand: nothing runs before the URL is opened, so it may be repeated.
    /// Precondition: `request.container` is set.
    boost::asio::awaitable<exec_urls> ask(std::string id, detail::exec_request request,
                                          core::deadline until);

    /// An attempt that failed before the upgrade was sent, or that was refused by an HTTP answer,
    /// started nothing and is repeated with a new URL: as the retry rules of the service say, and
    /// once after a 4xx, without subprotocols then (the URL may have been used up or too old, or
    /// the peer may not know them). Once the upgrade was sent and no answer came, the command may
    /// have started: that is an error at once.
    boost::asio::awaitable<std::unique_ptr<detail::exec_channel>> open(std::string id,
                                                                       detail::exec_request request,
                                                                       core::deadline until);

private:
    struct attempt;

    boost::asio::awaitable<attempt> try_once(std::string id, detail::exec_request request,
                                             bool offer, core::deadline until);
    void tell_retry(const error_info& why, unsigned number, std::chrono::milliseconds pause) const;
    net::websocket::request upgrade_request(const net::origin& where, const std::string& target,
                                            bool offer) const;

    boost::asio::any_io_executor executor_;
    caller& calls_;
    std::shared_ptr<const net::dialer> how_;
    proto::exec_url_rules rules_;
    bool offer_;                   // subprotocols
    unsigned offers_refused_ = 0;  // by so many execs in a row
};

}  // namespace ecisbx::eci

#endif
