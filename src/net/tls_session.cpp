#include "net/tls_session.hpp"

#include "net/openssl_error.hpp"
#include "net/tls_bio.hpp"
#include "net/tls_certificate.hpp"
#include "net/tls_session_cache.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace ecisbx::net {
namespace {

[[noreturn]] void refuse(const std::string& what) {
    std::string why = take_openssl_errors();
    throw error(errc::tls, what + ": " + why);
}

// A peer that puts one byte into each record must not hold everybody up.
constexpr int most_records = 8;

// OpenSSL asks for an empty queue before each call. Emptying it costs more than looking.
void clear_errors() {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

ssl_st* new_ssl(ssl_ctx_st* context) {
    SSL* ssl = SSL_new(context);
    if (ssl == nullptr) refuse("TLS can not be set up");
    return ssl;
}

// Keeps the reason of the first refusal: the verification itself goes on to the same end.
int note_refusal(int accepted, X509_STORE_CTX* chain) {
    if (accepted == 1) return 1;
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* check = static_cast<tls_session::peer_check*>(SSL_get_app_data(ssl));
    if (check->refusal.empty()) check->refusal = describe_refusal(chain, check->host);
    return 0;
}

void expect_peer(SSL* ssl, const std::string& host) {
    boost::system::error_code not_an_address;
    auto address = boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        // The certificate knows no scope (fe80::1%eth0).
        if (address.is_v6()) address = boost::asio::ip::address_v6(address.to_v6().to_bytes());
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.to_string().c_str()) != 1)
            refuse("the address '" + host + "' can not be verified");
        return;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (host.empty() || SSL_set1_host(ssl, host.c_str()) != 1 ||
        SSL_set_tlsext_host_name(ssl, host.c_str()) != 1)
        refuse("the host name can not be verified");
}

}  // namespace

void tls_session::free_ssl::operator()(ssl_st* ssl) const noexcept {
    SSL_free(ssl);
}

tls_session::tls_session(ssl_st* ssl, int fd) : ssl_(ssl) {
    socket_.fd = fd;
    BIO* bio = new_socket_bio(socket_);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), &check_);
}

tls_session::~tls_session() = default;

std::unique_ptr<tls_session> tls_session::client(std::shared_ptr<tls_client_context> context,
                                                 int fd, const std::string& host,
                                                 std::uint16_t port) {
    std::unique_ptr<tls_session> session(new tls_session(new_ssl(context->native()), fd));
    SSL* ssl = session->ssl_.get();
    auto& check = session->check_;
    check.host = host.size() > 1 && host.back() == '.' ? host.substr(0, host.size() - 1) : host;
    check.cache_key = check.host + ':' + std::to_string(port);
    expect_peer(ssl, check.host);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, note_refusal);
    auto* cache = static_cast<tls_session_cache*>(SSL_CTX_get_app_data(context->native()));
    if (auto ticket = cache->take(check.cache_key)) SSL_set_session(ssl, ticket.get());
    SSL_set_connect_state(ssl);
    session->context_ = std::move(context);
    return session;
}

std::unique_ptr<tls_session> tls_session::server(std::shared_ptr<tls_server_context> context,
                                                 int fd) {
    std::unique_ptr<tls_session> session(new tls_session(new_ssl(context->native()), fd));
    SSL_set_accept_state(session->ssl_.get());
    session->context_ = std::move(context);
    return session;
}

io_step tls_session::handshake() {
    clear_errors();
    int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        established_ = true;
        return {io_step::kind::done, 0};
    }
    io_step step = outcome(result, 0);
    if (step.what == io_step::kind::end)
        step = fail(errc::connection, "the peer closed the connection during the TLS handshake");
    if (step.what == io_step::kind::failed && SSL_is_server(ssl_.get()) == 0) {
        // If a stale ticket was the reason, the next attempt must not meet it again.
        auto* cache =
            static_cast<tls_session_cache*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl_.get())));
        cache->forget(check_.cache_key);
    }
    return step;
}

