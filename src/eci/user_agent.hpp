// How this library names itself to services.
#ifndef ECISBX_ECI_USER_AGENT_HPP
#define ECISBX_ECI_USER_AGENT_HPP

#include <string_view>

namespace ecisbx::eci {

/// `ecisbx/` and the version of the project.
std::string_view user_agent() noexcept;

}  // namespace ecisbx::eci

#endif
