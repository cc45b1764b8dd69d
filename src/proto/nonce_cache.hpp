// Remembers the nonces of accepted requests, so that none is accepted twice.
#ifndef ECISBX_PROTO_NONCE_CACHE_HPP
#define ECISBX_PROTO_NONCE_CACHE_HPP

#include "core/time.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ecisbx::proto {

/// Bounded without opening a door: when it is full the oldest entries go, and requests dated so
/// early that they could be a replay of a forgotten one are refused from then on. Under extreme
/// load the window shrinks therefore, but no replay passes.
///
/// Record only requests whose signature was verified, or strangers could fill it.
class nonce_cache {
public:
    /// `window`: how far a request's date may be off, either way.
    explicit nonce_cache(std::chrono::seconds window, std::size_t capacity = 1'000'000);

    std::chrono::seconds window() const { return window_; }

    enum class verdict {
        fresh,    ///< now remembered
        used,     ///< seen before
        too_old,  ///< may have been seen and forgotten
    };
    /// Precondition: `date` is within the window around `now`.
    verdict remember(std::string_view access_key_id, std::string_view nonce, core::utc_time date,
                     core::utc_time now);

    std::size_t size() const { return known_.size(); }

private:
    using digest = std::array<char, 16>;
    struct digest_hash {
        std::size_t operator()(const digest& d) const noexcept {
            std::size_t h = 0;  // a piece of SHA-256 is as good as any hash of it
            std::memcpy(&h, d.data(), sizeof h);
            return h;
        }
    };
    void forget_first();

    std::chrono::seconds window_;
    std::size_t capacity_;
    core::utc_time floor_ = core::utc_time::min();  // dates up to this one may be forgotten
    std::unordered_map<digest, core::utc_time, digest_hash> known_;  // until when
    std::map<core::utc_time, std::vector<digest>> expiring_;
};

}  // namespace ecisbx::proto

#endif
