#include "eci/credentials/settings.hpp"

#include "core/ascii.hpp"

#include <cstdlib>

namespace ecisbx::eci {

constinit const std::string_view chain_variable_names[15] = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID",     "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    "ALIBABA_CLOUD_ROLE_SESSION_NAME", "ALIBABA_CLOUD_PROFILE",
    "ALIBABA_CLOUD_CREDENTIALS_FILE",  "ALIBABA_CLOUD_CLI_PROFILE_DISABLED",
    "ALIBABA_CLOUD_ECS_METADATA",      "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
    "ALIBABA_CLOUD_IMDSV1_DISABLED",   "ALIBABA_CLOUD_CREDENTIALS_URI",
    "ALIBABA_CLOUD_STS_REGION",
};

std::string_view credentials_settings::variable(const std::string& name) const {
    auto at = variables.find(name);
    return at == variables.end() ? std::string_view() : at->second.reveal();
}

bool credentials_settings::is_on(const std::string& switch_name) const {
    return core::ascii_lower(variable(switch_name)) == "true";
}

credentials_settings_ptr credentials_settings_of(const config& settings,
                                                 std::shared_ptr<const net::dialer> how) {
    auto result = std::make_shared<credentials_settings>();
    if (config_access::were_read(settings)) {
        result->variables = config_access::variables(settings);
    } else {
        for (auto name : chain_variable_names)
            if (const char* value = std::getenv(std::string(name).c_str()); value && *value)
                result->variables.emplace(name, value);
    }
    if (const char* home = std::getenv("HOME")) result->home = home;
    result->region = settings.region();
    result->vpc = settings.uses_vpc_endpoint();
    result->allow_plain_http = settings.plain_http_allowed();
    result->how = std::move(how);
    return result;
}

}  // namespace ecisbx::eci
