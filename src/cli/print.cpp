#include "cli/print.hpp"

#include "core/ascii.hpp"
#include "core/base64.hpp"
#include "core/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

namespace ecisbx::cli {
namespace {

using row = std::array<std::string, 6>;

std::string size_of(const eci::container_group& group) {
    std::ostringstream text;
    text << group.cpu << " vCPU, " << group.memory << " GiB";
    return text.str();
}

std::string state_of(const eci::container_state& state) {
    std::string text = state.state;
    if (!state.reason.empty()) text += ", " + state.reason;
    if (state.exit_code) text += ", exit code " + std::to_string(*state.exit_code);
    if (!state.message.empty()) text += ": " + state.message;
    return printable(text);
}

}  // namespace

std::string printable(std::string text) {
    for (char& c : text)
        if (core::is_ascii_control(c)) c = '?';
    return text;
}

void put_bytes(boost::json::object& data, std::string_view key, std::string_view bytes) {
    if (core::is_valid_utf8(bytes))
        data[key] = bytes;
    else
        data[std::string(key) + "_base64"] = core::base64_encode(bytes);
}

void print_table(const std::vector<eci::container_group>& groups) {
    std::vector<row> rows = {{"ID", "NAME", "STATUS", "SIZE", "CREATED", "IMAGE"}};
    for (const auto& g : groups)
        rows.push_back({g.id, g.name, g.status, size_of(g), g.creation_time,
                        g.containers.empty() ? "" : g.containers.front().image});
    std::array<std::size_t, 6> widths{};
    for (auto& r : rows)
        for (std::size_t i = 0; i < r.size(); ++i)
            widths[i] = std::max(widths[i], (r[i] = printable(r[i])).size());
    for (const auto& r : rows) {
        for (std::size_t i = 0; i + 1 < r.size(); ++i)
            std::cout << std::left << std::setw(static_cast<int>(widths[i]) + 2) << r[i];
        std::cout << r.back() << '\n';
    }
}

void print_group(const eci::container_group& g) {
    auto line = [](const char* name, const std::string& value) {
        if (!value.empty())
            std::cout << std::left << std::setw(12) << name << printable(value) << '\n';
    };
    line("id", g.id);
    line("name", g.name);
    line("status", g.status);
    line("region", g.region);
    line("zone", g.zone);
    line("size", size_of(g));
    line("restart", g.restart_policy);
    line("created", g.creation_time);
    line("intranet ip", g.intranet_ip);
    line("internet ip", g.internet_ip);
    for (const auto& [key, value] : g.tags) line("tag", key + "=" + value);
    for (const auto& c : g.containers)
        line("container", c.name + " (" + c.image + "): " + state_of(c.current) + ", restarted " +
                              std::to_string(c.restart_count) + " times");
    for (const auto& e : g.events)
        line("event", e.last_time + " " + e.type + " " + e.reason + ": " + e.message);
}

void print_json(const std::vector<eci::container_group>& groups) {
    boost::json::array all;
    for (const auto& g : groups) all.push_back(*g.raw);
    std::cout << boost::json::serialize(all) << '\n';
}

void print_json(const exec_result& result) {
    boost::json::object data;
    auto reason = result.status.end_reason();
    std::ostringstream end;
    end << reason;
    data["end"] = end.str();
    if (reason == end_reason::exited) data["code"] = result.status.code();
    if (reason == end_reason::signaled) data["signal"] = result.status.signal();
    data["complete"] = result.complete;
    put_bytes(data, "out", result.out);
    put_bytes(data, "err", result.err);
    data["out_bytes"] = result.out_bytes;
    data["err_bytes"] = result.err_bytes;
    data["note"] = result.note;
    data["request_id"] = result.request_id;
    data["elapsed_ms"] = result.elapsed.count();
    std::cout << boost::json::serialize(data) << '\n';
}

}  // namespace ecisbx::cli
