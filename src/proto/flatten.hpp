// Builds the flat parameters that the service takes: `Container.1.EnvironmentVar.2.Key=...`.
#ifndef ECISBX_PROTO_FLATTEN_HPP
#define ECISBX_PROTO_FLATTEN_HPP

#include "proto/name_value.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::proto {

/// Decimal text without an exponent, as short as reads back the same: `1`, `0.25`.
/// Throws `invalid_argument` for infinities and NaN.
std::string number_text(double value);

/// Appends parameters to a list that it does not own. What has no value (an empty optional, an
/// empty list) adds nothing, since the wire can not express it.
class flattener {
public:
    explicit flattener(parameter_list& out) : out_(&out) {}

    flattener& add(std::string_view name, std::string_view value);
    flattener& add(std::string_view name, const char* value) {
        return add(name, std::string_view(value));
    }
    /// `true` or `false`.
    flattener& add(std::string_view name, std::same_as<bool> auto value) {
        return add(name, std::string_view(value ? "true" : "false"));
    }
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    flattener& add(std::string_view name, T value) {
        return add(name, std::string_view(std::to_string(value)));
    }
    flattener& add(std::string_view name, std::floating_point auto value) {
        return add(name, std::string_view(number_text(value)));
    }
    template <class T>
    flattener& add(std::string_view name, const std::optional<T>& value) {
        return value ? add(name, *value) : *this;
    }
    /// `name.1=`, `name.2=`, ...
    template <class T>
    flattener& add(std::string_view name, const std::vector<T>& values) {
        std::size_t index = 0;
        for (const auto& value : values)
            add(std::string(name) + '.' + std::to_string(++index), value);
        return *this;
    }
    /// Nothing when it is empty, which is what most optional texts mean by it.
    flattener& add_unless_empty(std::string_view name, std::string_view value) {
        return value.empty() ? *this : add(name, value);
    }

    /// For the members of a struct: names get `name.` in front.
    flattener member(std::string_view name) const;
    /// For the members of an element of a list, 1-based: names get `name.index.` in front.
    flattener element(std::string_view name, std::size_t index) const;

private:
    parameter_list* out_;
    std::string prefix_;
};

/// A list as JSON text, for `Command` and `ContainerGroupIds`.
std::string json_list(const std::vector<std::string>& values);

}  // namespace ecisbx::proto

#endif
