// Limits retries of a whole client, so that they can not multiply the load on a service in trouble.
#ifndef ECISBX_PROTO_RETRY_BUDGET_HPP
#define ECISBX_PROTO_RETRY_BUDGET_HPP

#include <algorithm>

namespace ecisbx::proto {

/// Token bucket: starts full, each retry takes one token, each call that succeeded puts a fraction
/// back. In the long run retries are at most that fraction of the successful calls.
class retry_budget {
public:
    explicit retry_budget(double capacity = 50, double refill = 0.1)
        : capacity_(capacity), refill_(refill), tokens_(capacity) {}

    /// False, and nothing taken, when there is less than one token.
    bool take() {
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    void succeeded() { tokens_ = std::min(capacity_, tokens_ + refill_); }
    double tokens() const { return tokens_; }

private:
    double capacity_;
    double refill_;
    double tokens_;
};

}  // namespace ecisbx::proto

#endif
