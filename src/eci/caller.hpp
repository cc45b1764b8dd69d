// One call of the service's API, with all that belongs to it: signature, attempts, clock, errors.
#ifndef ECISBX_ECI_CALLER_HPP
#define ECISBX_ECI_CALLER_HPP

#include <ecisbx/eci/config.hpp>
#include <ecisbx/error.hpp>

#include "core/deadline.hpp"
#include "core/observation.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "eci/call_pacer.hpp"
#include "eci/call_watch.hpp"
#include "eci/credentials/source.hpp"
#include "net/http_pool.hpp"
#include "proto/name_value.hpp"
#include "proto/retry.hpp"
#include "proto/retry_budget.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::eci {

class api_answer {
public:
    api_answer() = default;
    std::string action;
    boost::json::object body;
    std::string request_id;

    /// `read(body)`; adds to an error of it which answer it was.
    template <class Read>
    auto parsed(Read read) const {
        try {
            return read(body);
        } catch (const error& e) {
            error_info info = e.info();
            info.doing = action;
            info.request_id = request_id;
            throw error(std::move(info));
        }
    }
};

/// Whether doing it twice does no harm: it only reads, or has a ClientToken.
enum class repeating { harmless, harmful };

/// Must outlive its calls.
class caller {
public:
    caller(boost::asio::any_io_executor executor, const config& settings,
           std::shared_ptr<const net::dialer> how, net::origin endpoint);

    /// `RegionId` is added when it is missing. Each attempt is signed anew; the parameters, a
    /// ClientToken among them, stay. Ends by `until` and after `config::timeout`.
    boost::asio::awaitable<api_answer> call(std::string action, proto::parameter_list parameters,
                                            repeating harm, core::deadline until);

    const net::origin& endpoint() const { return endpoint_; }
    const core::observation& observed() const { return observed_; }
    net::http_pool_stats stats() const { return pool_.stats(); }
    /// Retries of anything that belongs to a call share one budget.
    proto::retrier new_retrier(repeating harm) { return new_retrier(harm, false); }

private:
    struct attempt_result;

    proto::retrier new_retrier(repeating harm, bool paced);
    boost::asio::awaitable<api_answer> call_watched(call_watch& watch, std::string action,
                                                    proto::parameter_list parameters,
                                                    repeating harm, core::deadline until);
    /// Waits until the pacer lets the call go. `before`: why the attempt before this one failed.
    boost::asio::awaitable<void> wait_for_turn(std::string action, std::string group_id,
                                               error_info before, core::deadline until);
    void tell_pacer(const std::string& action, core::clock::time_point sent,
                    const attempt_result& one, const proto::retrier::verdict& verdict);
    boost::asio::awaitable<attempt_result> attempt(std::string action,
                                                   proto::parameter_list parameters,
                                                   core::deadline until);
    net::http_request sign(const std::string& action, const proto::parameter_list& parameters,
                           const credentials& keys) const;
    attempt_result read_answer(const std::string& action, const net::http_response& response) const;
    void set_clock(core::utc_time server);

    net::origin endpoint_;
    config settings_;
    std::shared_ptr<credentials_source> credentials_;
    net::http_pool pool_;
    proto::retry_budget budget_;
    core::random_source random_;
    core::observation observed_;
    call_pacer pacer_;
    std::chrono::seconds clock_offset_{0};  // the service's clock minus ours
};

}  // namespace ecisbx::eci

#endif
