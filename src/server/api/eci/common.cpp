#include "server/api/eci/common.hpp"

#include "core/time.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {

void refuse(int http_status, std::string code, std::string message) {
    proto::api_failure failure;
    failure.http_status = http_status;
    failure.code = std::move(code);
    failure.message = std::move(message);
    throw proto::api_refusal(std::move(failure));
}

void refuse_parameter(const proto::flat_view& in, std::string_view name, std::string_view why) {
    throw proto::api_refusal(proto::invalid_parameter(in.full_name(name), why));
}

std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

void require_region(const call& c) {
    (void)c.parameters.required("RegionId");
}

store::group_ptr required_group(service& s, const call& c) {
    auto id = c.parameters.required("ContainerGroupId");
    auto g = s.groups->find(id);
    if (!g)
        refuse(404, "InvalidContainerGroupId.NotFound",
               "The specified container group does not exist.");
    return g;
}

std::string one_of(const proto::flat_view& in, std::string_view name,
                   std::initializer_list<std::string_view> names, std::string_view fallback) {
    auto value = in.text_or(name, "");
    if (value.empty()) return std::string(fallback);
    if (std::find(names.begin(), names.end(), value) != names.end()) return value;
    std::string list;
    for (auto n : names) list += (list.empty() ? "" : ", ") + std::string(n);
    refuse_parameter(in, name, "it must be one of " + list);
}

std::string once(service& s, const call& c, const std::function<std::string()>& act) {
    auto token = c.parameters.text_or("ClientToken", "");
    if (token.empty()) return act();
    bool ascii = std::all_of(token.begin(), token.end(), [](char x) { return x > 31 && x < 127; });
    if (token.size() > 64 || !ascii)
        refuse_parameter(c.parameters, "ClientToken", "it must be at most 64 ASCII characters");
    using kind = store::idempotency::answer::kind;
    auto known = s.client_tokens.look_up(c.action, token, c.fingerprint);
    if (known.what == kind::repeated) return known.result;
    if (known.what == kind::mismatch)
        refuse(400, "IdempotentParameterMismatch",
               "The ClientToken was used before in a request with other parameters.");
    auto result = act();
    s.client_tokens.remember(c.action, token, c.fingerprint, result);
    return result;
}

std::string time_text(const std::optional<time_point>& at) {
    return at ? core::format_rfc3339(std::chrono::floor<std::chrono::seconds>(*at)) : "";
}

}  // namespace ecisbx::server::api::eci
