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
    store::ticket of_page;
    of_page.group_id = t.group_id;
    of_page.container = t.container;
    auto channel = s->channels.issue(std::move(t));
    if (!channel) refuse(400, "Throttling", "Too many exec URLs are outstanding.");
    out["WebSocketUri"] = "ws" + tls + "://" + c->authority + "/exec/?s=" + *channel;
    // A page more or less does not keep a command from running.
    if (auto page = s->pages.issue(std::move(of_page)))
        out["HttpUrl"] = "http" + tls + "://" + c->authority + "/terminal?param=" + *page;
    co_return out;
}

}  // namespace ecisbx::server::api::eci
