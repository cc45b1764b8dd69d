// The inside of a stream: the socket, TLS on it, and the deadlines of its two directions.
#ifndef ECISBX_NET_STREAM_IMPL_HPP
#define ECISBX_NET_STREAM_IMPL_HPP

#include "net/io_step.hpp"
#include "net/stream.hpp"
#include "net/stream_watch.hpp"
#include "net/tls_session.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace ecisbx::net {

/// Every operation is the same loop: try the step; when it would block, `wait` until the socket is
/// ready, and `check` why the wait ended. Nothing is read or written while waiting, so a wait that
/// ends early loses no byte. `wait` is no coroutine, so that a parked stream holds one frame less.
/// Both directions share one timer, which stays armed when a wait ends: the next wait most often
/// has a later deadline, and then costs no timer operation at all.
struct stream::impl : std::enable_shared_from_this<stream::impl> {
    struct side {
        explicit side(const char* what) : name(what) {}
        const char* name;
        core::deadline until;
        bool waiting = false;
        unsigned busy_steps = 0;  ///< steps since this side last let others run
        io_step::kind last_step = io_step::kind::done;
        boost::system::error_code wait_ended;  ///< nobody asks: `check` finds out by looking
    };
    using self_ptr = std::shared_ptr<impl>;

    explicit impl(boost::asio::ip::tcp::socket s);

    static boost::asio::awaitable<void> client_handshake(
        self_ptr self, std::shared_ptr<tls_client_context> context, std::string host,
        core::deadline until, std::uint16_t port);
    static boost::asio::awaitable<void> server_handshake(
        self_ptr self, std::shared_ptr<tls_server_context> context, core::deadline until);
    static boost::asio::awaitable<void> handshake(self_ptr self, core::deadline until);
    static boost::asio::awaitable<std::size_t> read(self_ptr self, boost::asio::mutable_buffer into,
                                                    core::deadline until);
    static boost::asio::awaitable<void> write(self_ptr self, boost::asio::const_buffer bytes,
                                              core::deadline until);
    static boost::asio::awaitable<void> shutdown(self_ptr self, core::deadline until);

    std::optional<std::size_t> try_read(boost::asio::mutable_buffer into, core::deadline until,
                                        const boost::asio::cancellation_state& caller);
    std::optional<std::size_t> try_write(boost::asio::const_buffer bytes, core::deadline until,
                                         const boost::asio::cancellation_state& caller);
    /// What a try that moved nothing has to be followed by.
    boost::asio::awaitable<void> wait_more(side& which, core::deadline until);

    /// Returns when the step is worth another try, or when there is a reason to give up.
    boost::asio::awaitable<void> wait(side& which, io_step::kind why, core::deadline until);
    /// True when this side has made many steps in a row: a peer that always has more to send must
    /// not stop everybody else. `let_others_run` then.
    static bool is_greedy(side& which);
    boost::asio::awaitable<void> let_others_run(side& which);
    /// Throws `canceled` for a closed stream or a cancelled caller, `timeout` after `until`.
    void check(side& which, core::deadline until, const boost::asio::cancellation_state& caller);

    io_step read_step(void* into, std::size_t size);
    io_step write_step(const void* bytes, std::size_t size);
    [[noreturn]] void throw_failure() const;

    void arm_timer(core::deadline until);
    void on_timer(unsigned generation);
    void disarm_timer() noexcept;
    void close() noexcept;

    boost::asio::ip::tcp::socket socket;
    boost::asio::ip::tcp::endpoint peer;
    std::unique_ptr<tls_session> tls;
    side reading{"reading"};
    side writing{"writing"};
    boost::asio::steady_timer timer;
    core::deadline timer_at;  ///< never: not armed
    unsigned timer_generation = 0;
    int last_error = 0;    ///< errno of the plain step that failed last
    bool drained = false;  ///< nothing to read until the next wait (a plain stream)
    bool is_tls = false;
    bool resumed = false;
    bool closed = false;
    std::unique_ptr<stream_watch> watch;  ///< null: nobody observes
};

}  // namespace ecisbx::net

#endif
