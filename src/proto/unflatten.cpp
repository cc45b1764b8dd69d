#include "proto/unflatten.hpp"

#include "core/ascii.hpp"
#include "proto/api_error.hpp"
#include "proto/flatten.hpp"

#include <charconv>
#include <cmath>
#include <set>
#include <system_error>
#include <utility>

namespace ecisbx::proto {

namespace {

constexpr std::size_t max_index = 10'000;

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
    throw api_refusal(invalid_parameter(name, why));
}

[[noreturn]] void refuse_count(const std::string& name, std::size_t most) {
    throw api_refusal({400, "InvalidParameter.ValueExceeded",
                       "The specified parameter " + name + " has more than " +
                           std::to_string(most) + " elements."});
}

template <class T>
std::optional<T> parse_all(std::string_view text) {
    T value{};
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::string range_text(const std::string& least, const std::string& most) {
    return "a number from " + least + " to " + most + " was expected";
}

/// The index at the front of what follows `name.`; nothing when it is no number at all.
std::optional<std::size_t> index_of(std::string_view digits, const std::string& name) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return {};
    auto index = digits.front() == '0' ? std::nullopt : parse_all<std::size_t>(digits);
    if (!index || *index > max_index)
        refuse(name,
               "list indexes are 1 to " + std::to_string(max_index) + ", without leading zeros");
    return index;
}

}  // namespace

flat_view::flat_view(parameter_list parameters) {
    index all;
    for (auto& [name, value] : parameters) all.emplace(std::move(name), std::move(value));
    all_ = std::make_shared<const index>(std::move(all));
}

std::optional<std::string> flat_view::text(std::string_view name) const {
    auto found = all_->find(full_name(name));
    if (found == all_->end()) return {};
    return found->second;
}

std::string flat_view::text_or(std::string_view name, std::string_view fallback) const {
    auto value = text(name);
    return value ? *value : std::string(fallback);
}

std::string flat_view::required(std::string_view name) const {
    auto value = text(name);
    if (!value || value->empty()) throw api_refusal(missing_parameter(full_name(name)));
    return *value;
}

std::optional<bool> flat_view::boolean(std::string_view name) const {
    auto value = core::ascii_lower(text_or(name, ""));
    if (value.empty()) return {};
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    refuse(full_name(name), "true or false was expected");
}

std::optional<std::int64_t> flat_view::integer(std::string_view name, std::int64_t least,
                                               std::int64_t most) const {
    auto value = text_or(name, "");
    if (value.empty()) return {};
    auto read = parse_all<std::int64_t>(value);
    if (!read) {
        // Python writes a float where a whole number is meant. 2^53: doubles are exact up to there.
        auto decimal = parse_all<double>(value);
        if (decimal && std::trunc(*decimal) == *decimal && std::fabs(*decimal) <= 0x1p53)
            read = static_cast<std::int64_t>(*decimal);
    }
    if (!read || *read < least || *read > most)
        refuse(full_name(name), "a whole number from " + std::to_string(least) + " to " +
                                    std::to_string(most) + " was expected");
    return read;
}

std::optional<double> flat_view::number(std::string_view name, double least, double most) const {
    auto value = text_or(name, "");
    if (value.empty()) return {};
    auto read = parse_all<double>(value);
    if (!read || !(*read >= least && *read <= most))  // a NaN is in no range
        refuse(full_name(name), range_text(number_text(least), number_text(most)));
    return read;
}

std::vector<std::size_t> flat_view::indexes(std::string_view name, bool of_structs,
                                            std::size_t most) const {
    auto front = full_name(name) + '.';
    std::set<std::size_t> found;
    for (auto at = all_->lower_bound(front); at != all_->end() && at->first.starts_with(front);
         ++at) {
        auto rest = std::string_view(at->first).substr(front.size());
        auto dot = rest.find('.');
        if ((dot != std::string_view::npos) != of_structs) continue;
        if (auto number = index_of(rest.substr(0, dot), at->first)) found.insert(*number);
        if (found.size() > most) refuse_count(full_name(name), most);
    }
    return {found.begin(), found.end()};
}

std::vector<std::string> flat_view::texts(std::string_view name, std::size_t most) const {
    std::vector<std::string> values;
    for (auto number : indexes(name, false, most))
        values.push_back(text_or(std::string(name) + '.' + std::to_string(number), ""));
    return values;
}

std::vector<flat_view> flat_view::elements(std::string_view name, std::size_t most) const {
    std::vector<flat_view> views;
    for (auto number : indexes(name, true, most))
        views.push_back(member(std::string(name) + '.' + std::to_string(number)));
    return views;
}

flat_view flat_view::member(std::string_view name) const {
    return {all_, full_name(name) + '.'};
}

parameter_list flat_view::list() const {
    parameter_list found;
    for (auto at = all_->lower_bound(prefix_);
         at != all_->end() && std::string_view(at->first).starts_with(prefix_); ++at)
        found.emplace_back(at->first.substr(prefix_.size()), at->second);
    return found;
}

bool flat_view::empty() const {
    auto at = all_->lower_bound(prefix_);
    return at == all_->end() || !at->first.starts_with(prefix_);
}

std::vector<std::pair<std::string, std::string>> flat_view::free_map(std::string_view name,
                                                                     std::size_t most) const {
    auto front = full_name(name) + '.';
    std::map<std::string, std::string> found;
    for (auto at = all_->lower_bound(front); at != all_->end() && at->first.starts_with(front);
         ++at) {
        auto key = std::string_view(at->first).substr(front.size());
        if (key.starts_with('#')) {
            auto mark = key.find('#', 1);
            auto length = mark == std::string_view::npos
                              ? std::nullopt
                              : parse_all<std::size_t>(key.substr(1, mark - 1));
            if (!length || *length != key.size() - mark - 1)
                refuse(at->first, "a key is written as #length#key");
            key.remove_prefix(mark + 1);
        }
        if (key.empty()) refuse(at->first, "a key must not be empty");
        if (!found.emplace(key, at->second).second) refuse(at->first, "this key is there twice");
        if (found.size() > most) refuse_count(full_name(name), most);
    }
    return {found.begin(), found.end()};
}

std::optional<std::vector<std::string>> flat_view::lenient_texts(std::string_view name,
                                                                 std::size_t most) const {
    auto whole = text(name);
    auto list = texts(name, most);
    if (!whole) return list.empty() ? std::nullopt : std::optional(std::move(list));
    if (!list.empty()) refuse(full_name(name), "it is given both as one text and as a list");
    auto read = lenient_list(*whole);
    if (!read) refuse(full_name(name), "a JSON array of strings was expected");
    if (read->size() > most) refuse_count(full_name(name), most);
    return read;
}

}  // namespace ecisbx::proto
