// Single-use, short-lived bearer tokens: what an exec URL carries.
#ifndef ECISBX_SERVER_STORE_TICKETS_HPP
#define ECISBX_SERVER_STORE_TICKETS_HPP

#include "server/clock.hpp"

#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ecisbx::server::store {

/// What a token entitles to: one exec, or a look at the page of its container.
struct ticket {
    std::string group_id;
    std::string container;
    std::size_t container_index = 0;
    std::vector<std::string> argv;
    bool open_stdin = true;
    bool tty = false;
};

/// Tokens have 128 random bits and are kept as a hash, so that a look at the table (or the time a
/// look-up takes) gives none away.
class tickets {
public:
    tickets(clock_function clock, std::chrono::seconds lifetime, std::size_t capacity);

    /// The token; nothing while `capacity` tokens are outstanding.
    std::optional<std::string> issue(ticket what);
    /// Uses the token up. Nothing for a wrong, used or expired one.
    std::optional<ticket> redeem(const std::string& token);
    std::size_t size() const { return by_hash_.size(); }

private:
    struct entry {
        ticket what;
        time_point until;
        std::list<std::string>::iterator place;  ///< in `order_`
    };
    void purge();

    clock_function clock_;
    std::chrono::seconds lifetime_;
    std::size_t capacity_;
    std::unordered_map<std::string, entry> by_hash_;
    std::list<std::string> order_;  ///< hashes, those that expire first in front
};

}  // namespace ecisbx::server::store

#endif
