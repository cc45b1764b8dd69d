// The providers that need no network themselves: variables, files, functions.
#include "eci/credentials/providers.hpp"

#include <ecisbx/error.hpp>

#include "eci/credentials/check.hpp"
#include "eci/credentials/cli_profile.hpp"
#include "eci/credentials/ini_profile.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

namespace {

class fixed : public credentials_provider {
public:
    fixed(std::string name, credentials keys) : name_(std::move(name)), keys_(std::move(keys)) {}
    std::string name() const override { return name_; }
    std::string_view id() const override { return "fixed"; }
    asio::awaitable<provider_answer> ask(core::deadline) override {
        co_return provider_answer::given(keys_, name_);
    }

private:
    std::string name_;
    credentials keys_;
};

class function : public credentials_provider {
public:
    explicit function(credentials_function from) : from_(std::move(from)) {}
    std::string name() const override { return "credentials provider of the program"; }
    std::string_view id() const override { return "provider"; }

    asio::awaitable<provider_answer> ask(core::deadline) override {
        credentials keys;
        error_info why;
        bool failed = false;
        try {
            auto answer = from_();
            keys = co_await std::move(answer);
        } catch (const error& e) {
            why = e.info();
            failed = true;
        } catch (const std::exception& e) {
            why = error_info(errc::unauthenticated, e.what());
            failed = true;
        }
        if (failed) throw error(std::move(why));
        co_return provider_answer::given(checked(std::move(keys)), name());
    }

private:
    credentials_function from_;
};

class environment : public credentials_provider {
public:
    explicit environment(credentials_settings_ptr settings) : settings_(std::move(settings)) {}
    std::string name() const override { return "environment"; }
    std::string_view id() const override { return "environment"; }

    asio::awaitable<provider_answer> ask(core::deadline) override {
        auto id = settings_->variable("ALIBABA_CLOUD_ACCESS_KEY_ID");
        auto key = settings_->variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET");
        if (id.empty() || key.empty())
            co_return provider_answer::not_set(id.empty() ? "no ALIBABA_CLOUD_ACCESS_KEY_ID"
                                                          : "no ALIBABA_CLOUD_ACCESS_KEY_SECRET");
        auto keys =
            checked(credentials(std::string(id), secret(key),
                                secret(settings_->variable("ALIBABA_CLOUD_SECURITY_TOKEN"))));
        co_return provider_answer::given(std::move(keys), "ALIBABA_CLOUD_ACCESS_KEY_ID");
    }

private:
    credentials_settings_ptr settings_;
};

class oidc_environment : public credentials_provider {
public:
    explicit oidc_environment(credentials_settings_ptr settings) : settings_(std::move(settings)) {}
    std::string name() const override { return "OIDC"; }
    std::string_view id() const override { return "oidc"; }

    asio::awaitable<provider_answer> ask(core::deadline until) override {
        for (const char* needed : {"ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
                                   "ALIBABA_CLOUD_OIDC_TOKEN_FILE"})
            if (settings_->variable(needed).empty())
                co_return provider_answer::not_set(std::string("no ") + needed);
        role_session role;
        role.arn = settings_->variable("ALIBABA_CLOUD_ROLE_ARN");
        role.name = settings_->variable("ALIBABA_CLOUD_ROLE_SESSION_NAME");
        auto by_token =
            oidc_provider(settings_, std::move(role),
                          std::string(settings_->variable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN")),
                          std::string(settings_->variable("ALIBABA_CLOUD_OIDC_TOKEN_FILE")));
        auto answer = co_await by_token->ask(until);
        co_return answer;
    }

private:
    credentials_settings_ptr settings_;
};

std::string profile_of(const credentials_settings& settings, const std::string& wanted) {
    return wanted.empty() ? std::string(settings.variable("ALIBABA_CLOUD_PROFILE")) : wanted;
}

class cli_file : public credentials_provider {
public:
    cli_file(credentials_settings_ptr settings, std::string profile)
        : settings_(std::move(settings)), profile_(std::move(profile)) {}
    std::string name() const override { return "~/.aliyun/config.json"; }
    std::string_view id() const override { return "cli_profile"; }

