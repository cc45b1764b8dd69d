// What several actions need: refusals, checks, looking up a group, client tokens.
#ifndef ECISBX_SERVER_API_ECI_COMMON_HPP
#define ECISBX_SERVER_API_ECI_COMMON_HPP

#include "proto/api_error.hpp"
#include "server/api/eci/service.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::api::eci {

[[noreturn]] void refuse(int http_status, std::string code, std::string message);
[[noreturn]] void refuse_parameter(const proto::flat_view& in, std::string_view name,
                                   std::string_view why);

/// Characters of well-formed UTF-8.
std::size_t length_of(std::string_view text);

/// RegionId, which nearly every action demands. Any region is taken for the one served.
void require_region(const call& c);

/// The group that ContainerGroupId names, else 404 `InvalidContainerGroupId.NotFound`.
store::group_ptr required_group(service& s, const call& c);

/// One of `names` or refused; `fallback` when absent.
std::string one_of(const proto::flat_view& in, std::string_view name,
                   std::initializer_list<std::string_view> names, std::string_view fallback);

/// Runs `act` once per ClientToken: the same call again is answered with the first result. Without
/// a token it just runs.
std::string once(service& s, const call& c, const std::function<std::string()>& act);

/// `2018-08-02T15:00:00Z`; empty for no time.
std::string time_text(const std::optional<time_point>& at);

}  // namespace ecisbx::server::api::eci

#endif
