#include "eci/credentials/cli_profile.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "eci/credentials/check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ecisbx::eci {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_file = 1024 * 1024;
constexpr std::size_t most_profiles_in_chain = 8;

/// Finds profiles, and follows them to where the key is.
class reader {
public:
    reader(const json::array& profiles, core::utc_time now) : profiles_(profiles), now_(now) {}
    recipe read(const std::string& name);

private:
    const json::object& find(const std::string& name) const;
    recipe by_mode(const json::object& from, const std::string& mode);
    recipe assume(const json::object& from, recipe base) const;
    recipe chained(const json::object& from);
    recipe signed_in(const json::object& from, const std::string& mode) const;

    const json::array& profiles_;
    core::utc_time now_;
    std::vector<std::string> path_;
};

std::string required(const json::object& from, std::string_view key) {
    auto text = text_of(from, key);
    if (text.empty())
        throw error(errc::invalid_argument, "\"" + std::string(key) + "\" is not set");
    return text;
}

recipe of_kind(recipe::kind what) {
    recipe result;
    result.what = what;
    return result;
}

recipe permanent(const json::object& from) {
    auto result = of_kind(recipe::kind::keys);
    result.keys = checked(
        credentials(required(from, "access_key_id"), secret(required(from, "access_key_secret"))));
    return result;
}

recipe temporary(const json::object& from) {
    auto result = of_kind(recipe::kind::keys);
    result.keys = checked(credentials(required(from, "access_key_id"),
                                      secret(required(from, "access_key_secret")),
                                      secret(required(from, "sts_token"))));
    return result;
}

recipe of_machine(const json::object& from) {
    auto result = of_kind(recipe::kind::metadata);
    result.role_name = text_of(from, "ram_role_name");
    return result;
}

role_session read_role(const json::object& from) {
    role_session role;
    role.arn = required(from, "ram_role_arn");
    role.name = text_of(from, "ram_session_name");
    if (role.name.empty()) role.name = text_of(from, "role_session_name");
    role.external_id = text_of(from, "external_id");
    role.policy = text_of(from, "policy");
    role.seconds = number_of(from, "expired_seconds");
    role.region = text_of(from, "sts_region");
    role.vpc = flag_of(from, "enable_vpc");
    return completed(std::move(role));
}

recipe oidc(const json::object& from) {
    auto result = of_kind(recipe::kind::oidc);
    result.role = read_role(from);
    result.provider_arn = required(from, "oidc_provider_arn");
    result.token_file = required(from, "oidc_token_file");
    return result;
}

recipe external(const json::object& from) {
    auto result = of_kind(recipe::kind::process);
    result.command = required(from, "process_command");
    return result;
}

recipe from_uri(const json::object& from) {
    auto result = of_kind(recipe::kind::uri);
    result.uri = required(from, "credentials_uri");
    return result;
}

using plain_mode = recipe (*)(const json::object&);
constexpr std::array<std::pair<std::string_view, plain_mode>, 6> plain_modes{{
    {"ak", permanent},
    {"ststoken", temporary},
    {"ecsramrole", of_machine},
    {"oidc", oidc},
    {"external", external},
    {"credentialsuri", from_uri},
}};

recipe reader::assume(const json::object& from, recipe base) const {
    auto result = of_kind(recipe::kind::assume_role);
    result.role = read_role(from);
    result.base = std::make_shared<const recipe>(std::move(base));
    return result;
}

recipe reader::chained(const json::object& from) {
    auto source = required(from, "source_profile");
    return assume(from, read(source));
}

/// The vendor's program signs in by a browser and leaves a temporary key in the file.
recipe reader::signed_in(const json::object& from, const std::string& mode) const {
    auto expires = number_of(from, "sts_expiration");
    bool has_key = !text_of(from, "access_key_id").empty() && !text_of(from, "sts_token").empty();
    if (!has_key || expires <= now_.time_since_epoch().count())
        refuse_kind("mode " + mode, std::string("it signs in by a browser, and the file holds ") +
                                        (has_key ? "an expired key" : "no temporary key") +
                                        "; run the vendor's program once to renew it");
    auto result = temporary(from);
    // Beyond the years that a date can have it is no expiry.
    constexpr std::int64_t year_9999 = 253402300799;
    result.keys.expires(core::utc_time(std::chrono::seconds(std::min(expires, year_9999))));
    return result;
}

recipe reader::by_mode(const json::object& from, const std::string& mode) {
    auto known = core::ascii_lower(mode);
    for (const auto& [name, read_it] : plain_modes)
        if (known == name) return read_it(from);
    if (known == "ramrolearn") {
        bool is_temporary = !text_of(from, "sts_token").empty();
        return assume(from, is_temporary ? temporary(from) : permanent(from));
    }
    if (known == "ramrolearnwithrolename") return assume(from, of_machine(from));
    if (known == "chainableramrolearn") return chained(from);
    if (known == "cloudsso") return signed_in(from, "CloudSSO");
    if (known == "oauth") return signed_in(from, "OAuth");
    if (known == "rsakeypair") refuse_kind("mode RsaKeyPair", "the vendor has retired it");
    if (known == "bearertoken" || known == "anonymous")
        refuse_kind("mode " + mode, "it gives no access key to sign with");
    throw error(errc::invalid_argument, "the mode " + shown(mode) + " is not known");
}

const json::object& reader::find(const std::string& name) const {
    const json::object* found = nullptr;
    for (const auto& one : profiles_) {
        if (!one.is_object()) throw error(errc::protocol, "a profile is not a JSON object");
        if (text_of(one.get_object(), "name") != name) continue;
        if (found) throw error(errc::protocol, "there are two profiles " + shown(name));
        found = &one.get_object();
    }
    if (!found) throw error(errc::not_found, "there is no profile " + shown(name));
    return *found;
}

recipe reader::read(const std::string& name) {
    if (std::find(path_.begin(), path_.end(), name) != path_.end())
        throw error(errc::invalid_argument,
                    "the source_profile of " + shown(path_.back()) + " leads back to itself");
    path_.push_back(name);
    if (path_.size() > most_profiles_in_chain)
        throw error(errc::invalid_argument, "more than 8 profiles in a row by source_profile");
    const auto& from = find(name);
    recipe result;
    try {
        auto mode = required(from, "mode");
        result = by_mode(from, mode);
        result.text = "profile " + shown(name) + ", mode " + mode;
    } catch (const error& e) {
        if (path_.back() != name) throw;  // an inner profile has said its name already
        throw error(static_cast<errc>(e.code().value()),
                    "profile " + shown(name) + ": " + e.info().message);
    }
    if (result.base) result.text += " from " + result.base->text;
    path_.pop_back();
    return result;
}

}  // namespace

recipe cli_recipe(std::string_view file, const std::string& name, core::utc_time now) {
    if (file.starts_with("\xEF\xBB\xBF")) file.remove_prefix(3);
    auto all = read_object(file, "the file", longest_file);
    const auto* profiles = all.if_contains("profiles");
    if (!profiles || !profiles->is_array())
        throw error(errc::protocol, "the file has no list of profiles");
    auto wanted = name.empty() ? text_of(all, "current") : name;
    if (wanted.empty()) wanted = "default";
    return reader(profiles->get_array(), now).read(wanted);
}

}  // namespace ecisbx::eci
