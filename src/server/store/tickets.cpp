#include "server/store/tickets.hpp"

#include "core/random.hpp"
#include "core/sha256.hpp"

#include <iterator>
#include <utility>

namespace ecisbx::server::store {

tickets::tickets(clock_function clock, std::chrono::seconds lifetime, std::size_t capacity)
    : clock_(std::move(clock)), lifetime_(lifetime), capacity_(capacity) {}

void tickets::purge() {
    auto now = clock_();
    while (!order_.empty()) {
        auto oldest = by_hash_.find(order_.front());
        if (oldest->second.until > now) return;
        by_hash_.erase(oldest);
        order_.pop_front();
    }
}

std::optional<std::string> tickets::issue(ticket what) {
    purge();
    if (order_.size() >= capacity_) return std::nullopt;
    auto token = core::random_hex(16);
    order_.push_back(core::sha256_hex(token));
    by_hash_.emplace(order_.back(),
                     entry{std::move(what), clock_() + lifetime_, std::prev(order_.end())});
    return token;
}

std::optional<ticket> tickets::redeem(const std::string& token) {
    auto found = by_hash_.find(core::sha256_hex(token));
    if (found == by_hash_.end()) return std::nullopt;
    auto taken = std::move(found->second);
    by_hash_.erase(found);
    order_.erase(taken.place);
    if (taken.until <= clock_()) return std::nullopt;
    return std::move(taken.what);
}

}  // namespace ecisbx::server::store
