// Non-blocking reads and writes on a socket's descriptor that never raise SIGPIPE.
#ifndef ECISBX_NET_RAW_SOCKET_HPP
#define ECISBX_NET_RAW_SOCKET_HPP

#include "net/io_step.hpp"

#include <cstddef>

namespace ecisbx::net {

/// `failed` leaves the reason in `errno`. Precondition: `size` > 0.
io_step receive_now(int fd, void* into, std::size_t size) noexcept;
/// As `receive_now`, but for `drained` says at once that there is nothing, and sets it when it has
/// emptied the socket: a read that did not fill its room is followed by a wait, not by a system
/// call that finds nothing. Whoever has waited (and before a look at the socket's state) clears it.
io_step receive_unless(bool& drained, int fd, void* into, std::size_t size) noexcept;
io_step send_now(int fd, const void* bytes, std::size_t size) noexcept;

/// True while there is nothing to read, no end and no error.
bool is_quiet_now(int fd) noexcept;

}  // namespace ecisbx::net

#endif
