// Keeps the credentials of a provider fresh for any number of callers.
#ifndef ECISBX_ECI_CREDENTIALS_REFRESHING_SOURCE_HPP
#define ECISBX_ECI_CREDENTIALS_REFRESHING_SOURCE_HPP

#include "eci/credentials/source.hpp"

#include "core/observation.hpp"
#include "core/time.hpp"

#include <functional>

namespace ecisbx::eci {

/// Asks at the first call, then ahead of expiry. One question at a time, in a coroutine of its
/// own, so that a caller who is cancelled takes nothing from the others. It ends with this object.
class refreshing_source : public credentials_source {
public:
    refreshing_source(boost::asio::any_io_executor executor, provider_ptr from,
                      std::function<core::utc_time()> now, core::observation observed = {});
    ~refreshing_source() override;
    refreshing_source(const refreshing_source&) = delete;
    refreshing_source& operator=(const refreshing_source&) = delete;

    boost::asio::awaitable<key_grant> current(core::deadline until) override;
    boost::asio::awaitable<replacement> replace(std::uint64_t generation,
                                                core::deadline until) override;
    std::vector<source_report> reports() const override;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace ecisbx::eci

#endif
