// Makes and reads the server's own certificates. Keys are EC P-256.
#ifndef ECISBX_SERVER_X509_HPP
#define ECISBX_SERVER_X509_HPP

#include <chrono>
#include <string>
#include <vector>

namespace ecisbx::server {

using cert_time = std::chrono::sys_seconds;

/// PEM texts.
struct key_pair {
    std::string certificate;
    std::string key;  ///< secret
};

/// A self-signed CA that signs leaves only.
key_pair make_ca(cert_time from, cert_time until);
/// A server certificate for these DNS names and addresses. Throws `tls` for a bad CA.
key_pair make_leaf(const key_pair& ca, const std::vector<std::string>& names, cert_time from,
                   cert_time until);

/// Whether the certificate belongs to the key, and both can be read.
bool is_pair(const key_pair& pair);
bool is_signed_by(const key_pair& leaf, const key_pair& ca);
cert_time expiry_of(const std::string& certificate);
/// DNS names and addresses, sorted; addresses in canonical text.
std::vector<std::string> names_of(const std::string& certificate);

}  // namespace ecisbx::server

#endif
