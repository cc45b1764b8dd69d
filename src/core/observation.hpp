// Telling those who observe a client. Nobody does by default, and then it costs one comparison:
//
//     if (observed_) {
//         events::api_retry event;
//         event.action = core::identifier(action);
//         observed_.tell(&observer::on_retry, event);
//     }
#ifndef ECISBX_CORE_OBSERVATION_HPP
#define ECISBX_CORE_OBSERVATION_HPP

#include <ecisbx/observer.hpp>

#include "core/deadline.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ecisbx::core {

using observer_list = std::vector<std::shared_ptr<observer>>;

/// A handle; copies share the observers.
class observation {
public:
    observation() = default;  ///< nobody observes
    explicit observation(observer_list all);

    explicit operator bool() const noexcept { return all_ != nullptr; }

    template <class Event>
    void tell(void (observer::*hook)(const Event&),
              const std::type_identity_t<Event>& event) const noexcept {
        if (!all_) return;
        for (const auto& one : *all_) {
            try {
                ((*one).*hook)(event);
            } catch (...) {
                one->failures_.fetch_add(1, std::memory_order_relaxed);
            }
        }
    }

private:
    std::shared_ptr<const observer_list> all_;
};

/// `text` as an event may carry it: short, and of harmless characters. Else "invalid".
std::string_view identifier(std::string_view text) noexcept;

/// Nothing for a code of success.
std::optional<errc> failure_in(const boost::system::error_code& code) noexcept;

/// What failed, for any exception: `service` for one that is not of boost::system.
errc failure_in(std::exception_ptr failure) noexcept;

/// The name of a condition, "ok" for none.
std::string outcome_name(std::optional<errc> failure);

inline events::duration since(clock::time_point start) noexcept {
    return std::chrono::duration_cast<events::duration>(clock::now() - start);
}

}  // namespace ecisbx::core

#endif