    asio::awaitable<provider_answer> ask(core::deadline until) override {
        if (settings_->is_on("ALIBABA_CLOUD_CLI_PROFILE_DISABLED"))
            co_return provider_answer::disabled("ALIBABA_CLOUD_CLI_PROFILE_DISABLED is true");
        if (settings_->home.empty()) co_return provider_answer::not_set("HOME is not set");
        auto text = read_small_file(settings_->home + "/.aliyun/config.json");
        if (!text) co_return provider_answer::not_set("there is no such file");
        auto how = cli_recipe(*text, profile_of(*settings_, profile_), settings_->now());
        auto from = make_provider(how, settings_);
        auto answer = co_await from->ask(until);
        if (answer.state == source_state::gave) answer.text = how.text;
        co_return answer;
    }

private:
    credentials_settings_ptr settings_;
    std::string profile_;
};

class ini_file : public credentials_provider {
public:
    ini_file(credentials_settings_ptr settings, std::string profile)
        : settings_(std::move(settings)), profile_(std::move(profile)) {}
    std::string name() const override { return "INI profile"; }
    std::string_view id() const override { return "ini_profile"; }

    asio::awaitable<provider_answer> ask(core::deadline until) override {
        std::string file, text;
        for (const auto& candidate : files()) {
            auto content = read_small_file(candidate);
            if (!content) continue;
            file = candidate;
            text = std::move(*content);
            break;
        }
        if (file.empty()) co_return provider_answer::not_set(missing());
        auto how = ini_recipe(text, profile_of(*settings_, profile_));
        auto from = make_provider(how, settings_);
        auto answer = co_await from->ask(until);
        if (answer.state == source_state::gave) answer.text = file + ", " + how.text;
        co_return answer;
    }

private:
    std::vector<std::string> files() const {
        auto named = settings_->variable("ALIBABA_CLOUD_CREDENTIALS_FILE");
        if (!named.empty()) return {std::string(named)};
        if (settings_->home.empty()) return {};
        return {settings_->home + "/.alibabacloud/credentials.ini",
                settings_->home + "/.alibabacloud/credentials"};
    }
    std::string missing() const {
        auto named = settings_->variable("ALIBABA_CLOUD_CREDENTIALS_FILE");
        if (!named.empty())
            return "there is no file " + shown(named) + " (ALIBABA_CLOUD_CREDENTIALS_FILE)";
        if (settings_->home.empty()) return "HOME is not set";
        return "there is no ~/.alibabacloud/credentials.ini and no ~/.alibabacloud/credentials";
    }

    credentials_settings_ptr settings_;
    std::string profile_;
};

}  // namespace

provider_ptr make_provider(const recipe& how, credentials_settings_ptr settings) {
    switch (how.what) {
        case recipe::kind::assume_role: {
            auto base = make_provider(*how.base, settings);
            return role_provider(std::move(settings), std::move(base), how.role);
        }
        case recipe::kind::oidc:
            return oidc_provider(std::move(settings), how.role, how.provider_arn, how.token_file);
        case recipe::kind::metadata: return metadata_provider(std::move(settings), how.role_name);
        case recipe::kind::process: return process_provider(std::move(settings), how.command);
        case recipe::kind::uri: return uri_provider(std::move(settings), how.uri);
        case recipe::kind::keys: break;
    }
    return fixed_provider(how.text, how.keys);
}

provider_ptr fixed_provider(std::string name, credentials keys) {
    return std::make_shared<fixed>(std::move(name), std::move(keys));
}

provider_ptr function_provider(credentials_function from) {
    return std::make_shared<function>(std::move(from));
}

provider_ptr environment_provider(credentials_settings_ptr settings) {
    return std::make_shared<environment>(std::move(settings));
}

provider_ptr oidc_environment_provider(credentials_settings_ptr settings) {
    return std::make_shared<oidc_environment>(std::move(settings));
}

provider_ptr cli_file_provider(credentials_settings_ptr settings, std::string profile) {
    return std::make_shared<cli_file>(std::move(settings), std::move(profile));
}

provider_ptr ini_file_provider(credentials_settings_ptr settings, std::string profile) {
    return std::make_shared<ini_file>(std::move(settings), std::move(profile));
}

}  // namespace ecisbx::eci
