// Waiting for the turn to make a connection.
#ifndef ECISBX_NET_DIAL_LIMITER_HPP
#define ECISBX_NET_DIAL_LIMITER_HPP

#include "core/deadline.hpp"
#include "net/dial_slots.hpp"
#include "net/wait_list.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace ecisbx::net {

class dial_limiter;

/// The right to make one connection. Move-only; dropping it gives the right up.
class dial_permit {
public:
    dial_permit() noexcept {}  ///< of a dialer without a limit
    explicit dial_permit(std::shared_ptr<dial_limiter> from) noexcept;
    dial_permit(dial_permit&&) noexcept;
    dial_permit& operator=(dial_permit&&) = delete;
    ~dial_permit();

    void succeeded();
    /// `why`: for the message of those who wait in vain.
    void failed(std::string why);

private:
    std::shared_ptr<dial_limiter> from_;
};

/// Shared by all connections of a client. Single-threaded.
class dial_limiter : public std::enable_shared_from_this<dial_limiter> {
public:
    /// See `dial_slots`.
    dial_limiter(boost::asio::any_io_executor executor, std::size_t most,
                 core::random_source random = core::system_random());

    /// Returns in the order of the calls, at once while fewer than `most` are under way. Throws
    /// `timeout` with a message that says what was waited for; `canceled`.
    static boost::asio::awaitable<dial_permit> enter(std::shared_ptr<dial_limiter> self,
                                                     core::deadline until);

    std::size_t in_use() const { return slots_.in_use(); }
    std::size_t waiting() const { return queue_.size(); }

private:
    friend class dial_permit;

    void wake_those_who_may();
    void settle();
    void arm_timer();
    [[noreturn]] void throw_waited_too_long() const;

    dial_slots slots_;
    wait_list queue_;
    // Armed only while somebody waits for a slot that rests.
    boost::asio::steady_timer timer_;
    std::string last_failure_;
};

}  // namespace ecisbx::net

#endif
