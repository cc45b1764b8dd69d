#include "proto/flatten.hpp"

#include <ecisbx/error.hpp>

#include <boost/json.hpp>

#include <charconv>
#include <cmath>

namespace ecisbx::proto {

std::string number_text(double value) {
    if (!std::isfinite(value))
        throw error(errc::invalid_argument, "a number is infinite or not a number");
    char text[400];  // the longest double without an exponent has 327 characters
    auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
    return {text, end};
}

flattener& flattener::add(std::string_view name, std::string_view value) {
    out_->emplace_back(prefix_ + std::string(name), std::string(value));
    return *this;
}

flattener flattener::member(std::string_view name) const {
    flattener inner(*out_);
    inner.prefix_ = prefix_ + std::string(name) + '.';
    return inner;
}

flattener flattener::element(std::string_view name, std::size_t index) const {
    return member(std::string(name) + '.' + std::to_string(index));
}

std::string json_list(const std::vector<std::string>& values) {
    boost::json::array list;
    for (const auto& value : values) list.emplace_back(value);
    return boost::json::serialize(list);
}

}  // namespace ecisbx::proto
