#include "server/store/idempotency.hpp"

namespace ecisbx::server::store {

idempotency::idempotency(clock_function clock, std::chrono::seconds lifetime, std::size_t capacity)
    : clock_(std::move(clock)), lifetime_(lifetime), capacity_(capacity) {}

void idempotency::purge() {
    auto now = clock_();
    while (!order_.empty() && order_.front().first <= now) {
        entries_.erase(order_.front().second);
        order_.pop_front();
    }
}

idempotency::answer idempotency::look_up(const std::string& action, const std::string& token,
                                         const std::string& fingerprint) {
    purge();
    answer found;
    auto at = entries_.find(action + " " + token);
    if (at == entries_.end()) return found;
    if (at->second.fingerprint != fingerprint) {
        found.what = answer::kind::mismatch;
        return found;
    }
    found.what = answer::kind::repeated;
    found.result = at->second.result;
    return found;
}

void idempotency::remember(const std::string& action, const std::string& token,
                           std::string fingerprint, std::string result) {
    purge();
    auto key = action + " " + token;
    auto [at, added] =
        entries_.insert_or_assign(key, entry{std::move(fingerprint), std::move(result)});
    if (!added) return;
    order_.emplace_back(clock_() + lifetime_, std::move(key));
    if (order_.size() <= capacity_) return;
    entries_.erase(order_.front().second);
    order_.pop_front();
}

}  // namespace ecisbx::server::store
