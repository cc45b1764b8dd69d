#include "proto/nonce_cache.hpp"

#include "core/hex.hpp"
#include "core/sha256.hpp"

#include <algorithm>
#include <string>

namespace ecisbx::proto {

nonce_cache::nonce_cache(std::chrono::seconds window, std::size_t capacity)
    : window_(window), capacity_(std::max<std::size_t>(capacity, 1)) {}

nonce_cache::verdict nonce_cache::remember(std::string_view access_key_id, std::string_view nonce,
                                           core::utc_time date, core::utc_time now) {
    while (!expiring_.empty() && expiring_.begin()->first < now) forget_first();
    if (date <= floor_) return verdict::too_old;

    // A fixed size per entry, whatever strangers choose. Key ids hold no NUL: one text, one pair.
    std::string pair(access_key_id);
    pair += '\0';
    pair += nonce;
    digest id;
    auto hash = core::hmac_sha256({}, pair);
    std::copy_n(hash.begin(), id.size(), id.begin());

    // A request is acceptable until its date leaves the window, and a nonce must rest for a window.
    auto until = std::max(date, now) + window_;
    if (!known_.emplace(id, until).second) return verdict::used;
    expiring_[until].push_back(id);
    while (known_.size() > capacity_) {
        floor_ = std::max(floor_, expiring_.begin()->first - window_);
        forget_first();
    }
    return verdict::fresh;
}

void nonce_cache::forget_first() {
    for (const auto& id : expiring_.begin()->second) known_.erase(id);
    expiring_.erase(expiring_.begin());
}

}  // namespace ecisbx::proto
