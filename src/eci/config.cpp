#include <ecisbx/eci/config.hpp>

#include "core/ascii.hpp"
#include "core/dotenv.hpp"
#include "core/url.hpp"
#include "eci/credentials/settings.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>

namespace ecisbx::eci {
namespace {

constexpr std::string_view own_prefix = "ECI_SANDBOX_";
constexpr std::string_view vendor_prefix = "ALIBABA_CLOUD_";

/// A setting that was found. `origin` reads `NAME (environment)` or `NAME (FILE:LINE)`.
struct found {
    secret value;
    std::string origin;
};

/// The environment over the `.env` file. A variable that is set but empty counts as unset in both.
class variables {
public:
    explicit variables(const std::string& env_file) {
        std::optional<std::filesystem::path> file;
        if (!env_file.empty())
            file = env_file;
        else
            file = core::find_dotenv(".");
        if (!file) return;
        file_ = file->string();
        for (auto& e : core::load_dotenv(*file)) {
            auto line = e.line;
            entries_.insert_or_assign(std::move(e.name), entry{std::move(e.value), line});
        }
    }

    const std::string& file() const { return file_; }

    static std::optional<found> in_environment(const std::string& name) {
        const char* value = std::getenv(name.c_str());
        if (!value || !*value) return std::nullopt;
        return found{value, name + " (environment)"};
    }
    std::optional<found> in_file(const std::string& name) const {
        auto at = entries_.find(name);
        if (at == entries_.end() || at->second.value.empty()) return std::nullopt;
        return found{at->second.value,
                     name + " (" + file_ + ":" + std::to_string(at->second.line) + ")"};
    }
    std::optional<found> in(bool environment, const std::string& name) const {
        return environment ? in_environment(name) : in_file(name);
    }
    /// The first of the names that is set: all in the environment before any in the file.
    std::optional<found> first(std::initializer_list<std::string> names) const {
        for (bool environment : {true, false})
            for (const auto& name : names)
                if (auto f = in(environment, name)) return f;
        return std::nullopt;
    }

private:
    struct entry {
        secret value;
        std::size_t line;
    };
    std::string file_;
    std::map<std::string, entry> entries_;
};

struct found_key {
    found id, key;
    std::optional<found> token;
};

/// Id, key and token belong together, so they come from the same prefix and the same place.
std::optional<found_key> find_key(const variables& vars) {
    for (bool environment : {true, false}) {
        for (auto prefix : {own_prefix, vendor_prefix}) {
            auto id_name = std::string(prefix) + "ACCESS_KEY_ID";
            auto key_name = std::string(prefix) + "ACCESS_KEY_SECRET";
            auto id = vars.in(environment, id_name);
            auto key = vars.in(environment, key_name);
            if (!id && !key) continue;
            if (!id || !key)
                throw error(errc::unauthenticated, (id ? key_name : id_name) +
                                                       " is not set in the same place as " +
                                                       (id ? id : key)->origin);
            return found_key{std::move(*id), std::move(*key),
                             vars.in(environment, std::string(prefix) + "SECURITY_TOKEN")};
        }
    }
    return std::nullopt;
}

std::string text_of(const found& f) {
    return std::string(f.value.reveal());
}

/// A line for people: what the environment holds must not steer their terminal.
void make_printable(std::string& text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
}

std::chrono::milliseconds parse_timeout(const found& f) {
    auto text = f.value.reveal();
    std::int32_t value = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size() || value <= 0)
        throw error(errc::invalid_argument,
                    f.origin + " must be a whole number of milliseconds from 1 to " +
                        std::to_string(std::numeric_limits<std::int32_t>::max()));
    return std::chrono::milliseconds(value);
}

bool parse_switch(const found& f) {
    auto text = core::ascii_lower(f.value.reveal());
    if (text != "true" && text != "false")
        throw error(errc::invalid_argument, f.origin + " must be true or false");
    return text == "true";
}

/// What the credential chain will want to know. The key's three parts come from one place, as
/// above.
std::map<std::string, secret> chain_variables(const variables& vars) {
    std::map<std::string, secret> result;
    bool key_in_environment =
        variables::in_environment(std::string(vendor_prefix) + "ACCESS_KEY_ID").has_value();
    for (auto view : chain_variable_names) {
        std::string name(view);
        bool is_key = name.find("ACCESS_KEY_") != name.npos || name.ends_with("SECURITY_TOKEN");
        auto f = is_key ? vars.in(key_in_environment, name) : vars.first({name});
        if (f) result.emplace(std::move(name), std::move(f->value));
    }
    return result;
}

std::vector<std::string> split_list(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    std::vector<std::string> items;
    while (!text.empty()) {
        auto item = text.substr(0, text.find(','));
        text.remove_prefix(item.size() == text.size() ? item.size() : item.size() + 1);
        item.remove_prefix(std::min(item.size(), item.find_first_not_of(blanks)));
        item = item.substr(0, item.find_last_not_of(blanks) + 1);
        if (!item.empty()) items.emplace_back(item);
    }
    return items;
}

}  // namespace

