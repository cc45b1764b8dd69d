#include "server/api/eci/local_types.hpp"

#include "proto/flatten.hpp"

namespace ecisbx::server::api::eci {

std::string local_type(size of) {
    return std::string(local_family) + '-' + proto::number_text(of.cpu) + 'c' +
           proto::number_text(of.memory) + 'g';
}

std::optional<size> size_of_local_type(std::string_view name) {
    for (const auto& one : all_sizes())
        if (local_type(one) == name) return one;
    return std::nullopt;
}

}  // namespace ecisbx::server::api::eci
