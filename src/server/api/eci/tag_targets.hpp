// What can carry tags, whatever its kind: looked up, changed, listed.
#ifndef ECISBX_SERVER_API_ECI_TAG_TARGETS_HPP
#define ECISBX_SERVER_API_ECI_TAG_TARGETS_HPP

#include "server/api/eci/create_spec.hpp"
#include "server/api/eci/service.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::server::api::eci {

struct tagged {
    std::string id;
    std::uint64_t sequence = 0;
    tag_list tags;
};

/// The resources of one kind.
class tag_targets {
public:
    virtual ~tag_targets() = default;
    virtual std::optional<tagged> find(const std::string& id) = 0;
    /// Precondition: it is there.
    virtual void set(const std::string& id, tag_list tags) = 0;
    /// At most `limit` that have tags and all of `wanted` (an empty value: any), newest first,
    /// behind `before`; with `ids` not empty only these.
    virtual std::vector<tagged> list(const std::vector<std::string>& ids, const tag_list& wanted,
                                     std::size_t limit, std::uint64_t before) = 0;
};

/// For ResourceType; refuses an unknown one. Must not outlive the service.
std::unique_ptr<tag_targets> read_tag_targets(service& s, const call& c);

}  // namespace ecisbx::server::api::eci

#endif
