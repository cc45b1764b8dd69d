// Holds API calls back until the quota of their action has room for them.
#ifndef ECISBX_ECI_CALL_PACER_HPP
#define ECISBX_ECI_CALL_PACER_HPP

#include <ecisbx/eci/config.hpp>

#include "core/deadline.hpp"
#include "core/observation.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace ecisbx::eci {

/// Single-threaded, on `executor`. Must outlive its waiters' suspension.
class call_pacer {
public:
    using time_point = core::clock::time_point;

    /// `on_loopback`: the published limits are not those of the endpoint.
    call_pacer(boost::asio::any_io_executor executor, const config& settings, bool on_loopback,
               core::observation observed);
    call_pacer(const call_pacer&) = delete;
    call_pacer& operator=(const call_pacer&) = delete;
    ~call_pacer();

    /// False: `config::no_quota()`; then every call passes.
    bool is_on() const { return on_; }
    /// True: send it now, without `turn`. False: it must wait for its `turn`.
    bool pass(std::string_view action);
    /// Returns when the call may be sent. Groups (sandboxes; one may have no name) have their turns
    /// one after the other. Throws `throttled`, at once where it can be foreseen, when its turn
    /// would come after `until`; `canceled`.
    boost::asio::awaitable<void> turn(std::string action, std::string group_id,
                                      core::deadline until);

    /// The service throttled a call that was sent at `sent`; the next is wanted after `pause`.
    void throttled(std::string_view action, time_point sent, core::clock::duration pause);
    void succeeded(std::string_view action);

private:
    struct lane;
    struct place;

    const std::shared_ptr<lane>& lane_of(std::string_view action);
    void tell_pause(const std::string& action, core::clock::duration pause) const;

    boost::asio::any_io_executor executor_;
    core::observation observed_;
    bool on_;
    std::map<std::string, unsigned, std::less<>> limits_;  // calls a minute
    std::map<std::string, std::shared_ptr<lane>, std::less<>> lanes_;
};

}  // namespace ecisbx::eci

#endif
