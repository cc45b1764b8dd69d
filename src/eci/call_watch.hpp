// Tells the observers of a client about one API call, from its start to its end.
#ifndef ECISBX_ECI_CALL_WATCH_HPP
#define ECISBX_ECI_CALL_WATCH_HPP

#include <ecisbx/error.hpp>

#include "core/observation.hpp"
#include "proto/retry.hpp"

#include <exception>
#include <optional>
#include <string>

namespace ecisbx::eci {

class call_watch {
public:
    call_watch(core::observation who, std::string action);

    void attempt_begins();
    /// `failure` has no code when the attempt succeeded.
    void attempt_ended(const error_info& failure, int http_status, const std::string& request_id);
    void retrying(const proto::retrier::verdict& verdict);

    void succeeded(const std::string& request_id);
    /// An attempt that is under way ends with it.
    void failed(std::exception_ptr why);

private:
    void tell_end(std::optional<errc> failure, const std::string& request_id);
    void tell_refused_rate(events::duration pause);

    core::observation who_;
    std::string action_;
    core::clock::time_point call_began_, attempt_began_;
    unsigned attempts_ = 0;
    bool under_way_ = false;
    std::optional<errc> last_;  // of the last attempt
};

}  // namespace ecisbx::eci

#endif
