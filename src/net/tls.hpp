// TLS settings shared by many streams.
#ifndef ECISBX_NET_TLS_HPP
#define ECISBX_NET_TLS_HPP

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace ecisbx::net {

/// Verification is always on. TLS 1.2 and 1.3, ALPN http/1.1, no renegotiation, read-ahead,
/// released buffers. Keeps resumable sessions per `host:port`, a bounded number.
class tls_client_context {
public:
    /// `ca_file`: extra trusted CAs (PEM); empty: the system's only. Throws `tls` for a bad file.
    static std::shared_ptr<tls_client_context> make(const std::string& ca_file);
    virtual ~tls_client_context() = default;
    virtual ssl_ctx_st* native() noexcept = 0;
};

/// `certificate_pem` and `key_pem` are PEM text (certificate first, then its chain).
class tls_server_context {
public:
    static std::shared_ptr<tls_server_context> make(const std::string& certificate_pem,
                                                    const std::string& key_pem);
    virtual ~tls_server_context() = default;
    virtual ssl_ctx_st* native() noexcept = 0;
};

}  // namespace ecisbx::net

#endif
