// Warm connections to a few hosts, lent one request at a time.
#ifndef ECISBX_NET_HTTP_POOL_HPP
#define ECISBX_NET_HTTP_POOL_HPP

#include "net/dial.hpp"
#include "net/http.hpp"

#include <cstdint>
#include <memory>

namespace ecisbx::net {

struct http_pool_options {
    std::size_t per_origin = 64;       ///< connections at once to one origin, at least 1
    std::size_t max_waiting = 100000;  ///< callers in the queue of one origin
    /// Unused for longer: never lent again, and closed at the next use of the pool. (No timer is
    /// kept for it: an idle pool does not keep `io_context::run` from returning.)
    core::deadline::duration idle_expiry = std::chrono::seconds(50);
    http_limits limits;
};

/// Counters since the start; `idle`, `in_use` and `waiting` are of now.
struct http_pool_stats {
    std::uint64_t requests = 0, dialled = 0, dial_failures = 0, resumed = 0, reused = 0,
                  stale_retries = 0, expired = 0;
    std::size_t idle = 0, in_use = 0, waiting = 0;
};

struct send_options {
    core::deadline until;
    core::deadline::duration first_byte = std::chrono::seconds(30);
    /// The request may be sent again when a reused connection broke after it was written but
    /// before any byte of an answer. (Broken before it was written whole: always sent again.)
    bool idempotent = false;
    /// Told, before `send` throws, how far the last attempt came. Must outlive the call.
    exchange_progress* progress = nullptr;
};

/// A handle to shared state. Single-threaded. When the last handle goes, idle connections close
/// and lent ones close on return.
class http_pool {
public:
    http_pool(boost::asio::any_io_executor executor, std::shared_ptr<const dialer> how,
              http_pool_options options = {});

    /// Lends a connection (waits in a first-come queue while all are busy), exchanges, and gives
    /// it back. A reused connection that the server had closed in the meantime is replaced by a
    /// new one once (see `send_options::idempotent`).
    /// Throws what `dial` and `http_exchange` throw; a wait that times out in the queue says so,
    /// with the last connect error if there was one. A queue that is full throws `unavailable`.
    /// A Host field is added where the request has none.
    boost::asio::awaitable<http_response> send(origin where, http_request request,
                                               send_options options);

    http_pool_stats stats() const;

    /// No new requests (they throw `canceled`); those in the queue are still served. Returns when
    /// lent connections are back and closed.
    boost::asio::awaitable<void> drain();

private:
    struct impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace ecisbx::net

#endif
