// Quotas as `ecisbx serve --quota` takes them.
#ifndef ECISBX_CLI_QUOTA_TEXT_HPP
#define ECISBX_CLI_QUOTA_TEXT_HPP

#include <ecisbx/server/server.hpp>

#include <string>

namespace ecisbx::cli {

/// `ACTION=N/UNIT`: the API's name of an action, or `exec`, `create`, `describe`, `delete`; the
/// unit `s`, `min` or `h`. Throws `invalid_argument`.
server::call_quota parse_quota(const std::string& text);

}  // namespace ecisbx::cli

#endif
