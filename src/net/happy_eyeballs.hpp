// When to try which address (RFC 8305). Decides only; `connect_first` carries it out.
#ifndef ECISBX_NET_HAPPY_EYEBALLS_HPP
#define ECISBX_NET_HAPPY_EYEBALLS_HPP

#include "core/deadline.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace ecisbx::net {

/// Alternates the address families, beginning with the family of the first one; the order within a
/// family stays.
std::vector<boost::asio::ip::address> interleave_families(
    const std::vector<boost::asio::ip::address>& addresses);

/// The schedule of attempts 0 .. `attempts`-1: one at once, the next each `stagger` later, or at
/// once when one fails.
class happy_eyeballs {
public:
    explicit happy_eyeballs(std::size_t attempts,
                            core::clock::duration stagger = std::chrono::milliseconds(250))
        : attempts_(attempts), stagger_(stagger) {}

    /// The attempt to start now, if one is due. Call again until there is none.
    std::optional<std::size_t> start_next(core::clock::time_point now);
    /// A started attempt has failed.
    void failed();
    /// When the next attempt is due; never when all are started.
    core::deadline next_due() const;
    /// All have failed.
    bool is_exhausted() const { return failures_ == attempts_; }

private:
    std::size_t attempts_;
    core::clock::duration stagger_;
    std::size_t started_ = 0;
    std::size_t failures_ = 0;
    core::clock::time_point due_ = core::clock::time_point::min();
};

}  // namespace ecisbx::net

#endif
