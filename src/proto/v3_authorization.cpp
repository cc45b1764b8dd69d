// The Authorization header of the third generation.
#include "core/ascii.hpp"
#include "proto/sign_v3.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ecisbx::proto {

namespace {

constexpr std::size_t max_authorization = 4096;
constexpr std::size_t max_signed_headers = 64;

bool is_header_name(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
    return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
}

/// Nothing unless the names are proper, in order, and none is there twice.
std::optional<std::vector<std::string>> split_names(std::string_view list) {
    std::vector<std::string> names;
    while (true) {
        auto end = list.find(';');
        auto name = list.substr(0, end);
        if (!is_header_name(name) || names.size() == max_signed_headers) return {};
        if (!names.empty() && names.back() >= name) return {};
        names.emplace_back(name);
        if (end == std::string_view::npos) return names;
        list.remove_prefix(end + 1);
    }
}

bool is_signature(std::string_view text) {
    return text.size() == 64 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_key_id(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Takes the next part of a comma list off its front.
std::string_view take_part(std::string_view& rest) {
    auto comma = rest.find(',');
    auto part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    auto start = part.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view() : part.substr(start);
}

}  // namespace

std::string v3_name_list(std::span<const std::string> names) {
    std::string joined;
    for (const auto& name : names) {
        if (!joined.empty()) joined += ';';
        joined += name;
    }
    return joined;
}

std::string format_v3_authorization(const v3_authorization& value) {
    return std::string(v3_algorithm) + " Credential=" + value.access_key_id +
           ",SignedHeaders=" + v3_name_list(value.signed_headers) + ",Signature=" + value.signature;
}

bool is_v3_authorization(std::string_view value) {
    return core::trimmed(value).starts_with("ACS3-");
}

std::optional<v3_authorization> parse_v3_authorization(std::string_view value) {
    value = core::trimmed(value);
    if (value.size() > max_authorization || !value.starts_with(v3_algorithm)) return {};
    value.remove_prefix(v3_algorithm.size());
    if (!value.starts_with(' ')) return {};

    std::optional<std::string_view> credential, names, signature;
    while (!value.empty()) {
        auto part = take_part(value);
        auto equals = part.find('=');
        if (equals == std::string_view::npos) return {};
        auto key = part.substr(0, equals);
        auto* slot = key == "Credential"      ? &credential
                     : key == "SignedHeaders" ? &names
                     : key == "Signature"     ? &signature
                                              : nullptr;
        if (slot == nullptr || *slot) return {};
        *slot = part.substr(equals + 1);
    }
    if (!credential || !names || !signature) return {};
    auto signed_headers = split_names(*names);
    if (!signed_headers || !is_signature(*signature) || !is_key_id(*credential)) return {};
    return v3_authorization{std::string(*credential), std::move(*signed_headers),
                            std::string(*signature)};
}

}  // namespace ecisbx::proto
