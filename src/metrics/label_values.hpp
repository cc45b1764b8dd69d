// Label values of bounded number: what is not known is `other`.
#ifndef ECISBX_METRICS_LABEL_VALUES_HPP
#define ECISBX_METRICS_LABEL_VALUES_HPP

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace ecisbx::metrics {

inline constexpr std::string_view other = "other";

/// The action if the service documents it (API version 2018-08-08, and STS's), else `other`.
std::string_view action_label(std::string_view action) noexcept;

/// For values that come from a set that is small but not known here: the first `most` different
/// ones, then `other`. Thread-safe.
class first_values {
public:
    explicit first_values(std::size_t most) : most_(most) {}
    std::string_view operator()(std::string_view value);

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace ecisbx::metrics

#endif
