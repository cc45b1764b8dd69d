#include "proto/flatten.hpp"
#include "server/api/eci/actions.hpp"
#include "server/api/eci/common.hpp"
#include "server/api/eci/sync_exec.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t max_elements = 20;
constexpr std::size_t max_command = 2048;  // bytes, of the whole list as text

std::vector<std::string> read_command(const proto::flat_view& in) {
    auto text = in.text("Command");
    if (text && text->size() > max_command)
        refuse(400, "InvalidParameter.ValueExceeded",
               "The parameter Command exceeds the limit of 2048 bytes.");
    auto argv = in.lenient_texts("Command", max_elements);
    if (!argv || argv->empty()) throw proto::api_refusal(proto::missing_parameter("Command"));
    for (const auto& word : *argv)  // JSON can carry what the parameter itself may not
        if (word.find('\0') != std::string::npos)
            refuse_parameter(in, "Command", "it has a NUL character");
    if (argv->front().empty()) refuse_parameter(in, "Command", "its first element is empty");
    if (!text && proto::json_list(*argv).size() > max_command)
        refuse(400, "InvalidParameter.ValueExceeded",
               "The parameter Command exceeds the limit of 2048 bytes.");
    return std::move(*argv);
}

store::ticket read_ticket(service& s, const call& c) {
    const auto& in = c.parameters;
    require_region(c);
    auto g = required_group(s, c);
    store::ticket t;
    t.container = in.required("ContainerName");
    t.argv = read_command(in);
    t.group_id = g->id;
    t.open_stdin = in.boolean("Stdin").value_or(true);
    t.tty = in.boolean("TTY").value_or(false);
    const auto& specs = g->spec.containers;
    auto found = std::find_if(specs.begin(), specs.end(),
                              [&](const auto& spec) { return spec.name == t.container; });
    if (found == specs.end())
        refuse(400, "IncorrectStatus",
               "The container group has no container named " + t.container + ".");
    t.container_index = static_cast<std::size_t>(found - specs.begin());
    if (g->status != store::group_status::running ||
        !s.supervisor->box_of(g->id, t.container_index))
        refuse(400, "IncorrectStatus",
               "The container " + t.container + " is not running; the status of its group is " +
                   std::string(store::to_string(g->status)) + ".");
    return t;
}

std::string issue(service& s, store::ticket t, store::ticket::kind kind) {
    t.what = kind;
    auto token = s.tickets.issue(std::move(t));
    if (!token) refuse(400, "Throttling", "Too many exec URLs are outstanding.");
    return std::move(*token);
}

}  // namespace

boost::asio::awaitable<boost::json::object> exec_container_command(service_ptr s, call_ptr c) {
    auto t = read_ticket(*s, *c);
    boost::json::object out;
    out["WebSocketUri"] = "";
    out["HttpUrl"] = "";
    out["SyncResponse"] = "";
    if (c->parameters.boolean("Sync").value_or(false)) {
        if (t.tty) refuse_parameter(c->parameters, "TTY", "it must be false when Sync is true");
        auto response = co_await run_sync_exec(s, std::move(t));
        out["SyncResponse"] = response;
        co_return out;
    }
    std::string tls = s->settings.tls ? "s" : "";
    auto socket = issue(*s, t, store::ticket::kind::websocket);
    auto page = issue(*s, std::move(t), store::ticket::kind::terminal);
    out["WebSocketUri"] = "ws" + tls + "://" + c->authority + "/exec/?s=" + socket;
    out["HttpUrl"] = "http" + tls + "://" + c->authority + "/terminal?param=" + page;
    co_return out;
}

}  // namespace ecisbx::server::api::eci
