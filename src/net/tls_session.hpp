// TLS on a non-blocking socket, without an executor: one step at a time.
#ifndef ECISBX_NET_TLS_SESSION_HPP
#define ECISBX_NET_TLS_SESSION_HPP

#include <ecisbx/error.hpp>

#include "net/io_step.hpp"
#include "net/tls.hpp"

#include <cstdint>
#include <memory>
#include <string>

struct ssl_st;

namespace ecisbx::net {

/// Does not own the socket. After `failed`, `failure()` tells why.
class tls_session {
public:
    /// Verifies that the peer is `host` (name or address literal). `port` distinguishes servers of
    /// one host in the session cache.
    static std::unique_ptr<tls_session> client(std::shared_ptr<tls_client_context> context, int fd,
                                               const std::string& host, std::uint16_t port);
    static std::unique_ptr<tls_session> server(std::shared_ptr<tls_server_context> context, int fd);
    ~tls_session();
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;

    io_step handshake();
    /// Precondition of the next three: the handshake is done.
    /// Takes as many records as there are and fit, up to a bound.
    io_step read(void* into, std::size_t size);
    /// May move a part only; after `must_wait` the same bytes have to be offered again.
    io_step write(const void* bytes, std::size_t size);
    /// Sends close_notify; does not wait for the peer's.
    io_step shutdown();

    /// To call after (or before) a wait for the socket: until then nothing more is read from one
    /// that was found empty.
    void waited() { socket_.drained = false; }

    /// True while the peer has neither sent application data nor closed.
    bool is_quiet();
    bool was_resumed() const;
    /// Precondition: a step failed.
    const error_info& failure() const { return *failure_; }

    // What OpenSSL's callbacks need of a session.
    struct peer_check {
        std::string host;       ///< as verified
        std::string cache_key;  ///< empty on the server side
        std::string refusal;    ///< why the certificate was not accepted
        bool ticket_came = false;
    };
    struct socket_state {
        int fd = -1;
        int last_error = 0;  ///< errno of the last step that failed
        bool at_end = false;
        bool drained = false;  ///< nothing to read until the next wait
    };

private:
    struct free_ssl {
        void operator()(ssl_st* ssl) const noexcept;
    };
    tls_session(ssl_st* ssl, int fd);
    io_step read_record(void* into, std::size_t size);
    io_step outcome(int result, std::size_t bytes);
    void release_after_ticket();
    io_step fail(errc condition, std::string message);
    io_step fail_by_queue();

    std::shared_ptr<const void> context_;  // keeps the session cache alive
    socket_state socket_;
    peer_check check_;
    std::unique_ptr<ssl_st, free_ssl> ssl_;
    std::unique_ptr<error_info> failure_;  // most sessions never have one
    bool established_ = false;
    bool broken_ = false;       // OpenSSL allows no more calls
    bool read_failed_ = false;  // the kernel tells a reset only once
    bool write_pending_ = false;
};

}  // namespace ecisbx::net

#endif
