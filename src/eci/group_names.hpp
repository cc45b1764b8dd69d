// Remembers what a client learned about its groups, so that an exec needs no extra call.
#ifndef ECISBX_ECI_GROUP_NAMES_HPP
#define ECISBX_ECI_GROUP_NAMES_HPP

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace ecisbx::eci {

/// Bounded: when it is full it starts anew, which costs one call per group.
class group_names {
public:
    /// The name of the first container; empty when it is not known.
    std::string container_of(const std::string& id) const {
        auto found = names_.find(id);
        return found == names_.end() ? std::string() : found->second;
    }
    void learn(const std::string& id, std::string container) {
        if (names_.size() >= most) names_.clear();
        names_.insert_or_assign(id, std::move(container));
    }
    void forget(const std::string& id) { names_.erase(id); }

private:
    static constexpr std::size_t most = 100'000;
    std::unordered_map<std::string, std::string> names_;
};

}  // namespace ecisbx::eci

#endif