io_step tls_session::read(void* into, std::size_t size) {
    io_step all = read_record(into, size);
    if (all.what != io_step::kind::done) return all;
    // What was received already is cheap to take now, and costs a turn of the caller's loop later.
    // An end behind it is found again by the next call, a failure is kept for it.
    for (int records = 1; records < most_records; ++records) {
        if (all.bytes == size || SSL_has_pending(ssl_.get()) == 0) break;
        const io_step next = read_record(static_cast<char*>(into) + all.bytes, size - all.bytes);
        if (next.what != io_step::kind::done) break;
        all.bytes += next.bytes;
    }
    return all;
}

io_step tls_session::read_record(void* into, std::size_t size) {
    if (broken_ || read_failed_) return {io_step::kind::failed, 0};
    clear_errors();
    std::size_t got = 0;
    int result = SSL_read_ex(ssl_.get(), into, size, &got);
    io_step step = outcome(result, got);
    read_failed_ = step.what == io_step::kind::failed;
    release_after_ticket();
    return step;
}

io_step tls_session::write(const void* bytes, std::size_t size) {
    if (broken_) return {io_step::kind::failed, 0};
    clear_errors();
    std::size_t sent = 0;
    int result = SSL_write_ex(ssl_.get(), bytes, size, &sent);
    io_step step = outcome(result, sent);
    write_pending_ = step.must_wait();
    return step;
}

io_step tls_session::shutdown() {
    if (broken_ || !established_) return {io_step::kind::end, 0};
    clear_errors();
    int result = SSL_shutdown(ssl_.get());
    if (result >= 0) return {io_step::kind::done, 0};
    return outcome(result, 0);
}

bool tls_session::is_quiet() {
    if (broken_) return false;
    waited();
    clear_errors();
    // Also takes in what is no data: tickets and key updates may come at any time.
    char byte = 0;
    std::size_t got = 0;
    int result = SSL_peek_ex(ssl_.get(), &byte, 1, &got);
    io_step step = outcome(result, got);
    release_after_ticket();
    return step.must_wait();
}

// OpenSSL gets a write buffer (17 KB) to read a ticket, and keeps it until the next write: for
// ever, on a stream that only listens. Writing nothing sends nothing and lets go of it.
void tls_session::release_after_ticket() {
    if (!check_.ticket_came || broken_ || write_pending_) return;
    check_.ticket_came = false;
    std::size_t none = 0;
    SSL_write_ex(ssl_.get(), "", 0, &none);
}

bool tls_session::was_resumed() const {
    return SSL_session_reused(ssl_.get()) == 1;
}

io_step tls_session::outcome(int result, std::size_t bytes) {
    if (result > 0) return {io_step::kind::done, bytes};
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ: return {io_step::kind::want_read, 0};
        case SSL_ERROR_WANT_WRITE: return {io_step::kind::want_write, 0};
        case SSL_ERROR_ZERO_RETURN: return {io_step::kind::end, 0};
        case SSL_ERROR_SYSCALL: {
            boost::system::error_code cause(socket_.last_error, boost::system::system_category());
            io_step step = fail(errc::connection, cause.message());
            failure_->cause = cause;
            return step;
        }
        default: return fail_by_queue();
    }
}

io_step tls_session::fail(errc condition, std::string message) {
    failure_ = std::make_unique<error_info>(condition, std::move(message));
    return {io_step::kind::failed, 0};
}

io_step tls_session::fail_by_queue() {
    broken_ = true;
    int reason = ERR_GET_REASON(ERR_peek_error());
    std::string text = take_openssl_errors();
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return fail(errc::connection,
                    established_ ? "truncated: the peer closed the connection without ending TLS"
                                 : "the peer closed the connection during the TLS handshake");
    if (!check_.refusal.empty())
        return fail(errc::tls,
                    "the certificate of " + check_.host + " was not accepted: " + check_.refusal);
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
        text += " (does the peer speak TLS on this port?)";
    return fail(errc::tls, (established_ ? "TLS: " : "TLS handshake: ") + text);
}

}  // namespace ecisbx::net
