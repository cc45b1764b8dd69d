// CreateInstanceOpsTask and DescribeInstanceOpsRecords. Nothing is dumped or captured: a task is a
// record that is Ready until it is closed or expires, and that never has a result.
#include "core/random.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <optional>

namespace ecisbx::server::api::eci {
namespace {

namespace json = boost::json;

constexpr auto longest = std::chrono::hours(12);
constexpr std::int64_t max_capture = 1 << 30;  // bytes, of a capture's file

struct wish {
    bool enable = false;
    std::chrono::seconds lasts = longest;
};

wish read_coredump(const proto::flat_view& in) {
    auto value = in.required("OpsValue");
    if (value != "enable" && value != "disable")
        refuse_parameter(in, "OpsValue", "it must be enable or disable");
    return {value == "enable", longest};
}

[[noreturn]] void refuse_capture(const std::string& why) {
    refuse(400, "Tcpdump.InvalidValue", "The specified OpsValue is not valid: " + why + ".");
}

// Absent is fine; numbers come as texts too.
std::optional<std::int64_t> whole(const json::object& from, std::string_view name,
                                  std::int64_t most) {
    const auto* value = from.if_contains(name);
    if (!value || value->is_null()) return std::nullopt;
    std::int64_t number = -1;
    if (value->is_int64()) number = value->get_int64();
    if (value->is_string()) {
        proto::parameter_list one = {{std::string(name), std::string(value->get_string())}};
        number = proto::flat_view(std::move(one)).integer(name, 0, most).value_or(-1);
    }
    if (number < 0 || number > most)
        refuse_capture(std::string(name) + " must be a whole number from 0 to " +
                       std::to_string(most));
    return number;
}

wish read_tcpdump(const proto::flat_view& in) {
    boost::system::error_code failed;
    json::parse_options depth;
    depth.max_depth = 4;
    auto parsed = json::parse(in.required("OpsValue"), failed, {}, depth);
    if (failed || !parsed.is_object()) refuse_capture("a JSON object was expected");
    const auto& value = parsed.get_object();
    const auto* enable = value.if_contains("Enable");
    if (!enable || !enable->is_bool()) refuse_capture("Enable must be true or false");
    for (std::string_view port : {"SourcePort", "DestPort", "Snaplen"})
        (void)whole(value, port, 65535);
    (void)whole(value, "PacketNum", 1'000'000'000);
    (void)whole(value, "FileSize", max_capture);
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest).count();
    auto lasts = whole(value, "Duration", seconds).value_or(seconds);
    return {enable->get_bool(), std::chrono::seconds(lasts)};
}

store::group_ptr required_instance(service& s, const call& c) {
    auto g = s.groups->find(c.parameters.required("ContainerGroupId"));
    if (!g)
        refuse(400, "InvalidInstanceId.NotFound", "The specified container group does not exist.");
    return g;
}

std::string required_type(const proto::flat_view& in) {
    (void)in.required("OpsType");
    return one_of(in, "OpsType", {"coredump", "tcpdump"}, "");
}

store::ops_record* open_record(service& s, const std::string& group, const std::string& type) {
    auto now = s.clock();
    return s.resources.ops_records.find_if([&](const store::ops_record& r) {
        return r.group_id == group && r.type == type && store::status_of(r, now) == "Ready";
    });
}

json::object render(const store::ops_record& r, time_point now) {
    json::object out;
    out["CreateTime"] = time_text(r.created);
    out["ExpireTime"] = time_text(r.expires);
    out["OpsType"] = r.type;
    out["OpsStatus"] = store::status_of(r, now);
    out["ResultType"] = "";  // only a Success has a result
    out["ResultContent"] = "";
    return out;
}

}  // namespace

json::object create_instance_ops_task(service& s, const call& c) {
    require_region(c);
    auto g = required_instance(s, c);
    auto type = required_type(c.parameters);
    auto what = type == "coredump" ? read_coredump(c.parameters) : read_tcpdump(c.parameters);
    if (g->status != store::group_status::running)
        refuse(400, "IncorrectStatus",
               "The status of the container group is " + std::string(store::to_string(g->status)) +
                   ", it must be Running.");
    auto* open = open_record(s, g->id, type);
    if (what.enable && open)
        refuse(400, "OperationConflict", "There is a " + type + " task for it already.");
    if (!what.enable && !open)
        refuse(400, "IncorrectOperation", "There is no " + type + " task to end.");
    if (open) {
        open->closed = true;
    } else {
        store::ops_record record;
        record.id = core::random_alnum(20);
        record.group_id = g->id;
        record.type = type;
        record.created = s.clock();
        record.expires = record.created + what.lasts;
        s.resources.ops_records.insert_over(std::move(record));
        s.groups->add_event(*g, true, "NotSupportedHere",
                            "The local server makes no " + type + ": the task is only kept.");
    }
    json::object out;
    out["Result"] = "success";
    return out;
}

json::object describe_instance_ops_records(service& s, const call& c) {
    require_region(c);
    auto g = required_instance(s, c);
    auto type = required_type(c.parameters);
    auto matches = [&](const store::ops_record& r) {
        return r.group_id == g->id && r.type == type;
    };
    auto page = s.resources.ops_records.select(matches, s.resources.ops_records.capacity(), 0);
    json::array records;
    for (const auto* r : page.items) records.push_back(render(*r, s.clock()));
    json::object out;
    out["Records"] = std::move(records);
    return out;
}

}  // namespace ecisbx::server::api::eci
