#include "eci/credentials/source.hpp"

#include <ecisbx/error.hpp>

#include "eci/credentials/providers.hpp"
#include "eci/credentials/refreshing_source.hpp"
#include "eci/credentials/settings.hpp"

#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

constexpr const char* from_settings = "access key of the settings";

/// What never changes.
class fixed_source : public credentials_source {
public:
    explicit fixed_source(credentials keys) {
        grant_.keys = std::move(keys);
        grant_.source = from_settings;
    }
    asio::awaitable<key_grant> current(core::deadline) override { co_return grant_; }
    asio::awaitable<replacement> replace(std::uint64_t, core::deadline) override {
        co_return replacement();
    }
    std::vector<source_report> reports() const override {
        return {{from_settings, source_state::gave, "set, and not asked anywhere else"}};
    }

private:
    key_grant grant_;
};

credentials key_in(const config& settings) {
    return credentials(settings.access_key_id(), settings.access_key_secret(),
                       settings.security_token());
}

provider_ptr whole_chain(const credentials_settings_ptr& with) {
    std::vector<provider_ptr> parts{
        environment_provider(with),          oidc_environment_provider(with),
        cli_file_provider(with, ""),         ini_file_provider(with, ""),
        metadata_environment_provider(with), uri_environment_provider(with)};
    return chain_provider("the credential chain", std::move(parts));
}

provider_ptr base_provider(const config& settings, const credentials_settings_ptr& with) {
    switch (settings.credentials_from()) {
        case key_origin::chain: return whole_chain(with);
        case key_origin::profile: {
            std::vector<provider_ptr> parts{cli_file_provider(with, settings.profile()),
                                            ini_file_provider(with, settings.profile())};
            return chain_provider("the profile files", std::move(parts));
        }
        case key_origin::provider: return function_provider(settings.credentials_provider());
        case key_origin::access_key:
        case key_origin::none: break;
    }
    return fixed_provider(from_settings, key_in(settings));
}

}  // namespace

std::shared_ptr<credentials_source> make_credentials_source(
    asio::any_io_executor executor, const config& settings,
    std::shared_ptr<const net::dialer> how) {
    bool is_fixed = settings.credentials_from() == key_origin::access_key ||
                    settings.credentials_from() == key_origin::none;
    if (is_fixed && settings.role_arn().empty())
        return std::make_shared<fixed_source>(key_in(settings));
    auto with = credentials_settings_of(settings, std::move(how));
    auto from = base_provider(settings, with);
    if (!settings.role_arn().empty()) {
        role_session role;
        role.arn = settings.role_arn();
        role.name = settings.role_session();
        role.external_id = settings.role_external_id();
        from = role_provider(with, std::move(from), std::move(role));
    }
    return std::make_shared<refreshing_source>(std::move(executor), std::move(from), with->now,
                                               core::observation(settings.observers()));
}

}  // namespace ecisbx::eci
