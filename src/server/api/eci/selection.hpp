// Which groups a listing asks for, and the tokens that lead from page to page.
#ifndef ECISBX_SERVER_API_ECI_SELECTION_HPP
#define ECISBX_SERVER_API_ECI_SELECTION_HPP

#include "server/api/eci/service.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::api::eci {

/// Filters that both listings know. Throws `proto::api_refusal`.
store::group_filter read_filter(const call& c);

/// Limit (at most and by default `most`) and NextToken, applied.
store::group_page select_page(service& s, const call& c, const store::group_filter& filter,
                              std::size_t most);

/// An opaque text in the form of a UUID that only the holder of `key` can make and read. Empty for
/// 0, the end.
std::string seal_page(std::string_view key, std::uint64_t sequence);
/// Nothing for a text that `seal_page` did not make with this key.
std::optional<std::uint64_t> open_page(std::string_view key, std::string_view token);

}  // namespace ecisbx::server::api::eci

#endif
