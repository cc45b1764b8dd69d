#include "net/tls_session_cache.hpp"

#include <doctest/doctest.h>

#include <openssl/ssl.h>

#include <ctime>

namespace ecisbx::test {
namespace {

using net::tls_session_cache;
using net::tls_ticket;

// Looks resumable to OpenSSL: it has a session id.
tls_ticket ticket(unsigned char name, long age = 0) {
    tls_ticket made(SSL_SESSION_new());
    SSL_SESSION_set1_id(made.get(), &name, 1);
    SSL_SESSION_set_time(made.get(), std::time(nullptr) - age);
    SSL_SESSION_set_timeout(made.get(), 100);
    return made;
}

unsigned char name_of(const tls_ticket& t) {
    unsigned size = 0;
    const unsigned char* id = SSL_SESSION_get_id(t.get(), &size);
    return size == 1 ? *id : 0;
}

}  // namespace

TEST_CASE("session cache: gives each ticket once, the newest first, and keeps the last one") {
    tls_session_cache cache;
    CHECK_FALSE(cache.take("a:1"));
    for (unsigned char i = 1; i <= 6; ++i) cache.store("a:1", ticket(i));
    CHECK_FALSE(cache.take("b:1"));
    CHECK(name_of(cache.take("a:1")) == 6);
    CHECK(name_of(cache.take("a:1")) == 5);
    CHECK(name_of(cache.take("a:1")) == 4);
    for (int i = 0; i < 5; ++i) CHECK(name_of(cache.take("a:1")) == 3);
    cache.forget("a:1");
    CHECK_FALSE(cache.take("a:1"));
}

TEST_CASE("session cache: expired tickets are not given") {
    tls_session_cache cache;
    cache.store("a:1", ticket(1, 99));
    cache.store("a:1", ticket(2, 101));
    CHECK(name_of(cache.take("a:1")) == 1);
    cache.forget("a:1");
    cache.store("a:1", ticket(3, 101));
    CHECK_FALSE(cache.take("a:1"));
    CHECK(cache.hosts() == 0);
}

TEST_CASE("session cache: the host unused for longest makes room") {
    tls_session_cache cache;
    for (std::size_t i = 0; i < tls_session_cache::max_hosts; ++i)
        cache.store("host" + std::to_string(i), ticket(1));
    CHECK(cache.take("host0"));
    cache.store("one more", ticket(1));
    CHECK(cache.hosts() == tls_session_cache::max_hosts);
    CHECK(cache.take("host0"));
    CHECK(cache.take("one more"));
    CHECK_FALSE(cache.take("host1"));
}

}  // namespace ecisbx::test
