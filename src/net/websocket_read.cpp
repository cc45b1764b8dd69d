#include "net/websocket_impl.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::clock;
using core::deadline;

namespace {

constexpr std::size_t most_read = 32 * 1024;    // but for a frame that is larger
constexpr std::size_t kept_buffer = 64 * 1024;  // a larger one goes with its message
constexpr std::size_t large_frame = 4 * 1024;
constexpr deadline::duration until_release = std::chrono::seconds(1);

class reading_mark {
public:
    reading_mark(bool& flag, wait_list& ended) : flag_(flag), ended_(ended) { flag_ = true; }
    ~reading_mark() {
        flag_ = false;
        ended_.wake_all();
    }
    reading_mark(const reading_mark&) = delete;
    reading_mark& operator=(const reading_mark&) = delete;

private:
    bool& flag_;
    wait_list& ended_;
};

}  // namespace

asio::awaitable<std::optional<websocket_message>> websocket::impl::read(self_ptr self,
                                                                        deadline until) {
    while (!self->close_received) {
        self->check_readable();
        if (self->reading) {
            co_await self->read_ended.wait(until);
            continue;
        }
        if (self->handed_out) self->drop_delivered();
        if (!self->message) co_await self->read_step(until);
        if (!self->message) continue;
        self->handed_out = true;
        co_return std::exchange(self->message, std::nullopt);
    }
    co_return std::nullopt;
}

void websocket::impl::check_readable() const {
    if (aborted) throw error(errc::canceled, "the WebSocket was closed");
    if (failure) throw error(*failure);
}

void websocket::impl::fail(errc condition, const std::string& why) {
    failure = std::make_unique<error_info>(condition, why);
    throw error(*failure);
}

// A wait that ended early can be done again; everything else is the end of reading.
void websocket::impl::note_failure(const error& why) {
    if (why.code() == errc::timeout || why.code() == errc::canceled || failure) return;
    failure = std::make_unique<error_info>(why.info());
}

void websocket::impl::drop_delivered() {
    in.consume(delivered);
    delivered = 0;
    handed_out = false;
    if (in.empty() && in.capacity() > kept_buffer) in.release();
}

// Somebody closes while the payload of a message may still be in use: reading goes on elsewhere.
void websocket::impl::park_delivered() {
    if (!handed_out) return;
    in.consume(delivered);
    delivered = 0;
    handed_out = false;
    read_buffer rest;
    rest.append(in.text());
    parked_in = std::exchange(in, std::move(rest));
    parked_joined = decoder.take_joined();
}

// One frame, or one read from the stream.
asio::awaitable<void> websocket::impl::read_step(deadline until) {
    const reading_mark mark(reading, read_ended);
    const proto::ws_step step = decoder.next(in.unread());
    if (step.what == proto::ws_step::kind::more)
        co_await fill(step.missing, until);
    else
        act_on(step);
}

void websocket::impl::act_on(const proto::ws_step& step) {
    using kind = proto::ws_step::kind;
    switch (step.what) {
        case kind::message:
            message = websocket_message{step.text, step.payload};
            delivered = step.consumed;
            return;
        case kind::ping:
            pong = step.payload;
            pong_due = true;
            send_controls();
            break;
        case kind::close:
            peer_code = step.code;
            close_received = true;
            if (!parting) start_farewell(step.code);
            break;
        case kind::violation:
            if (!parting) start_farewell(step.code);
            fail(step.code == proto::ws_close::too_big ? errc::too_large : errc::protocol,
                 std::string("the peer sent ") + step.violated + " over a WebSocket");
        default: break;  // a pong has done its work by being heard
    }
    in.consume(step.consumed);
}

std::size_t websocket::impl::room_for(std::size_t missing) const {
    // A frame's length is only the peer's word: room doubles with what has come of it.
    return std::max(next_read, std::min(missing, in.text().size()));
}

asio::awaitable<void> websocket::impl::fill(std::size_t missing, deadline until) {
    std::size_t size = 0;
    std::exception_ptr failed;
    try {
        auto room = in.prepare(room_for(missing));
        // A large frame ends with the buffer: the begin of the next one need not be moved then.
        if (missing >= large_frame) room = asio::buffer(room, missing);
        size = co_await receive(room, until);
        if (size == room.size()) next_read = std::min(next_read * 4, most_read);
    } catch (const error& e) {
        note_failure(e);
        failed = std::current_exception();
    }
    if (failure) over.close();
    if (failed) std::rethrow_exception(failed);
    in.commit(size);
}

void websocket::impl::fail_by_end() {
    fail(errc::connection, "the peer closed the connection without a close frame");
}

void websocket::impl::throw_late() {
    throw error(errc::timeout, "no message came before the deadline");
}

// The bytes of one read; 0 after a silence that was put to use, with `room` no longer valid.
asio::awaitable<std::size_t> websocket::impl::receive(asio::mutable_buffer room, deadline until) {
    const auto since = clock::now();
    std::size_t size = 0;
    std::exception_ptr failed;
    bool timed_out = false;
    try {
        size = co_await over.read_some(room, until.sooner(patience()));
    } catch (const boost::system::system_error& e) {
        timed_out = e.code() == errc::timeout;
        failed = std::current_exception();
    }
    if (failed) {
        silent += clock::now() - since;
        if (!timed_out) std::rethrow_exception(failed);
        on_silence();
        if (until.expired()) throw_late();
        co_return 0;
    }
    if (size == 0) fail_by_end();
    silent = {};
    pinged = false;
    co_return size;
}

deadline::duration websocket::impl::patience() const {
    auto limit = deadline::duration::max();
    if (options.idle > deadline::duration::zero()) {
        const auto idle = options.idle;
        limit = (pinged ? idle + idle : idle) - std::min(silent, idle + idle);
    }
    if (in.empty() && in.capacity() > least_read) limit = std::min(limit, until_release);
    // Never so short that nothing is looked at: what came while nobody listened counts, too.
    return std::max<deadline::duration>(limit, std::chrono::milliseconds(1));
}

void websocket::impl::on_silence() {
    if (in.empty()) {
        in.release();
        next_read = least_read;
    }
    const auto idle = options.idle;
    if (idle <= deadline::duration::zero() || silent < idle) return;
    if (!pinged) {
        pinged = ping_due = true;
        send_controls();
    }
    // A ping that waits behind data the peer does not take has not asked anything yet: the write's
    // own deadline decides then.
    if (ping_due) silent = idle;
    if (silent >= idle + idle) fail(errc::connection, "the peer was silent for too long");
}

}  // namespace ecisbx::net
