// The profiles of the vendor's SDKs, `~/.alibabacloud/credentials.ini`.
#ifndef ECISBX_ECI_CREDENTIALS_INI_PROFILE_HPP
#define ECISBX_ECI_CREDENTIALS_INI_PROFILE_HPP

#include "eci/credentials/recipe.hpp"

#include <string>
#include <string_view>

namespace ecisbx::eci {

/// Lines are `[section]`, `key = value`, comments (`#`, `;`) or blank; `#` also ends a value. A
/// section or a key that is there twice is an error, as it is for the vendor's Python SDK.
/// `section`: empty: `default`. Throws `not_found` (no such section), `protocol` (`line N: ...`),
/// `invalid_argument` (a key is missing or not usable), `unsupported` (type rsa_key_pair).
recipe ini_recipe(std::string_view file, const std::string& section);

}  // namespace ecisbx::eci

#endif
