#include "unit/net/ws_harness.hpp"

#include <cstdlib>
#include <new>

#include <sys/socket.h>
#include <unistd.h>

// What the library allocates: by operator new, and coroutine frames, which Asio takes from
// std::aligned_alloc and keeps a few of. AddressSanitizer brings its own of both, so these tests
// are not in its build; whether memory is used rightly, it tells by all other tests.
#if defined(__SANITIZE_ADDRESS__)
#define ECISBX_TEST_HAS_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ECISBX_TEST_HAS_ASAN
#endif
#endif

#ifndef ECISBX_TEST_HAS_ASAN

extern "C" void* __libc_memalign(std::size_t alignment, std::size_t size);

namespace {
std::size_t allocations = 0;

void* counted(void* block) {
    ++allocations;
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
}  // namespace

void* operator new(std::size_t size) {
    return counted(std::malloc(size));
}
void operator delete(void* block) noexcept {
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return counted(__libc_memalign(alignment, size));
}

namespace ecisbx::test {
namespace {

namespace asio = boost::asio;

constexpr std::size_t burst = 200;

std::string burst_of_frames() {
    const std::string payload(128, 'x');
    const auto frame = proto::ws_encode_frame(proto::ws_opcode::binary, payload, std::nullopt);
    std::string all;
    for (std::size_t i = 0; i < burst; ++i) all += frame;
    return all;
}

struct reader {
    std::size_t messages = 0, allocated = 0;

    static asio::awaitable<void> run(reader* self, net::websocket* from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto before = allocations;
            const auto message = co_await from->read(soon());
            self->allocated += allocations - before;
            REQUIRE(message);
            REQUIRE(message->payload.size() == 128);
            ++self->messages;
        }
    }
};

asio::awaitable<void> write_bursts(net::websocket* to, std::size_t count) {
    const std::string payload(128, 'x');
    for (std::size_t i = 0; i < count; ++i) co_await to->write(false, {}, payload, soon());
}

}  // namespace

TEST_CASE("websocket memory: messages that are there are read without an allocation") {
    harness h;
    ws_client c(h);
    for (int round = 0; round < 4; ++round) {
        h.run(write_all(&c.raw, burst_of_frames()));
        reader r;
        h.run(reader::run(&r, &c.session, burst));
        CHECK(r.messages == burst);
        // The buffer grows to its size in the first rounds. What is left is of a burst's first
        // read, which finds other coroutines' frames in Asio's store.
        if (round == 3) CHECK(r.allocated < 5);
    }
}

TEST_CASE("websocket memory: a message that is waited for costs no allocation") {
    harness h;
    auto sockets = connected_sockets(h.ctx);
    // Sends without a coroutine, whose frames would be counted, too.
    const int peer = ::dup(sockets.server.native_handle());
    REQUIRE(peer >= 0);
    net::websocket session;
    net::stream client(std::move(sockets.client)), server(std::move(sockets.server));
    auto what = ws_request();
    h.spawn(ws_connect(&session, std::move(client), std::move(what), {}));
    h.spawn(answer_upgrade(&server, ""));
    h.run();

    constexpr std::size_t messages = 200, warm_up = 20;
    const std::string payload(128, 'x');
    const auto frame = proto::ws_encode_frame(proto::ws_opcode::binary, payload, std::nullopt);
    reader r;
    h.spawn(reader::run(&r, &session, messages));
    std::size_t before = 0;
    h.ctx.restart();
    for (std::size_t i = 0; i < messages; ++i) {
        h.ctx.poll();  // the reader waits now
        REQUIRE(r.messages == i);
        if (i == warm_up) before = r.allocated;
        REQUIRE(::send(peer, frame.data(), frame.size(), 0) == static_cast<int>(frame.size()));
        while (r.messages == i) h.ctx.run_one();
    }
    h.run();
    ::close(peer);
    CHECK(r.allocated == before);
}

TEST_CASE("websocket memory: a write allocates nothing once its buffer is there") {
    harness h;
    ws_client c(h);
    h.run(write_bursts(&c.session, 20));
    const auto before = allocations;
    h.run(write_bursts(&c.session, burst));
    // Every 16 writes that never had to wait it lets others run, which costs two small ones.
    CHECK(allocations - before < burst / 4);
}

}  // namespace ecisbx::test

#endif
