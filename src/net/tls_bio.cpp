#include "net/tls_bio.hpp"

#include "net/openssl_error.hpp"
#include "net/raw_socket.hpp"

#include <openssl/bio.h>

#include <cerrno>

namespace ecisbx::net {
namespace {

tls_session::socket_state& socket_of(BIO* bio) {
    return *static_cast<tls_session::socket_state*>(BIO_get_data(bio));
}

int finish(BIO* bio, io_step step, std::size_t& moved) {
    auto& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    moved = step.bytes;
    switch (step.what) {
        case io_step::kind::done: return 1;
        case io_step::kind::want_read: BIO_set_retry_read(bio); break;
        case io_step::kind::want_write: BIO_set_retry_write(bio); break;
        case io_step::kind::end: socket.at_end = true; break;
        case io_step::kind::failed: socket.last_error = errno; break;
    }
    return 0;
}

int read_bytes(BIO* bio, char* into, std::size_t size, std::size_t* moved) {
    auto& socket = socket_of(bio);
    io_step step = receive_unless(socket.drained, socket.fd, into, size);
    return finish(bio, step, *moved);
}

int write_bytes(BIO* bio, const char* bytes, std::size_t size, std::size_t* moved) {
    io_step step = send_now(socket_of(bio).fd, bytes, size);
    return finish(bio, step, *moved);
}

long control(BIO* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;  // nothing is buffered here
        case BIO_CTRL_EOF: return socket_of(bio).at_end ? 1 : 0;
        default: return 0;
    }
}

BIO_METHOD* make_method() {
    BIO_METHOD* method =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "non-blocking socket");
    if (method == nullptr) return nullptr;
    BIO_meth_set_read_ex(method, read_bytes);
    BIO_meth_set_write_ex(method, write_bytes);
    BIO_meth_set_ctrl(method, control);
    return method;
}

}  // namespace

bio_st* new_socket_bio(tls_session::socket_state& socket) {
    static BIO_METHOD* const method = make_method();
    BIO* bio = method == nullptr ? nullptr : BIO_new(method);
    if (bio == nullptr) {
        std::string why = take_openssl_errors();
        throw error(errc::tls, "TLS can not be set up: " + why);
    }
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace ecisbx::net
