// The local server's CA and certificate, kept over restarts.
#ifndef ECISBX_SERVER_PKI_HPP
#define ECISBX_SERVER_PKI_HPP

#include "server/x509.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server {

struct tls_identity {
    key_pair leaf;
    std::string ca_certificate;  ///< PEM
    std::string ca_file;         ///< that holds it; empty: only in memory
};

/// `localhost`, 127.0.0.1, ::1 and the listen address, sorted, none twice.
std::vector<std::string> certificate_names(const std::string& listen_address);

/// Takes CA and certificate from `state_dir` (made with mode 0700): `ca.pem`, `ca.key`,
/// `server.pem`, `server.key`, the keys with mode 0600. Makes what is missing; renews a certificate
/// that ends within 30 days, has other names, or another CA; a CA is kept while it can sign for
/// another year. An empty `state_dir` keeps nothing.
/// Throws `invalid_argument` for files that can not be read or written, naming them: a CA that
/// clients trust is never replaced behind their back.
tls_identity load_or_make_identity(const std::string& state_dir,
                                   const std::vector<std::string>& names, cert_time now);

/// Writes a file whole or not at all, with this mode from the first moment.
void write_private_file(const std::string& path, std::string_view content, unsigned mode);
/// A folder, and those above it, with mode 0700 where they do not exist.
void make_private_dir(const std::string& path);

}  // namespace ecisbx::server

#endif
