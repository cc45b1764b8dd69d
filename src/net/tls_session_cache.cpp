#include "net/tls_session_cache.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace ecisbx::net {
namespace {

bool is_expired(const SSL_SESSION* session) {
    long lifetime = SSL_SESSION_get_timeout(session);
    if (SSL_SESSION_has_ticket(session)) {
        auto hint = SSL_SESSION_get_ticket_lifetime_hint(session);
        if (hint != 0) lifetime = std::min(lifetime, static_cast<long>(hint));
    }
    return std::time(nullptr) >= SSL_SESSION_get_time(session) + lifetime;
}

}  // namespace

void free_tls_ticket::operator()(ssl_session_st* session) const noexcept {
    SSL_SESSION_free(session);
}

void tls_session_cache::store(const std::string& key, tls_ticket ticket) {
    if (!SSL_SESSION_is_resumable(ticket.get())) return;
    auto known = hosts_.find(key);
    if (known == hosts_.end()) {
        if (hosts_.size() >= max_hosts) evict_one();
        known = hosts_.try_emplace(key).first;
    }
    auto& tickets = known->second.tickets;
    known->second.used = ++uses_;
    tickets.push_back(std::move(ticket));
    if (tickets.size() > max_per_host) tickets.pop_front();
}

tls_ticket tls_session_cache::take(const std::string& key) {
    auto known = hosts_.find(key);
    if (known == hosts_.end()) return nullptr;
    auto& tickets = known->second.tickets;
    std::erase_if(tickets, [](const tls_ticket& t) { return is_expired(t.get()); });
    if (tickets.empty()) {
        hosts_.erase(known);
        return nullptr;
    }
    known->second.used = ++uses_;
    // A copy, because OpenSSL marks a TLS 1.3 session as used up on the object it was given.
    if (tickets.size() == 1) return tls_ticket(SSL_SESSION_dup(tickets.back().get()));
    tls_ticket newest = std::move(tickets.back());
    tickets.pop_back();
    return newest;
}

void tls_session_cache::forget(const std::string& key) {
    hosts_.erase(key);
}

void tls_session_cache::evict_one() {
    auto oldest = std::min_element(hosts_.begin(), hosts_.end(), [](const auto& a, const auto& b) {
        return a.second.used < b.second.used;
    });
    hosts_.erase(oldest);
}

}  // namespace ecisbx::net
