#include "core/time.hpp"
#include "core/utf8.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"

#include <algorithm>
#include <string>

namespace ecisbx::server::api::eci {
namespace {

using role = store::memory::role;

constexpr std::int64_t most_lines = 2000;
constexpr std::int64_t default_lines = 500;
constexpr std::int64_t most_bytes = 1'048'576;
constexpr std::int64_t longest_since = 10LL * 366 * 24 * 3600;

struct log_place {
    role r = role::container;
    std::size_t index = 0;
};

log_place find_container(const store::group& g, const std::string& name) {
    for (auto r : {role::container, role::init}) {
        const auto& specs = r == role::init ? g.spec.init_containers : g.spec.containers;
        auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const auto& spec) { return spec.name == name; });
        if (found != specs.end()) return {r, static_cast<std::size_t>(found - specs.begin())};
    }
    refuse(400, "IncorrectStatus", "The container group has no container named " + name + ".");
}

lifecycle::log_query read_query(const service& s, const proto::flat_view& in) {
    lifecycle::log_query query;
    query.tail =
        static_cast<std::size_t>(in.integer("Tail", 1, most_lines).value_or(default_lines));
    query.bytes =
        static_cast<std::size_t>(in.integer("LimitBytes", 1, most_bytes).value_or(most_bytes));
    query.timestamps = in.boolean("Timestamps").value_or(false);
    if (auto since = in.integer("SinceSeconds", 1, longest_since))
        query.since = s.clock() - std::chrono::seconds(*since);
    auto start = in.text_or("StartTime", "");
    if (start.empty()) return query;
    auto at = core::parse_rfc3339(start);
    if (!at) refuse_parameter(in, "StartTime", "it must be like 2018-08-02T15:00:00Z");
    query.since = std::max(query.since.value_or(*at), time_point(*at));
    return query;
}

}  // namespace

boost::json::object describe_container_log(service& s, const call& c) {
    auto g = required_group(s, c);
    auto name = c.parameters.required("ContainerName");
    auto query = read_query(s, c.parameters);
    bool previous = c.parameters.boolean("LastTime").value_or(false);
    auto where = find_container(*g, name);
    auto log = s.supervisor->log_of(g->id, where.r, where.index, previous);
    if (!log)
        refuse(400, "IncorrectStatus",
               "The container " + name +
                   (previous ? " was not restarted: it has no log before the present one."
                             : " has not started yet."));
    boost::json::object out;
    out["ContainerName"] = name;
    out["Content"] = core::to_valid_utf8(log->text(query));
    return out;
}

}  // namespace ecisbx::server::api::eci
