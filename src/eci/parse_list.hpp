// Lists of structs in an answer.
#ifndef ECISBX_ECI_PARSE_LIST_HPP
#define ECISBX_ECI_PARSE_LIST_HPP

#include "eci/fields.hpp"

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Calls `parse` for each element of the list `name`, of which there may be none.
template <class Parse>
auto parse_list(const fields& owner, std::string_view name, Parse parse) {
    std::vector<decltype(parse(std::declval<fields>()))> items;
    const auto* list = owner.list(name);
    if (list == nullptr) return items;
    items.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i)
        items.push_back(parse(owner.element(name, *list, i)));
    return items;
}

}  // namespace ecisbx::eci

#endif
