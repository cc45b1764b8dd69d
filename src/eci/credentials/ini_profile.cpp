#include "eci/credentials/ini_profile.hpp"

#include <ecisbx/error.hpp>

#include "core/ascii.hpp"
#include "eci/credentials/check.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace ecisbx::eci {
namespace {

using section_keys = std::map<std::string, std::string>;

[[noreturn]] void fail(std::size_t line, const std::string& why) {
    throw error(errc::protocol, "line " + std::to_string(line) + ": " + why);
}

std::map<std::string, section_keys> parse(std::string_view text) {
    std::map<std::string, section_keys> sections;
    section_keys* open = nullptr;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        line = core::trimmed(line);
        if (std::any_of(line.begin(), line.end(),
                        [](char c) { return core::is_ascii_control(c) && c != '\t'; }))
            fail(number, "a control character");
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        if (line.front() == '[') {
            auto end = line.find(']');
            if (end == std::string_view::npos) fail(number, "a [ without its ]");
            auto rest = core::trimmed(line.substr(end + 1));
            if (!rest.empty() && rest.front() != '#' && rest.front() != ';')
                fail(number, "something behind the name of a section");
            auto name = std::string(core::trimmed(line.substr(1, end - 1)));
            auto [at, is_new] = sections.try_emplace(name);
            if (!is_new) fail(number, "the section " + shown(name) + " is there twice");
            open = &at->second;
            continue;
        }
        auto equals = line.find('=');
        if (equals == std::string_view::npos) fail(number, "expected [section] or key = value");
        if (!open) fail(number, "a key before the first section");
        auto key = core::ascii_lower(core::trimmed(line.substr(0, equals)));
        auto value = line.substr(equals + 1);
        value = core::trimmed(value.substr(0, value.find('#')));
        if (!open->emplace(key, value).second)
            fail(number, "the key " + shown(key) + " is there twice");
    }
    return sections;
}

std::string optional_key(const section_keys& from, const std::string& key) {
    auto at = from.find(key);
    return at == from.end() ? std::string() : at->second;
}

std::string required(const section_keys& from, const std::string& key) {
    auto value = optional_key(from, key);
    if (value.empty()) throw error(errc::invalid_argument, key + " is not set");
    return value;
}

recipe keys_of(const section_keys& from) {
    recipe result;
    result.keys = checked(credentials(required(from, "access_key_id"),
                                      secret(required(from, "access_key_secret")),
                                      secret(optional_key(from, "security_token"))));
    return result;
}

role_session role_of(const section_keys& from) {
    role_session role;
    role.arn = required(from, "role_arn");
    role.name = optional_key(from, "role_session_name");
    role.policy = optional_key(from, "policy");
    role.external_id = optional_key(from, "external_id");
    role.region = optional_key(from, "sts_region");
    role.vpc = core::ascii_lower(optional_key(from, "enable_vpc")) == "true";
    if (auto text = optional_key(from, "duration_seconds"); !text.empty()) {
        auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), role.seconds);
        if (ec != std::errc() || end != text.data() + text.size())
            throw error(errc::invalid_argument, "duration_seconds must be a whole number");
    }
    return completed(std::move(role));
}

recipe by_type(const section_keys& from, const std::string& type) {
    recipe result;
    if (type == "access_key" || type == "sts") return keys_of(from);
    if (type == "ecs_ram_role") {
        result.what = recipe::kind::metadata;
        result.role_name = optional_key(from, "role_name");
        return result;
    }
    if (type == "ram_role_arn") {
        result.what = recipe::kind::assume_role;
        result.role = role_of(from);
        auto base = keys_of(from);
        base.text = "its own key";
        result.base = std::make_shared<const recipe>(std::move(base));
        return result;
    }
    if (type == "oidc_role_arn") {
        result.what = recipe::kind::oidc;
        result.role = role_of(from);
        result.provider_arn = required(from, "oidc_provider_arn");
        result.token_file = required(from, "oidc_token_file_path");
        return result;
    }
    if (type == "rsa_key_pair") refuse_kind("type rsa_key_pair", "the vendor has retired it");
    throw error(errc::invalid_argument, "the type " + shown(type) + " is not known");
}

}  // namespace

recipe ini_recipe(std::string_view file, const std::string& section) {
    auto sections = parse(file);
    std::string name = section.empty() ? "default" : section;
    auto at = sections.find(name);
    if (at == sections.end()) throw error(errc::not_found, "there is no section " + shown(name));
    try {
        auto type = required(at->second, "type");
        auto result = by_type(at->second, type);
        result.text = "section " + shown(name) + ", type " + type;
        return result;
    } catch (const error& e) {
        throw error(static_cast<errc>(e.code().value()),
                    "section " + shown(name) + ": " + e.info().message);
    }
}

}  // namespace ecisbx::eci
