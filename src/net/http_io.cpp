#include "net/http_io.hpp"

#include <ecisbx/error.hpp>

#include <array>
#include <chrono>

namespace ecisbx::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t one_write = 16 * 1024;  // bodies up to this travel with their head
constexpr std::size_t read_size = 16 * 1024;
constexpr core::deadline::duration linger_limit = std::chrono::seconds(1);

[[noreturn]] void throw_refused(const http_reader& reader) {
    const int status = reader.refused();
    if (reader.cut())
        throw error(errc::connection, reader.begun()
                                          ? "the server closed the connection inside its answer"
                                          : "the server closed the connection before it answered");
    throw error(status == 413 || status == 431 ? errc::too_large : errc::protocol,
                std::string("malformed HTTP answer: ") + reader.why());
}

}  // namespace

asio::awaitable<void> write_message(stream& on, std::string head, const std::string& body,
                                    core::deadline until) {
    const bool together = body.size() <= one_write;
    if (together) head += body;
    co_await on.write(asio::buffer(head), until);
    if (!together) co_await on.write(asio::buffer(body), until);
}

asio::awaitable<void> read_into(stream& on, http_reader& reader, read_buffer& buffer,
                                std::size_t room, core::deadline until) {
    if (buffer.empty()) {
        const auto n = co_await on.read_some(buffer.prepare(room), until);
        buffer.commit(n);
        if (n == 0) {
            reader.feed_end();
            co_return;
        }
    }
    buffer.consume(reader.feed(buffer.text()));
}

asio::awaitable<void> read_response(stream& on, http_reader& reader, read_buffer& buffer,
                                    core::deadline first_byte, core::deadline until) {
    while (!reader.done()) {
        const auto limit = reader.begun() ? until : until.sooner(first_byte);
        co_await read_into(on, reader, buffer, read_size, limit);
        if (reader.refused()) throw_refused(reader);
    }
}

asio::awaitable<void> part(stream& on, core::deadline until) {
    until = until.sooner(linger_limit);
    co_await on.shutdown(until);
    std::array<char, 1024> dropped;
    while (co_await on.read_some(asio::buffer(dropped), until) > 0) {}
}

}  // namespace ecisbx::net
