// Which groups a listing asks for, and the tokens that lead from page to page.
#ifndef ECISBX_SERVER_API_ECI_SELECTION_HPP
#define ECISBX_SERVER_API_ECI_SELECTION_HPP

#include "server/api/eci/service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::api::eci {

/// Filters that both listings know. Throws `proto::api_refusal`.
store::group_filter read_filter(const call& c);

struct page_request {
    std::size_t limit = 0;
    std::uint64_t before = 0;  ///< 0: the first page
};
/// `limit_name` (at most `most`, by default `fallback`; 0 counts as absent) and NextToken.
page_request read_page(service& s, const call& c, std::string_view limit_name, std::size_t fallback,
                       std::size_t most);

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
