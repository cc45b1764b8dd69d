#include "server/store/tickets.hpp"

#include "core/random.hpp"
#include "core/sha256.hpp"

namespace ecisbx::server::store {

tickets::tickets(clock_function clock, std::chrono::seconds lifetime, std::size_t capacity)
    : clock_(std::move(clock)), lifetime_(lifetime), capacity_(capacity) {}

void tickets::purge() {
    auto now = clock_();
    while (!order_.empty() && order_.front().first <= now) {
        by_hash_.erase(order_.front().second);
        order_.pop_front();
    }
}

std::optional<std::string> tickets::issue(ticket what) {
    purge();
    // The order keeps the hashes of used tokens until they expire: it is what bounds memory.
    if (order_.size() >= capacity_) return std::nullopt;
    auto token = core::random_hex(16);
    auto hash = core::sha256_hex(token);
    auto until = clock_() + lifetime_;
    order_.emplace_back(until, hash);
    by_hash_.emplace(std::move(hash), entry{std::move(what), until});
    return token;
}

std::optional<ticket> tickets::redeem(const std::string& token, ticket::kind as) {
    auto found = by_hash_.find(core::sha256_hex(token));
    if (found == by_hash_.end() || found->second.what.what != as) return std::nullopt;
    auto taken = std::move(found->second);
    by_hash_.erase(found);
    if (taken.until <= clock_()) return std::nullopt;
    return std::move(taken.what);
}

}  // namespace ecisbx::server::store
