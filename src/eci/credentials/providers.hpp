// The places that credentials come from, each one a provider.
#ifndef ECISBX_ECI_CREDENTIALS_PROVIDERS_HPP
#define ECISBX_ECI_CREDENTIALS_PROVIDERS_HPP

#include "eci/credentials/provider.hpp"
#include "eci/credentials/recipe.hpp"
#include "eci/credentials/settings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ecisbx::eci {

/// Carries a recipe out. Throws `invalid_argument` for a URI that can not be one.
provider_ptr make_provider(const recipe& how, credentials_settings_ptr settings);

/// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `_ACCESS_KEY_SECRET`, `_SECURITY_TOKEN`.
provider_ptr environment_provider(credentials_settings_ptr settings);
/// AssumeRoleWithOIDC by `ALIBABA_CLOUD_ROLE_ARN` and its like.
provider_ptr oidc_environment_provider(credentials_settings_ptr settings);
/// `~/.aliyun/config.json`, read at each ask. `profile`: empty: `ALIBABA_CLOUD_PROFILE`, else the
/// one the file says.
provider_ptr cli_file_provider(credentials_settings_ptr settings, std::string profile);
/// The INI file, read at each ask. `profile`: as above, else `default`.
provider_ptr ini_file_provider(credentials_settings_ptr settings, std::string profile);
/// The metadata service of ECS and ECI instances, version 2 with its token, then version 1.
/// `role`: empty: the one that it lists.
provider_ptr metadata_provider(credentials_settings_ptr settings, std::string role);
/// The same, by the switches and names of the environment.
provider_ptr metadata_environment_provider(credentials_settings_ptr settings);
/// `ALIBABA_CLOUD_CREDENTIALS_URI`.
provider_ptr uri_environment_provider(credentials_settings_ptr settings);
/// GET of a URI that answers as the metadata service does: https, or this machine, or plain http
/// where the client allows it.
provider_ptr uri_provider(credentials_settings_ptr settings, std::string uri);
/// The program of a profile's `process_command`.
provider_ptr process_provider(credentials_settings_ptr settings, std::string command);
/// STS AssumeRole with the key that `base` gives.
provider_ptr role_provider(credentials_settings_ptr settings, provider_ptr base, role_session role);
/// STS AssumeRoleWithOIDC with the token in a file, read at each ask.
provider_ptr oidc_provider(credentials_settings_ptr settings, role_session role,
                           std::string provider_arn, std::string token_file);
/// The user's own function.
provider_ptr function_provider(credentials_function from);
/// Always these.
provider_ptr fixed_provider(std::string name, credentials keys);

/// Asks them in order; the first that gives is asked alone from then on. Throws `unauthenticated`
/// with a line for each.
provider_ptr chain_provider(std::string name, std::vector<provider_ptr> parts);

/// The words of a command line, without a shell: blanks part words, single and double quotes keep
/// them together, a backslash takes the next character as it is (not within single quotes).
/// Nothing is expanded. Throws `invalid_argument` for a quote without its end, a NUL, no word.
std::vector<std::string> command_words(std::string_view text);

}  // namespace ecisbx::eci

#endif
