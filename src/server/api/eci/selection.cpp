#include "server/api/eci/selection.hpp"

#include "core/hex.hpp"
#include "core/sha256.hpp"
#include "server/api/eci/common.hpp"

#include <algorithm>

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t max_ids = 20;

std::optional<std::string> text_filter(const call& c, std::string_view name) {
    auto value = c.parameters.text_or(name, "");
    if (value.empty()) return std::nullopt;
    return value;
}

std::string exclusive_or(std::string a, std::string_view b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<char>(a[i] ^ b[i]);
    return a;
}

std::string tag_of(std::string_view key, std::string_view number) {
    return core::hmac_sha256(key, "page " + std::string(number)).substr(0, 8);
}

std::string mask_of(std::string_view key, std::string_view tag) {
    return core::hmac_sha256(key, "mask " + std::string(tag)).substr(0, 8);
}

}  // namespace

store::group_filter read_filter(const call& c) {
    store::group_filter filter;
    auto ids = c.parameters.lenient_texts("ContainerGroupIds", max_ids);
    if (ids && !ids->empty()) filter.ids = std::move(ids);
    filter.zone = text_filter(c, "ZoneId");
    filter.vswitch = text_filter(c, "VSwitchId");
    filter.resource_group = text_filter(c, "ResourceGroupId");
    for (const auto& tag : c.parameters.elements("Tag", max_ids))
        filter.tags.emplace_back(tag.required("Key"), tag.text_or("Value", ""));
    return filter;
}

page_request read_page(service& s, const call& c, std::string_view limit_name, std::size_t fallback,
                       std::size_t most) {
    auto limit = c.parameters.integer(limit_name, 0, 1'000'000'000).value_or(0);
    page_request page;
    page.limit = limit == 0 ? fallback : std::min(most, static_cast<std::size_t>(limit));
    auto token = c.parameters.text_or("NextToken", "");
    if (!token.empty()) {
        auto opened = open_page(s.page_key, token);
        if (!opened)
            refuse_parameter(c.parameters, "NextToken", "it is not one that was given out");
        page.before = *opened;
    }
    return page;
}

store::group_page select_page(service& s, const call& c, const store::group_filter& filter,
                              std::size_t most) {
    auto page = read_page(s, c, "Limit", most, most);
    return s.groups->select(filter, page.limit, page.before);
}

std::string seal_page(std::string_view key, std::uint64_t sequence) {
    if (sequence == 0) return {};
    std::string number(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) number[i] = static_cast<char>(sequence >> (8 * i));
    auto tag = tag_of(key, number);
    auto hex = core::hex_encode(tag + exclusive_or(number, mask_of(key, tag)));
    for (std::size_t at : {8u, 13u, 18u, 23u}) hex.insert(at, 1, '-');
    return hex;
}

std::optional<std::uint64_t> open_page(std::string_view key, std::string_view token) {
    std::string hex(token);
    std::erase(hex, '-');
    auto bytes = core::hex_decode(hex);
    if (token.size() != 36 || !bytes || bytes->size() != 16) return std::nullopt;
    auto tag = bytes->substr(0, 8);
    auto number = exclusive_or(bytes->substr(8), mask_of(key, tag));
    if (!core::constant_time_equal(tag, tag_of(key, number))) return std::nullopt;
    std::uint64_t sequence = 0;
    for (std::size_t i = 0; i < 8; ++i)
        sequence |= std::uint64_t{static_cast<unsigned char>(number[i])} << (8 * i);
    return sequence;
}

}  // namespace ecisbx::server::api::eci
