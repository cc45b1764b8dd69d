#include "eci/fields.hpp"

#include <ecisbx/error.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse_path(const std::string& path, std::string_view expected) {
    throw error(errc::protocol, "field " + path + " of the answer is not " + std::string(expected));
}

}  // namespace

fields::fields(const json::object& object, std::string path)
    : object_(&object), path_(std::move(path)) {}

fields::fields(const json::value& value, std::string path)
    : object_(value.if_object()), path_(std::move(path)) {
    if (object_ == nullptr) refuse_path(path_, "an object");
}

std::string fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + '.' + std::string(name);
}

void fields::refuse(std::string_view name, std::string_view expected) const {
    refuse_path(path_of(name), expected);
}

const json::value* fields::find(std::string_view name) const {
    const auto* value = object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string fields::text(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return {};
    if (!value->is_string()) refuse(name, "a string");
    return std::string(value->get_string());
}

bool fields::flag(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) refuse(name, "true or false");
    return value->get_bool();
}

double fields::number(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return 0;
    if (!value->is_number()) refuse(name, "a number");
    return value->to_number<double>();
}

std::int64_t fields::integer(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return 0;
    json::error_code ec;
    auto number = value->is_number() ? value->to_number<std::int64_t>(ec) : 0;
    if (!value->is_number() || ec) refuse(name, "an integer");
    return number;
}

std::optional<int> fields::small_integer(std::string_view name) const {
    if (find(name) == nullptr) return std::nullopt;
    auto number = integer(name);
    if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max())
        refuse(name, "a 32 bit integer");
    return static_cast<int>(number);
}

std::optional<double> fields::amount(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) return value->to_number<double>();
    double number = 0;
    if (const auto* text = value->if_string()) {
        if (text->empty()) return std::nullopt;
        auto* end = text->data() + text->size();
        auto read = std::from_chars(text->data(), end, number);
        if (read.ec == std::errc() && read.ptr == end && std::isfinite(number)) return number;
    }
    refuse(name, "a number");
}

std::optional<std::int64_t> fields::count(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    auto number = amount(name);
    if (!number) return std::nullopt;
    constexpr double most = 9'007'199'254'740'992.0;  // 2^53: beyond, a double is no count
    if (std::abs(*number) > most) refuse(name, "a number of at most 2^53");
    return std::llround(*number);
}

std::optional<fields> fields::object(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    return fields(*value, path_of(name));
}

const json::array* fields::list(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) refuse(name, "a list");
    return &value->get_array();
}

std::vector<std::string> fields::texts(std::string_view name) const {
    std::vector<std::string> all;
    const auto* items = list(name);
    if (items == nullptr) return all;
    all.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto& item = (*items)[i];
        if (!item.is_string())
            refuse_path(path_of(name) + '[' + std::to_string(i) + ']', "a string");
        all.emplace_back(item.get_string());
    }
    return all;
}

fields fields::element(std::string_view name, const json::array& list, std::size_t index) const {
    return fields(list[index], path_of(name) + '[' + std::to_string(index) + ']');
}

}  // namespace ecisbx::eci
