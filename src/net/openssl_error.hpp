// OpenSSL's error queue as text.
#ifndef ECISBX_NET_OPENSSL_ERROR_HPP
#define ECISBX_NET_OPENSSL_ERROR_HPP

#include <string>

namespace ecisbx::net {

/// Empties the queue of this thread; its reasons, the deepest first, joined by ", ".
std::string take_openssl_errors();

}  // namespace ecisbx::net

#endif
