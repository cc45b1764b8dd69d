#include <ecisbx/eci/option_node.hpp>

#include <algorithm>
#include <utility>

namespace ecisbx::eci {
namespace {

template <class List>
auto position(List& list, std::string_view name) {
    return std::find_if(list.begin(), list.end(),
                        [name](const auto& one) { return one.name == name; });
}

/// The items of the list `name`, which is made where there is none.
template <class List>
auto& items_of(List& list, std::string_view name) {
    auto at = position(list, name);
    if (at != list.end()) return at->items;
    list.push_back({std::string(name), {}});
    return list.back().items;
}

}  // namespace

option_node::option_node() = default;
option_node::option_node(const option_node&) = default;
option_node::option_node(option_node&&) noexcept = default;
option_node& option_node::operator=(const option_node&) = default;
option_node& option_node::operator=(option_node&&) noexcept = default;
option_node::~option_node() = default;

void option_node::put(std::string_view name, option_value content) {
    auto at = position(values_, name);
    if (at != values_.end())
        at->content = std::move(content);
    else
        values_.push_back({std::string(name), std::move(content)});
}

void option_node::append(std::string_view name, std::string text) {
    items_of(texts_, name).push_back(std::move(text));
}

void option_node::assign(std::string_view name, std::vector<std::string> texts) {
    items_of(texts_, name) = std::move(texts);
}

void option_node::add(std::string_view name, option_node element) {
    items_of(nodes_, name).push_back(std::move(element));
}

void option_node::add_first(std::string_view name, option_node element) {
    auto& items = items_of(nodes_, name);
    items.insert(items.begin(), std::move(element));
}

void option_node::embed(std::string_view prefix, const option_node& member) {
    auto erase_old = [prefix](auto& list) {
        std::erase_if(list, [prefix](const auto& one) { return one.name.starts_with(prefix); });
    };
    erase_old(values_);
    erase_old(texts_);
    erase_old(nodes_);
    std::string before(prefix);
    for (const auto& one : member.values_) values_.push_back({before + one.name, one.content});
    for (const auto& one : member.texts_) texts_.push_back({before + one.name, one.items});
    for (const auto& one : member.nodes_) nodes_.push_back({before + one.name, one.items});
}

const option_value* option_node::find(std::string_view name) const noexcept {
    auto at = position(values_, name);
    return at == values_.end() ? nullptr : &at->content;
}

std::string_view option_node::text(std::string_view name) const noexcept {
    const auto* found = find(name);
    const auto* text = found == nullptr ? nullptr : std::get_if<std::string>(found);
    return text == nullptr ? std::string_view() : *text;
}

const std::vector<std::string>* option_node::find_texts(std::string_view name) const noexcept {
    auto at = position(texts_, name);
    return at == texts_.end() ? nullptr : &at->items;
}

const std::vector<option_node>* option_node::find_nodes(std::string_view name) const noexcept {
    auto at = position(nodes_, name);
    return at == nodes_.end() ? nullptr : &at->items;
}

}  // namespace ecisbx::eci
