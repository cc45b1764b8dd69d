// Percent encoding of RFC 3986, and query or form strings.
#ifndef ECISBX_CORE_PERCENT_HPP
#define ECISBX_CORE_PERCENT_HPP

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::core {

/// `A-Z a-z 0-9 - _ . ~` stay, every other byte becomes `%XX` in upper case.
std::string percent_encode(std::string_view bytes);

/// The bytes of one encoded piece; `+` is a plus. Nothing when a `%` is not followed by two
/// hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// As `percent_decode`, but `+` is a space.
std::optional<std::string> form_decode(std::string_view text);

using form_fields = std::vector<std::pair<std::string, std::string>>;

/// Splits `a=1&b=&c` (a query string without its `?`, or a form body) into decoded pairs, in
/// order, duplicates kept. A name without `=` has an empty value; empty pieces (`&&`) are skipped.
/// Nothing when any piece is badly encoded.
std::optional<form_fields> parse_form(std::string_view text);

}  // namespace ecisbx::core

#endif
