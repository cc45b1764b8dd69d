// Server side: reads texts, numbers, lists and structs back from flat parameters.
//
// What can not be read is refused with an `api_refusal` that names the parameter in full.
#ifndef ECISBX_PROTO_UNFLATTEN_HPP
#define ECISBX_PROTO_UNFLATTEN_HPP

#include "proto/name_value.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::proto {

/// The parameters below a prefix; a value type that shares them. An empty value counts as absent
/// for numbers and booleans.
class flat_view {
public:
    explicit flat_view(parameter_list parameters);

    bool has(std::string_view name) const { return text(name).has_value(); }
    std::optional<std::string> text(std::string_view name) const;
    std::string text_or(std::string_view name, std::string_view fallback) const;
    /// Refused as `Missing<name>` when absent or empty.
    std::string required(std::string_view name) const;
    /// `true`, `false`, `1`, `0` in any case (`True`).
    std::optional<bool> boolean(std::string_view name) const;
    /// Also spelt as a whole decimal (`2.0`).
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                        std::int64_t most) const;
    std::optional<double> number(std::string_view name, double least, double most) const;

    /// `name.1`, `name.2`, ... in order of their indexes; gaps close up. Refused: index 0, leading
    /// zeros, an index above 10,000, more than `most` elements (`InvalidParameter.ValueExceeded`).
    std::vector<std::string> texts(std::string_view name, std::size_t most) const;
    /// One view per element of a list of structs (`name.1.Field`); as above.
    std::vector<flat_view> elements(std::string_view name, std::size_t most) const;
    /// The members of a struct (`name.Field`).
    flat_view member(std::string_view name) const;
    /// Nothing below this prefix.
    bool empty() const;
    /// All below this prefix, which the names come without.
    parameter_list list() const;

    /// A list written as one text (`lenient_list`), or as `name.1`, `name.2`, ...; both at once is
    /// refused. Nothing when absent.
    std::optional<std::vector<std::string>> lenient_texts(std::string_view name,
                                                          std::size_t most) const;

    /// A map with keys of the caller's choice: `name.#6#repoId`, with the key's length, as the
    /// service writes it, or `name.repoId`. In order of the keys. Refused: a length that is wrong,
    /// a key twice, more than `most` of them.
    std::vector<std::pair<std::string, std::string>> free_map(std::string_view name,
                                                              std::size_t most) const;

    /// `name` with the prefix of this view, for messages.
    std::string full_name(std::string_view name) const { return prefix_ + std::string(name); }

private:
    using index = std::map<std::string, std::string, std::less<>>;
    flat_view(std::shared_ptr<const index> all, std::string prefix)
        : all_(std::move(all)), prefix_(std::move(prefix)) {}
    std::vector<std::size_t> indexes(std::string_view name, bool of_structs,
                                     std::size_t most) const;

    std::shared_ptr<const index> all_;
    std::string prefix_;
};

/// Reads a JSON array of strings, the same with single quotes (as Python prints it), or a bare
/// text, which is a list of that one. Empty text is an empty list. Nothing for what begins with
/// `[` and is neither array.
std::optional<std::vector<std::string>> lenient_list(std::string_view text);

}  // namespace ecisbx::proto

#endif
