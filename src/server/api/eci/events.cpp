#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/selection.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <string_view>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr std::size_t most = 200;
constexpr std::int64_t longest_since = 10LL * 366 * 24 * 3600;
// No Kubernetes is behind a local server: all events are the service's own.
constexpr std::string_view only_source = "EciService";

json::object render_event(const store::group& g, const store::event& e) {
    json::object source, about, object, out;
    source["Component"] = only_source;
    source["Host"] = "";
    about["Name"] = e.name;
    about["Namespace"] = "default";
    object["Kind"] = "Pod";
    object["Name"] = g.spec.name;
    object["Namespace"] = "default";
    object["Uid"] = g.uuid;
    object["ApiVersion"] = "v1";
    out["Type"] = e.warning ? "Warning" : "Normal";
    out["Reason"] = e.reason;
    out["Message"] = e.message;
    out["Count"] = e.count;
    out["FirstTimestamp"] = time_text(e.first);
    out["LastTimestamp"] = time_text(e.last);
    out["ReportingComponent"] = only_source;
    out["ReportingInstance"] = "";
    out["Source"] = std::move(source);
    out["Metadata"] = std::move(about);
    out["involvedObject"] = std::move(object);
    return out;
}

}  // namespace

json::object describe_container_group_events(service& s, const call& c) {
    require_region(c);
    auto filter = read_filter(c);
    auto source = one_of(c.parameters, "EventSource", {"EciService", "K8sAgent"}, only_source);
    std::optional<time_point> since;
    if (auto seconds = c.parameters.integer("SinceSecond", 0, longest_since))
        since = s.clock() - std::chrono::seconds(*seconds);
    auto page = select_page(s, c, filter, most);
    json::array data;
    for (const auto& g : page.groups) {
        json::array events;
        for (const auto& e : g->events)
            if (source == only_source && (!since || e.last >= *since))
                events.push_back(render_event(*g, e));
        json::object one;
        one["ContainerGroupId"] = g->id;
        one["Name"] = g->spec.name;
        one["Namespace"] = "default";
        one["uuid"] = g->uuid;
        one["Annotations"] = "{}";
        one["Events"] = std::move(events);
        data.push_back(std::move(one));
    }
    json::object out;
    out["TotalCount"] = page.total;
    out["NextToken"] = seal_page(s.page_key, page.next);
    out["Data"] = std::move(data);
    return out;
}

}  // namespace ecisbx::server::api::eci
