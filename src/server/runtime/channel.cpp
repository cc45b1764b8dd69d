#include "server/runtime/channel.hpp"

#include <cerrno>
#include <utility>

namespace ecisbx::server::runtime {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

channel::channel(const boost::asio::any_io_executor& executor, unique_fd socket)
    : socket_(executor, socket.release()) {}

void channel::listen(std::function<void(received)> on_packet, std::function<void()> on_end) {
    on_packet_ = std::move(on_packet);
    on_end_ = std::move(on_end);
    wait_to_read();
}

void channel::wait_to_read() {
    socket_.async_wait(stream_descriptor::wait_read,
                       [self = shared_from_this()](const error_code& failed) {
                           if (!failed) self->read();
                       });
}

void channel::read() {
    while (socket_.is_open()) {
        auto got = receive_packet(socket_.native_handle());
        if (got.what == receipt::nothing) return wait_to_read();
        if (got.what == receipt::end) return end();
        on_packet_(std::move(got));
    }
}

void channel::end() {
    auto tell = std::exchange(on_end_, nullptr);
    close();
    if (tell) tell();
}

void channel::send(packet p, std::vector<unique_fd> fds) {
    if (!socket_.is_open()) return;
    outbox_.push_back({p, std::move(fds)});
    if (!flushing_) flush();
}

void channel::flush() {
    flushing_ = false;
    while (!outbox_.empty() && socket_.is_open()) {
        std::vector<int> numbers;
        for (const auto& fd : outbox_.front().fds) numbers.push_back(fd.get());
        int e = send_packet(socket_.native_handle(), outbox_.front().content, numbers);
        if (e == EAGAIN || e == ETOOMANYREFS) {
            flushing_ = true;
            socket_.async_wait(stream_descriptor::wait_write,
                               [self = shared_from_this()](const error_code& failed) {
                                   if (!failed) self->flush();
                               });
            return;
        }
        // Any other failure means that nobody is there, which reading tells too.
        outbox_.pop_front();
    }
}

void channel::close() {
    error_code ignored;
    socket_.close(ignored);
    outbox_.clear();
    on_end_ = nullptr;
}

}  // namespace ecisbx::server::runtime