config config::from_env(const std::string& env_file) {
    variables vars(env_file);
    config result;
    auto& sources = result.sources_;
    sources.push_back(".env file: " + (vars.file().empty() ? "none found" : vars.file()));
    auto own = [&](std::string name) { return vars.first({std::string(own_prefix) + name}); };
    auto both = [&](std::string name) {
        return vars.first({std::string(own_prefix) + name, std::string(vendor_prefix) + name});
    };
    auto noted = [&](std::string what, std::optional<found> f) {
        if (f) sources.push_back(what + ": " + text_of(*f) + " from " + f->origin);
        return f;
    };
    auto noted_secret = [&](std::string what, std::optional<found> f) {
        if (f) sources.push_back(what + ": from " + f->origin);
        return f;
    };

    if (auto c = find_key(vars)) {
        result.access_key(text_of(*noted_secret("access key id", c->id)),
                          noted_secret("access key secret", c->key)->value);
        if (auto f = noted_secret("security token", c->token)) result.security_token(f->value);
    } else {
        sources.push_back("access key: not set");
        sources.push_back("credentials: from the credential chain, asked at the first call");
        result.credential_chain();
    }
    config_access::variables(result) = chain_variables(vars);
    config_access::mark_read(result);
    if (auto f = noted("region", both("REGION_ID")))
        result.region(text_of(*f));
    else
        sources.push_back("region: " + result.region_ + " (default)");

    bool tls = true;
    if (auto f = both("ENDPOINT")) {
        tls = core::parse_endpoint(f->value.reveal(), f->origin).tls;
        result.endpoint(text_of(*noted("endpoint", f)));
    }
    if (auto f = both("VPC_ENDPOINT_ENABLED"))
        result.vpc_endpoint(parse_switch(*noted("VPC endpoint", f)));
    if (auto f = own("TIMEOUT_MS")) {
        result.timeout(parse_timeout(*f));
        noted("timeout in ms", f);
    }
    if (auto f = noted("CA file", own("CA_FILE"))) result.ca_file(text_of(*f));
    if (auto f = noted("exec hosts", own("EXEC_HOSTS")))
        result.exec_hosts_ = split_list(f->value.reveal());
    auto proxy =
        tls ? vars.first({"https_proxy", "HTTPS_PROXY"}) : vars.first({"http_proxy", "HTTP_PROXY"});
    if (auto f = noted_secret("proxy", std::move(proxy))) result.proxy(f->value);
    if (auto f = noted("no proxy for", vars.first({"no_proxy", "NO_PROXY"})))
        result.no_proxy(text_of(*f));

    for (auto& line : sources) make_printable(line);
    return result;
}

}  // namespace ecisbx::eci
