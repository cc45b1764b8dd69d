#include "net/wait.hpp"
#include "net/websocket_impl.hpp"
#include "proto/ping_schedule.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::clock;
using core::deadline;

namespace {

constexpr std::size_t most_read = 32 * 1024;    // but for frames that are larger
constexpr std::size_t kept_buffer = 64 * 1024;  // a larger one goes with its message
constexpr std::size_t large_frame = 4 * 1024;
constexpr unsigned frames_before_others = 256;

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

// One frame of this is all that a parked session holds besides itself: steps are no coroutines.
asio::awaitable<std::optional<websocket_message>> websocket::impl::read(self_ptr self,
                                                                        deadline until,
                                                                        last_message last) {
    const auto caller = co_await asio::this_coro::cancellation_state;
    while (!self->close_received) {
        self->check_readable();
        if (self->reading) {
            co_await self->read_ended.wait(until);
            continue;
        }
        if (self->handed_out && last == last_message::drop) self->drop_delivered();
        if (self->handed_out) self->park_delivered();
        if (self->message) {
            self->handed_out = true;
            co_return std::exchange(self->message, std::nullopt);
        }
        const reading_mark mark(self->reading, self->read_ended);
        if (++self->frames_in_a_row > frames_before_others) {
            self->frames_in_a_row = 0;
            co_await asio::post(self->over.get_executor(), asio::use_awaitable);
            throw_if_cancelled(caller);
        }
        const std::size_t missing = self->decode();
        if (missing == 0) continue;
        const auto since = clock::now();
        const auto limit = until.sooner(self->patience(since));
        std::exception_ptr failed;
        try {
            if (self->asleep) co_await self->over.wait_to_read(limit);
            self->asleep = false;
            while (!self->receive(missing, limit, caller)) {
                self->frames_in_a_row = 0;
                co_await self->over.wait_to_read(limit);
            }
        } catch (const boost::system::system_error&) {
            failed = std::current_exception();
        }
        if (failed) self->ride_out(std::move(failed), since, until);
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

// 0, or the number of bytes without which nothing can be decoded.
std::size_t websocket::impl::decode() {
    const proto::ws_step step = decoder.next(in.unread());
    if (step.what == proto::ws_step::kind::more) return step.missing;
    act_on(step);
    return 0;
}

void websocket::impl::act_on(const proto::ws_step& step) {
    using kind = proto::ws_step::kind;
    switch (step.what) {
        case kind::message:
            message = websocket_message{step.text, step.payload};
            delivered = step.consumed;
            // Large messages come in runs of one size: a read that ends with one moves no bytes.
            if (delivered > most_read / 2) next_read = std::min(delivered, kept_buffer);
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

asio::mutable_buffer websocket::impl::room_for(std::size_t missing) {
    const std::size_t have = in.text().size();
    if (have < large_frame && missing < large_frame) {
        const std::size_t size = std::max(next_read, std::min(missing, have));
        return asio::buffer(in.prepare(size), size);
    }
    // A large frame ends with the buffer: the begin of the next one need not be moved then. Its
    // length is only the peer's word: room doubles with what has come of it.
    const std::size_t size = std::min(missing, std::max(next_read, have));
    return asio::buffer(in.prepare(size), size);
}

// Bytes that were received; nothing when it is time to wait.
std::optional<std::size_t> websocket::impl::receive(std::size_t missing, deadline until,
                                                    const asio::cancellation_state& caller) {
    const auto room = room_for(missing);
    const auto size = over.try_read(room, until, caller);
    if (!size) return size;
    if (*size == 0) fail(errc::connection, "the peer closed the connection without a close frame");
    if (*size == room.size()) next_read = std::max(next_read, std::min(next_read * 4, most_read));
    in.commit(*size);
    silent = {};
    pinged = false;
    return size;
}

// A read that failed, or was silent: then it is put to use, and may go on.
void websocket::impl::ride_out(std::exception_ptr failed, clock::time_point since, deadline until) {
    silent += clock::now() - since;
    try {
        try {
            std::rethrow_exception(std::move(failed));
        } catch (const boost::system::system_error& e) {
            if (e.code() != errc::timeout) throw;
        }
        on_silence();
        if (until.expired()) throw error(errc::timeout, "no message came before the deadline");
    } catch (const error& e) {
        note_failure(e);
        if (failure) over.close();
        throw;
    }
}

deadline websocket::impl::patience(clock::time_point now) const {
    deadline limit;
    if (options.idle > deadline::duration::zero()) {
        const auto idle = options.idle;
        const auto left = (pinged ? idle + idle : ping_after) - std::min(silent, idle + idle);
        // Never so short that nothing is looked at: what came while nobody listened counts, too.
        limit = deadline(now + std::max<deadline::duration>(left, std::chrono::milliseconds(1)));
    }
    if (in.empty() && in.capacity() > least_read)
        limit = limit.sooner(deadline(proto::release_at(now)));
    return limit;
}

void websocket::impl::on_silence() {
    if (in.empty()) {
        in.release();
        if (!writing) std::string().swap(out);
        next_read = least_read;
        asleep = true;
    }
    const auto idle = options.idle;
    if (idle <= deadline::duration::zero() || silent < ping_after) return;
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
