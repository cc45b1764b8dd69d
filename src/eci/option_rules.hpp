// The documented bounds of the service's parameters, each in one line of one table.
#ifndef ECISBX_ECI_OPTION_RULES_HPP
#define ECISBX_ECI_OPTION_RULES_HPP

#include <ecisbx/eci/option_node.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ecisbx::eci {

/// What a value must be. `least` and `most` count characters or are the number itself; of a list,
/// `most` counts its elements and `least` the characters of each.
struct option_limit {
    enum class kind { text, ascii, number, above_zero, flag, choice, special, list };
    kind what = kind::text;
    double least = 0;
    double most = 0;
    /// choice, and elements of a list: the words, with `|` between, none for any; special: what is
    /// expected.
    std::string_view words = {};
    bool (*good)(std::string_view) = nullptr;  ///< special
};

struct option_rule {
    /// Names without their indexes: `Container.EnvironmentVar.Value`. `InitContainer` is written
    /// as `Container`, both probes as `Probe.`, both handlers as `Handler`.
    std::string_view path;
    std::string_view field;  ///< what the setter calls it, the last part of the path only
    option_limit limit;
    bool required =
        false;  ///< an empty text is refused here; elsewhere it means that there is none
};

inline constexpr double no_most = 1e15;

// option_rules.cpp
std::span<const option_rule> option_rules();
/// Null for a path that has no rule.
const option_rule* find_rule(std::string_view path);

// option_limits.cpp
bool fits(const option_limit& limit, const option_value& value);
/// Of an element of a list.
option_limit element_limit(const option_limit& limit);
/// `1 to 64 characters`, `one of Always, OnFailure, Never`.
std::string expectation(const option_limit& limit);
/// An empty text means that there is none; true where it does not.
bool takes_empty(const option_limit& limit);

/// UTF-8 without NUL.
bool is_wire_text(std::string_view text);
/// Of UTF-8.
std::size_t characters_of(std::string_view text);

}  // namespace ecisbx::eci

#endif
