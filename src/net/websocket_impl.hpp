// What a WebSocket session is made of; shared by its handshakes, reads, writes and its end.
#ifndef ECISBX_NET_WEBSOCKET_IMPL_HPP
#define ECISBX_NET_WEBSOCKET_IMPL_HPP

#include "net/read_buffer.hpp"
#include "net/wait_list.hpp"
#include "net/websocket.hpp"
#include "proto/ws_frame.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/cancellation_state.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::net {

/// The static coroutines take the pointer that keeps the session alive; the others run inside them.
struct websocket::impl : std::enable_shared_from_this<impl> {
    using self_ptr = std::shared_ptr<impl>;
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    impl(stream stream, proto::ws_role role, websocket_options options);

    // Reading: websocket_read.cpp
    /// What becomes of a message that was handed out when the next one is asked for.
    enum class last_message { drop, keep };
    static awaitable<std::optional<websocket_message>> read(self_ptr self, core::deadline until,
                                                            last_message last);
    std::size_t decode();
    void act_on(const proto::ws_step& step);
    std::optional<std::size_t> receive(std::size_t missing, core::deadline until,
                                       const boost::asio::cancellation_state& caller);
    void ride_out(std::exception_ptr failed, core::clock::time_point since, core::deadline until);
    void on_silence();
    core::deadline patience(core::clock::time_point now) const;
    boost::asio::mutable_buffer room_for(std::size_t missing);
    void drop_delivered();
    void park_delivered();
    void check_readable() const;
    // Not coroutines, so that what they build does not stay in a frame.
    [[noreturn]] void fail(errc condition, const std::string& why);
    [[noreturn]] void fail_by_end();
    void note_failure(const error& why);

    // Writing: websocket_write.cpp. A turn is the right to write; it is handed on in the order in
    // which it was asked for.
    class turn;
    static awaitable<void> write(self_ptr self, bool text, std::string_view prefix,
                                 std::string_view payload, core::deadline until);
    awaitable<void> write_frame(proto::ws_opcode opcode, std::string_view prefix,
                                std::string_view payload, core::deadline until);
    boost::asio::const_buffer next_piece(std::string_view prefix, std::string_view payload,
                                         std::size_t& offset, std::optional<std::uint32_t> key);
    [[noreturn]] void fail_write(std::exception_ptr failed,
                                 const boost::asio::cancellation_state& caller) const;
    void check_writable() const;
    void send_controls();
    static awaitable<void> control_writer(self_ptr self);
    awaitable<void> write_controls();

    // The end: websocket_close.cpp
    static awaitable<void> close(self_ptr self, std::uint16_t code, core::deadline until);
    awaitable<void> close_politely(std::uint16_t code, core::deadline until);
    awaitable<void> write_close(std::uint16_t code, core::deadline until);
    awaitable<void> await_peer_close(core::deadline until);
    void start_farewell(std::uint16_t code);
    static awaitable<void> farewell(self_ptr self, std::uint16_t code);
    void abort() noexcept;
    void let_go() noexcept;
    bool is_open() const noexcept;

    static constexpr std::size_t least_read = 128;

    stream over;
    proto::ws_role role;
    websocket_options options;
    core::deadline::duration ping_after;  // so much silence; before `options.idle`
    std::string subprotocol;
    proto::ws_decoder decoder;

    read_buffer in;
    std::size_t delivered = 0;                 // bytes of `in` that the last message occupies
    std::size_t next_read = least_read;        // room for the next read; follows the traffic
    bool asleep = false;                       // `in` was given back: wait before reading
    std::optional<websocket_message> message;  // decoded, not handed out yet
    bool handed_out = false;  // a message; its payload is a view into `in` or `decoder`
    read_buffer parked_in;    // the memory of such a message when the session is closed
    std::vector<char> parked_joined;
    // Only time spent listening counts: nobody is silent who was not listened to.
    core::deadline::duration silent{};
    bool reading = false;
    unsigned frames_in_a_row = 0;  // without a wait: a flood of small ones must not stop the others
    wait_list read_ended;          // for those who would read while another coroutine does

    bool writing = false;
    wait_list turns;
    std::string out;                          // what is being written; kept while it is small
    std::string pong;                         // answer to the latest ping
    bool pong_due = false, ping_due = false;  // not written yet
    bool pinged = false;                      // since the peer was last heard
    bool control_writer_runs = false;
    bool write_broken = false;  // a frame is not whole (yet): nothing can follow it

    std::uint16_t peer_code = proto::ws_close::abnormal;
    bool close_sent = false, close_received = false;
    bool parting = false;  // somebody sees the session off
    bool aborted = false;
    std::unique_ptr<const error_info> failure;  // why reading is over, if not by a close frame
};

}  // namespace ecisbx::net

#endif
