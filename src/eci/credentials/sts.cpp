#include "eci/credentials/sts.hpp"

#include <ecisbx/error.hpp>

#include "core/percent.hpp"
#include "core/random.hpp"
#include "proto/sign_v1.hpp"

#include <algorithm>
#include <string_view>

namespace ecisbx::eci {
namespace {

constexpr std::int64_t shortest_session = 900, longest_session = 43200, usual_session = 3600;
constexpr std::size_t longest_arn = 2048, longest_policy = 8192, longest_external_id = 1224;

void require(bool fine, const char* message) {
    if (!fine) throw error(errc::invalid_argument, message);
}

bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_session_name(const std::string& name) {
    return name.size() >= 2 && name.size() <= 64 &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return is_alnum(c) || std::string_view(".@_-").find(c) != std::string_view::npos;
           });
}

bool is_visible(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void add_role(const role_session& role, proto::parameter_list& to) {
    to.emplace_back("RoleArn", role.arn);
    to.emplace_back("RoleSessionName", role.name);
    to.emplace_back("DurationSeconds", std::to_string(role.seconds));
    if (!role.policy.empty()) to.emplace_back("Policy", role.policy);
}

proto::parameter_list common(const char* action, core::utc_time now) {
    return {{"Action", action},
            {"Version", "2015-04-01"},
            {"Format", "JSON"},
            {"Timestamp", core::format_rfc3339(now)}};
}

std::string form_of(const proto::parameter_list& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!text.empty()) text += '&';
        text += core::percent_encode(name) + '=' + core::percent_encode(value);
    }
    return text;
}

}  // namespace

role_session completed(role_session role) {
    if (role.name.empty()) role.name = "ecisbx-" + core::random_alnum(8);
    if (role.seconds == 0) role.seconds = usual_session;
    require(!role.arn.empty() && role.arn.size() <= longest_arn && is_visible(role.arn),
            "the ARN of the role must be visible ASCII, at most 2048 bytes");
    require(is_session_name(role.name),
            "the name of the role session must be 2 to 64 characters of [A-Za-z0-9.@_-]");
    require(role.seconds >= shortest_session && role.seconds <= longest_session,
            "the role session must last 900 to 43200 seconds");
    require(role.external_id.size() <= longest_external_id && is_visible(role.external_id),
            "the external id must be visible ASCII, at most 1224 bytes");
    require(role.policy.size() <= longest_policy, "the policy must be at most 8192 bytes");
    return role;
}

std::string sts_host(const std::string& region, bool vpc) {
    if (region.empty()) return "sts.aliyuncs.com";
    bool good = region.size() <= 63 && std::all_of(region.begin(), region.end(), [](char c) {
                    return (is_alnum(c) && !(c >= 'A' && c <= 'Z')) || c == '-';
                });
    require(good, "the region of STS must be of [a-z0-9-]");
    return (vpc ? "sts-vpc." : "sts.") + region + ".aliyuncs.com";
}

std::string assume_role_form(const role_session& role, const credentials& as, core::utc_time now,
                             const std::string& nonce) {
    auto parameters = common("AssumeRole", now);
    parameters.emplace_back("AccessKeyId", as.access_key_id());
    parameters.emplace_back("SignatureMethod", "HMAC-SHA1");
    parameters.emplace_back("SignatureVersion", "1.0");
    parameters.emplace_back("SignatureNonce", nonce);
    if (!as.security_token().empty())
        parameters.emplace_back("SecurityToken", as.security_token().reveal());
    add_role(role, parameters);
    if (!role.external_id.empty()) parameters.emplace_back("ExternalId", role.external_id);
    auto text = proto::v1_string_to_sign("POST", parameters);
    parameters.emplace_back("Signature", proto::v1_signature(as.access_key_secret(), text));
    return form_of(parameters);
}

std::string oidc_form(const role_session& role, const std::string& provider_arn,
                      const secret& token, core::utc_time now) {
    auto parameters = common("AssumeRoleWithOIDC", now);
    add_role(role, parameters);
    parameters.emplace_back("OIDCProviderArn", provider_arn);
    parameters.emplace_back("OIDCToken", token.reveal());
    return form_of(parameters);
}

}  // namespace ecisbx::eci
