#include "server/api/eci/exec_wire.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <iterator>

namespace ecisbx::server::api::eci {
namespace {

using proto::channel;
using proto::exec_message;

constexpr std::string_view v4 = "v4.channel.k8s.io";
constexpr std::string_view v5 = "v5.channel.k8s.io";

std::string first_known(const std::vector<std::string>& offered) {
    auto known = [](const std::string& name) {
        return std::find(std::begin(proto::exec_subprotocols), std::end(proto::exec_subprotocols),
                         name) != std::end(proto::exec_subprotocols);
    };
    auto found = std::find_if(offered.begin(), offered.end(), known);
    return found == offered.end() ? std::string() : *found;
}

std::string spoken_in(server::wire mode, const std::vector<std::string>& offered) {
    switch (mode) {
        case wire::kubelet: return first_known(offered);
        case wire::v4: return std::string(v4);
        case wire::v5: return std::string(v5);
        default: return {};
    }
}

exec_message whole_text(std::string bytes) {
    exec_message message;
    message.text = message.encoded = true;
    message.payload = std::move(bytes);
    return message;
}

}  // namespace

exec_wire::exec_wire(server::wire mode, const std::vector<std::string>& offered)
    : mode_(mode), spoken_(spoken_in(mode, offered)), decoder_(spoken_) {
    if (std::find(offered.begin(), offered.end(), spoken_) != offered.end()) answered_ = spoken_;
}

bool exec_wire::has_status() const {
    return mode_ == wire::kubelet || mode_ == wire::v4 || mode_ == wire::v5;
}

bool exec_wire::has_json_status() const {
    return spoken_.starts_with("v4.") || spoken_.starts_with("v5.");
}

std::optional<exec_message> exec_wire::greeting() const {
    if (mode_ == wire::raw || mode_ == wire::text) return std::nullopt;
    return proto::encode_channel(spoken_, channel::out, {});
}

std::optional<exec_message> exec_wire::output(channel on, std::string_view bytes) {
    if (mode_ == wire::raw) return exec_message();
    if (mode_ != wire::text) return proto::encode_channel(spoken_, on, bytes);
    auto text = (on == channel::err ? err_text_ : out_text_).feed(bytes);
    if (text.empty()) return std::nullopt;
    return whole_text(std::move(text));
}

std::optional<exec_message> exec_wire::end_of(channel on) {
    if (mode_ != wire::text) return std::nullopt;
    auto text = (on == channel::err ? err_text_ : out_text_).finish();
    if (text.empty()) return std::nullopt;
    return whole_text(std::move(text));
}

std::optional<exec_message> exec_wire::exit_status(const std::vector<std::string>& argv, int code) {
    if (!has_status()) return std::nullopt;
    std::string record;
    if (has_json_status()) {
        record = proto::status_json(code);
    } else {
        std::string command;
        for (const auto& word : argv) command += (command.empty() ? "" : " ") + word;
        record = proto::status_text(command, code);
        if (record.empty()) return std::nullopt;
    }
    auto message = proto::encode_channel(spoken_, channel::status, record);
    if (!message.encoded) message.payload = std::move(record);
    return message;
}

std::optional<exec_message> exec_wire::failure(std::string_view why) {
    if (!has_status()) return std::nullopt;
    auto record = has_json_status()
                      ? proto::failure_json(why)
                      : "error executing command in container: " + core::to_valid_utf8(why);
    auto message = proto::encode_channel(spoken_, channel::status, record);
    if (!message.encoded) message.payload = std::move(record);
    return message;
}

std::vector<std::string> split_subprotocols(std::string_view header) {
    std::vector<std::string> names;
    while (!header.empty()) {
        auto comma = std::min(header.find(','), header.size());
        auto name = core::trimmed(header.substr(0, comma));
        header.remove_prefix(std::min(comma + 1, header.size()));
        if (!name.empty()) names.emplace_back(name);
    }
    return names;
}

}  // namespace ecisbx::server::api::eci
