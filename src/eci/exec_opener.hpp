// From an argv to an open exec channel: the call for the URL, its check, the dial, the handshake.
#ifndef ECISBX_ECI_EXEC_OPENER_HPP
#define ECISBX_ECI_EXEC_OPENER_HPP

#include <ecisbx/eci/config.hpp>
#include <ecisbx/eci/model.hpp>

#include "core/deadline.hpp"
#include "eci/caller.hpp"
#include "net/dial.hpp"
#include "net/wait.hpp"
#include "net/websocket.hpp"
#include "proto/exec_url.hpp"
#include "sandbox/backend.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::eci {

/// Must outlive its calls.
class exec_opener {
public:
    /// The service lets a URL be opened for 30 s. One that is older than this is replaced: were it
    /// refused, nothing would tell whether it was too old, or used up.
    static constexpr std::chrono::seconds default_url_life{25};

    exec_opener(boost::asio::any_io_executor executor, caller& calls, const config& settings,
                std::shared_ptr<const net::dialer> how,
                core::deadline::duration url_life = default_url_life);

    /// ExecContainerCommand: nothing runs before the URL is opened, so it may be repeated.
    /// Precondition: `request.container` is set.
    boost::asio::awaitable<exec_urls> ask(std::string id, detail::exec_request request,
                                          core::deadline until);

    /// An attempt that failed before the upgrade was sent, or that was turned away (408, 429, 503),
    /// started nothing and is repeated with a new URL, as the retry rules of the service say. After
    /// anything else the command may have started, for no answer says that it did not: behind a
    /// 502 is a peer that was asked, and a URL that is refused may have been used up by a proxy
    /// that sent the request twice. That is an error at once, with one exception: a peer that is
    /// found to refuse whatever offers subprotocols has refused this too.
    boost::asio::awaitable<std::unique_ptr<detail::exec_channel>> open(std::string id,
                                                                       detail::exec_request request,
                                                                       core::deadline until);

private:
    struct attempt;
    struct lesson;

    boost::asio::awaitable<attempt> try_once(std::string id, detail::exec_request request,
                                             bool offer, core::deadline until);
    /// Whether an exec that does nothing is let in.
    boost::asio::awaitable<bool> accepted(std::string id, std::string container, bool offer,
                                          core::deadline until);
    /// Finds out whether the peer refuses whatever offers: then `offer_` is off. Not by the command
    /// itself, which would run as often as it is tried.
    boost::asio::awaitable<void> learn(std::string id, std::string container, core::deadline until);
    /// One learns for all that ask meanwhile.
    boost::asio::awaitable<bool> refuses_offers(std::string id, std::string container,
                                                core::deadline until);
    void tell_retry(const error_info& why, unsigned number, std::chrono::milliseconds pause) const;
    net::websocket::request upgrade_request(const net::origin& where, const std::string& target,
                                            bool offer) const;

    boost::asio::any_io_executor executor_;
    caller& calls_;
    std::shared_ptr<const net::dialer> how_;
    proto::exec_url_rules rules_;
    bool offer_;  // subprotocols
    core::deadline::duration url_life_;
    bool learning_ = false;
    std::size_t lessons_ = 0;  // that came to an end
    net::notifier learned_;
};

}  // namespace ecisbx::eci

#endif
