// The outcome of one non-blocking step on a socket.
#ifndef ECISBX_NET_IO_STEP_HPP
#define ECISBX_NET_IO_STEP_HPP

#include <cstddef>

namespace ecisbx::net {

struct io_step {
    enum class kind {
        done,        ///< `bytes` were moved
        want_read,   ///< again when the socket is readable
        want_write,  ///< again when the socket is writable
        end,         ///< the peer has ended its direction properly
        failed,      ///< whoever made the step knows why
    };
    kind what = kind::failed;
    std::size_t bytes = 0;
    bool must_wait() const { return what == kind::want_read || what == kind::want_write; }
};

}  // namespace ecisbx::net

#endif
