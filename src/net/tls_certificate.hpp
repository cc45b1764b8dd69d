// What a certificate says, as text for error messages.
#ifndef ECISBX_NET_TLS_CERTIFICATE_HPP
#define ECISBX_NET_TLS_CERTIFICATE_HPP

#include <string>

struct x509_store_ctx_st;

namespace ecisbx::net {

/// Why the chain being verified was not accepted: OpenSSL's reason, the certificate it is about,
/// and for a wrong name what was expected and what the certificate is for.
std::string describe_refusal(x509_store_ctx_st* chain, const std::string& host);

}  // namespace ecisbx::net

#endif
