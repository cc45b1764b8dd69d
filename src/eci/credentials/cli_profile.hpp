// The profiles of the vendor's command line program, `~/.aliyun/config.json`.
#ifndef ECISBX_ECI_CREDENTIALS_CLI_PROFILE_HPP
#define ECISBX_ECI_CREDENTIALS_CLI_PROFILE_HPP

#include "core/time.hpp"
#include "eci/credentials/recipe.hpp"

#include <string>
#include <string_view>

namespace ecisbx::eci {

/// `name`: of the profile; empty: the file's `current`, else `default`. A `source_profile` is
/// followed through at most 8 profiles. Throws `not_found` (no such profile), `protocol` (malformed
/// file), `invalid_argument` (a field is missing or not usable, a circle of profiles),
/// `unsupported` (a mode that needs a browser or a retired kind of key).
recipe cli_recipe(std::string_view file, const std::string& name, core::utc_time now);

}  // namespace ecisbx::eci

#endif
