// What an id, and the name of an action, must be.
#ifndef ECISBX_ECI_CHECK_ID_HPP
#define ECISBX_ECI_CHECK_ID_HPP

#include <ecisbx/error.hpp>

#include <algorithm>
#include <string>

namespace ecisbx::eci {

inline bool is_id(const std::string& id) {
    return !id.empty() && id.find('\0') == std::string::npos;
}

/// Throws `invalid_argument`.
inline void check_id(const std::string& id) {
    if (!is_id(id))
        throw error(errc::invalid_argument, "the sandbox id must be text that is not empty");
}

inline bool is_action(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

}  // namespace ecisbx::eci

#endif
