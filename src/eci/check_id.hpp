// What an id of a group must be.
#ifndef ECISBX_ECI_CHECK_ID_HPP
#define ECISBX_ECI_CHECK_ID_HPP

#include <ecisbx/error.hpp>

#include <string>

namespace ecisbx::eci {

/// Throws `invalid_argument`.
inline void check_id(const std::string& id) {
    if (id.empty() || id.find('\0') != std::string::npos)
        throw error(errc::invalid_argument, "the sandbox id must be text that is not empty");
}

}  // namespace ecisbx::eci

#endif
