// OpenSSL's way to our sockets. Its own socket BIO uses write(2), which raises SIGPIPE when the
// peer is gone; a library must neither raise that signal nor change how the process treats it.
#ifndef ECISBX_NET_TLS_BIO_HPP
#define ECISBX_NET_TLS_BIO_HPP

#include "net/tls_session.hpp"

struct bio_st;

namespace ecisbx::net {

/// Unbuffered. `socket` must outlive it. Throws `tls` when OpenSSL can not make one.
bio_st* new_socket_bio(tls_session::socket_state& socket);

}  // namespace ecisbx::net

#endif
