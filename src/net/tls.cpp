#include "net/tls.hpp"

#include <ecisbx/error.hpp>

#include "net/openssl_error.hpp"
#include "net/tls_session.hpp"
#include "net/tls_session_cache.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstring>
#include <limits>

namespace ecisbx::net {
namespace {

constexpr unsigned char alpn_http11[] = "\x08http/1.1";
constexpr unsigned alpn_size = sizeof(alpn_http11) - 1;

// One recv fetches several small records, or large ones as many as fit; held only while bytes are
// unread. A size that is not a multiple of a whole record's costs a second recv for the last bytes.
constexpr std::size_t whole_record = SSL3_RT_MAX_PLAIN_LENGTH + SSL3_RT_HEADER_LENGTH + 24;
constexpr std::size_t read_buffer = 2 * whole_record + 8;

// OpenSSL's own three with AES-128 first: a sixth less work for each byte, as safe, and what other
// clients ask for first. A server that wants AES-256 still takes it.
constexpr char tls13_suites[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

struct free_openssl {
    void operator()(SSL_CTX* ctx) const { SSL_CTX_free(ctx); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* cert) const { X509_free(cert); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using ctx_ptr = std::unique_ptr<SSL_CTX, free_openssl>;
using bio_ptr = std::unique_ptr<BIO, free_openssl>;

[[noreturn]] void refuse(const std::string& what) {
    std::string why = take_openssl_errors();
    throw error(errc::tls, what + ": " + why);
}

ctx_ptr make_context(const SSL_METHOD* method) {
    ctx_ptr ctx(SSL_CTX_new(method));
    if (!ctx) refuse("TLS can not be set up");
    SSL_CTX_set_min_proto_version(ctx.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(ctx.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(ctx.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_set_ciphersuites(ctx.get(), tls13_suites) != 1) refuse("TLS 1.3 ciphers");
    SSL_CTX_set_read_ahead(ctx.get(), 1);
    SSL_CTX_set_default_read_buffer_len(ctx.get(), read_buffer);
    return ctx;
}

// Called with each new ticket: after the handshake in TLS 1.3, at any read.
int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto* check = static_cast<tls_session::peer_check*>(SSL_get_app_data(ssl));
    auto* cache = static_cast<tls_session_cache*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    check->ticket_came = true;
    // A copy: OpenSSL marks the original as unusable when the stream is dropped without shutdown.
    tls_ticket copy(SSL_SESSION_dup(session));
    if (copy && !check->cache_key.empty()) cache->store(check->cache_key, std::move(copy));
    return 0;
}

class client_context final : public tls_client_context {
public:
    explicit client_context(const std::string& ca_file) : ctx_(make_context(TLS_client_method())) {
        SSL_CTX_set_verify(ctx_.get(), SSL_VERIFY_PEER, nullptr);
        if (SSL_CTX_set_default_verify_paths(ctx_.get()) != 1) refuse("the system's CA store");
        if (!ca_file.empty() &&
            SSL_CTX_load_verify_locations(ctx_.get(), ca_file.c_str(), nullptr) != 1)
            refuse("the CA file '" + ca_file + "' can not be used");
        SSL_CTX_set_alpn_protos(ctx_.get(), alpn_http11, alpn_size);
        SSL_CTX_set_session_cache_mode(ctx_.get(),
                                       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_timeout(ctx_.get(), max_session_age);
        SSL_CTX_set_app_data(ctx_.get(), &sessions_);
        SSL_CTX_sess_set_new_cb(ctx_.get(), keep_session);
        ERR_clear_error();
    }
    SSL_CTX* native() noexcept override { return ctx_.get(); }

private:
    // A resumed handshake does not look at the certificate again, so not for too long.
    static constexpr long max_session_age = 2 * 3600;
    tls_session_cache sessions_;
    ctx_ptr ctx_;
};

// Keys with a pass phrase are refused; OpenSSL's own callback would ask on the terminal.
int no_pass_phrase(char*, int, int, void*) {
    return 0;
}

bio_ptr reader_of(const std::string& pem) {
    if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw error(errc::tls, "the PEM text is too large");
    return bio_ptr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

void use_certificates(SSL_CTX* ctx, const std::string& pem) {
    bio_ptr in = reader_of(pem);
    using cert_ptr = std::unique_ptr<X509, free_openssl>;
    cert_ptr leaf(PEM_read_bio_X509_AUX(in.get(), nullptr, no_pass_phrase, nullptr));
    if (!leaf || SSL_CTX_use_certificate(ctx, leaf.get()) != 1)
        refuse("the server's certificate can not be used");
    while (X509* next = PEM_read_bio_X509(in.get(), nullptr, no_pass_phrase, nullptr)) {
        if (SSL_CTX_add0_chain_cert(ctx, next) != 1) {
            X509_free(next);
            refuse("the server's certificate chain can not be used");
        }
    }
    ERR_clear_error();  // the end of the text is reported as an error
}

void use_key(SSL_CTX* ctx, const std::string& pem) {
    bio_ptr in = reader_of(pem);
    std::unique_ptr<EVP_PKEY, free_openssl> key(
        PEM_read_bio_PrivateKey(in.get(), nullptr, no_pass_phrase, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(ctx, key.get()) != 1 || SSL_CTX_check_private_key(ctx) != 1)
        refuse("the server's private key can not be used with its certificate");
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned in_size, void*) {
    unsigned char* chosen = nullptr;
    int found = SSL_select_next_proto(&chosen, out_size, alpn_http11, alpn_size, in, in_size);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

class server_context final : public tls_server_context {
public:
    server_context(const std::string& certificate_pem, const std::string& key_pem)
        : ctx_(make_context(TLS_server_method())) {
        use_certificates(ctx_.get(), certificate_pem);
        use_key(ctx_.get(), key_pem);
        SSL_CTX_set_alpn_select_cb(ctx_.get(), select_alpn, nullptr);
        // Resumption by stateless tickets only: nothing to keep per client.
        SSL_CTX_set_session_cache_mode(ctx_.get(), SSL_SESS_CACHE_OFF);
        constexpr unsigned char id[] = "ecisbx";
        SSL_CTX_set_session_id_context(ctx_.get(), id, sizeof(id) - 1);
    }
    SSL_CTX* native() noexcept override { return ctx_.get(); }

private:
    ctx_ptr ctx_;
};

}  // namespace

std::shared_ptr<tls_client_context> tls_client_context::make(const std::string& ca_file) {
    return std::make_shared<client_context>(ca_file);
}

std::shared_ptr<tls_server_context> tls_server_context::make(const std::string& certificate_pem,
                                                             const std::string& key_pem) {
    return std::make_shared<server_context>(certificate_pem, key_pem);
}

}  // namespace ecisbx::net
