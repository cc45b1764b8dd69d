/// @file
/// What an options class has collected, under the service's own names.
#ifndef ECISBX_ECI_OPTION_NODE_HPP
#define ECISBX_ECI_OPTION_NODE_HPP

#include <ecisbx/export.hpp>
#include <ecisbx/secret.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ecisbx::eci {

using option_value = std::variant<std::string, std::int64_t, double, bool, secret>;

/// A struct of the service's parameters: values, lists of texts and lists of structs, in the order
/// in which they were set. Options classes are typed faces of one; nothing is checked here.
class ECISBX_API option_node {
public:
    /// One value and its name.
    struct value {
        std::string name;
        option_value content;
    };
    /// A list of texts and its name.
    struct text_list {
        std::string name;
        std::vector<std::string> items;
    };
    struct node_list;

    option_node();
    option_node(const option_node&);
    option_node(option_node&&) noexcept;
    option_node& operator=(const option_node&);
    option_node& operator=(option_node&&) noexcept;
    ~option_node();

    /// Takes the place of an earlier value of this name.
    void put(std::string_view name, option_value content);
    /// One more text of the list `name`.
    void append(std::string_view name, std::string text);
    /// Takes the place of the list `name`; the wire can not express an empty one.
    void assign(std::string_view name, std::vector<std::string> texts);
    /// One more struct of the list `name`.
    void add(std::string_view name, option_node element);
    /// One struct more at the beginning of the list `name`.
    void add_first(std::string_view name, option_node element);
    /// All that `member` holds, with `prefix` before each name, in place of what had that prefix.
    void embed(std::string_view prefix, const option_node& member);

    /// The value `name`; null when there is none.
    const option_value* find(std::string_view name) const noexcept;
    /// The text `name`; empty when there is none.
    std::string_view text(std::string_view name) const noexcept;
    /// The list of texts `name`; null when there is none.
    const std::vector<std::string>* find_texts(std::string_view name) const noexcept;
    /// The list of structs `name`; null when there is none.
    const std::vector<option_node>* find_nodes(std::string_view name) const noexcept;

    const std::vector<value>& values() const noexcept { return values_; }
    const std::vector<text_list>& text_lists() const noexcept { return texts_; }
    const std::vector<node_list>& node_lists() const noexcept { return nodes_; }

private:
    std::vector<value> values_;
    std::vector<text_list> texts_;
    std::vector<node_list> nodes_;
};

/// A list of structs and its name.
struct option_node::node_list {
    std::string name;
    std::vector<option_node> items;
};

}  // namespace ecisbx::eci

#endif
