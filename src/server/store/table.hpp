// A bounded table of one kind of resource: found by id, listed newest first.
#ifndef ECISBX_SERVER_STORE_TABLE_HPP
#define ECISBX_SERVER_STORE_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ecisbx::server::store {

template <class T>
struct table_page {
    std::vector<const T*> items;
    std::size_t total = 0;   ///< that match, on all pages
    std::uint64_t next = 0;  ///< pass it as `before` for the next page; 0: this is the last
};

/// `T` has members `id` and `sequence`; the table sets the latter. Pointers to items stay good
/// until the item is erased. A listing looks at every item, which the capacity bounds.
template <class T>
class table {
public:
    explicit table(std::size_t capacity) : capacity_(capacity) {}

    std::size_t size() const { return items_.size(); }
    std::size_t capacity() const { return capacity_; }

    /// Null when the table is full.
    T* insert(T item) { return size() < capacity_ ? put(std::move(item)) : nullptr; }
    /// Makes room by forgetting the oldest.
    T& insert_over(T item) {
        while (size() >= capacity_) erase(std::string(items_.begin()->second.id));
        return *put(std::move(item));
    }
    T* find(const std::string& id) {
        auto at = by_id_.find(id);
        return at == by_id_.end() ? nullptr : &items_.at(at->second);
    }
    bool erase(const std::string& id) {
        auto at = by_id_.find(id);
        if (at == by_id_.end()) return false;
        items_.erase(at->second);
        by_id_.erase(at);
        return true;
    }
    template <class Condition>
    void erase_if(const Condition& condition) {
        for (auto at = items_.begin(); at != items_.end();) {
            auto item = at++;
            if (condition(item->second)) erase(std::string(item->second.id));
        }
    }
    /// The newest that `matches` it, or null.
    template <class Match>
    T* find_if(const Match& matches) {
        for (auto at = items_.rbegin(); at != items_.rend(); ++at)
            if (matches(at->second)) return &at->second;
        return nullptr;
    }
    /// A page goes on behind the item whose sequence is `before`, whatever was added or removed
    /// meanwhile. `before` 0: from the newest.
    template <class Match>
    table_page<T> select(const Match& matches, std::size_t limit, std::uint64_t before) const {
        table_page<T> page;
        bool more = false;
        for (auto at = items_.rbegin(); at != items_.rend(); ++at) {
            if (!matches(at->second)) continue;
            ++page.total;
            if (before != 0 && at->first >= before) continue;
            if (page.items.size() < limit)
                page.items.push_back(&at->second);
            else
                more = true;
        }
        if (more && !page.items.empty()) page.next = page.items.back()->sequence;
        return page;
    }

private:
    T* put(T item) {
        item.sequence = ++last_sequence_;
        by_id_[item.id] = item.sequence;
        return &items_.emplace(item.sequence, std::move(item)).first->second;
    }

    std::size_t capacity_;
    std::uint64_t last_sequence_ = 0;
    std::map<std::uint64_t, T> items_;
    std::unordered_map<std::string, std::uint64_t> by_id_;
};

}  // namespace ecisbx::server::store

#endif
