// What the table's limits mean.
#include "eci/option_rules.hpp"

#include "core/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ecisbx::eci {
namespace {

using kind = option_limit::kind;

std::optional<std::string_view> text_in(const option_value& value) {
    if (const auto* plain = std::get_if<std::string>(&value)) return *plain;
    if (const auto* hidden = std::get_if<secret>(&value)) return hidden->reveal();
    return std::nullopt;
}

bool is_chosen(std::string_view words, std::string_view word) {
    for (std::size_t at = 0; at <= words.size();) {
        auto end = std::min(words.find('|', at), words.size());
        if (words.substr(at, end - at) == word) return true;
        at = end + 1;
    }
    return false;
}

bool fits_number(const option_limit& limit, const option_value& value) {
    double number = 0;
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        number = static_cast<double>(*whole);
    else if (const auto* real = std::get_if<double>(&value))
        number = *real;
    else
        return false;
    if (!std::isfinite(number)) return false;
    if (limit.what == kind::above_zero) return number > 0;
    return number >= limit.least && number <= limit.most;
}

std::string plain(double number) {
    return std::to_string(static_cast<std::int64_t>(number));
}

std::string range(const option_limit& limit) {
    if (limit.least == limit.most) return "exactly " + plain(limit.least);
    if (limit.most == no_most) return "at least " + plain(limit.least);
    if (limit.least == 0) return "at most " + plain(limit.most);
    return plain(limit.least) + " to " + plain(limit.most);
}

}  // namespace

bool is_wire_text(std::string_view text) {
    return text.find('\0') == std::string_view::npos && core::is_valid_utf8(text);
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

bool takes_empty(const option_limit& limit) {
    return limit.what == kind::text && limit.least == 0;
}

option_limit element_limit(const option_limit& limit) {
    option_limit element;
    element.what = limit.words.empty() ? kind::text : kind::choice;
    element.least = limit.least;
    element.most = no_most;
    element.words = limit.words;
    return element;
}

bool fits(const option_limit& limit, const option_value& value) {
    if (limit.what == kind::flag) return std::holds_alternative<bool>(value);
    if (limit.what == kind::number || limit.what == kind::above_zero)
        return fits_number(limit, value);
    auto text = text_in(value);
    if (!text) return false;
    auto length = static_cast<double>(characters_of(*text));
    switch (limit.what) {
        case kind::text: return length >= limit.least && length <= limit.most;
        case kind::ascii:
            return length >= limit.least && length <= limit.most &&
                   std::all_of(text->begin(), text->end(),
                               [](char c) { return c >= 0x20 && c < 0x7F; });
        case kind::choice: return is_chosen(limit.words, *text);
        case kind::special: return limit.good(*text);
        default: return false;
    }
}

std::string expectation(const option_limit& limit) {
    switch (limit.what) {
        case kind::text:
            return limit.most == no_most ? "a text that is not empty"
                                         : range(limit) + " characters";
        case kind::ascii: return range(limit) + " printable ASCII characters";
        case kind::number: return range(limit);
        case kind::above_zero: return "a number above 0";
        case kind::flag: return "true or false";
        case kind::special: return std::string(limit.words);
        case kind::list: return "at most " + plain(limit.most) + " elements";
        case kind::choice: break;
    }
    std::string words(limit.words);
    bool several = words.find('|') != std::string::npos;
    for (auto at = words.find('|'); at != std::string::npos; at = words.find('|', at))
        words.replace(at, 1, ", ");
    return (several ? "one of " : "") + words;
}

}  // namespace ecisbx::eci
