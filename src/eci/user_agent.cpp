#include "eci/user_agent.hpp"

namespace ecisbx::eci {

std::string_view user_agent() noexcept {
    return "ecisbx/" ECISBX_VERSION;
}

}  // namespace ecisbx::eci
