// Resumable TLS sessions of a client, by `host:port`.
#ifndef ECISBX_NET_TLS_SESSION_CACHE_HPP
#define ECISBX_NET_TLS_SESSION_CACHE_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

struct ssl_session_st;

namespace ecisbx::net {

struct free_tls_ticket {
    void operator()(ssl_session_st* session) const noexcept;
};
using tls_ticket = std::unique_ptr<ssl_session_st, free_tls_ticket>;

/// Bounded in hosts (the one unused for longest goes) and in tickets per host (the oldest goes).
class tls_session_cache {
public:
    static constexpr std::size_t max_hosts = 256;
    static constexpr std::size_t max_per_host = 4;

    void store(const std::string& key, tls_ticket ticket);
    /// A ticket that is still valid, or null. Each is given out once, but for the last one of a
    /// host, which is kept: a burst of connections would else resume only the first few, and a
    /// client that signs every request has nothing to hide by unlinkable tickets.
    tls_ticket take(const std::string& key);
    /// After a handshake that failed: the next one starts from nothing.
    void forget(const std::string& key);
    std::size_t hosts() const { return hosts_.size(); }

private:
    struct host {
        std::deque<tls_ticket> tickets;  // newest at the back
        std::uint64_t used = 0;
    };
    void evict_one();

    std::map<std::string, host> hosts_;
    std::uint64_t uses_ = 0;
};

}  // namespace ecisbx::net

#endif
