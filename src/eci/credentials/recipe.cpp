#include "eci/credentials/recipe.hpp"

#include <ecisbx/error.hpp>

namespace ecisbx::eci {

void refuse_kind(const std::string& kind, const std::string& why) {
    throw error(errc::unsupported, kind + " is not supported, because " + why);
}

}  // namespace ecisbx::eci
