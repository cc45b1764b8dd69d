#include "net/stream_watch.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace {

using namespace ecisbx;

struct traffic_counter : observer {
    void on_traffic(const events::traffic& event) override {
        CHECK(event.kind == events::connection_kind::exec);
        told.push_back(event.received);
        sent += event.sent;
    }
    void on_connection_closed(const events::connection_closed& event) override {
        ++closed;
        all_received = event.received;
        all_sent = event.sent;
    }
    std::vector<events::bytes> told;
    events::bytes sent = 0, all_received = 0, all_sent = 0;
    int closed = 0;
};

TEST_CASE("stream_watch: bytes are told after each MiB, at rest and before the end") {
    auto seen = std::make_shared<traffic_counter>();
    net::stream_watch watch(core::observation({seen}), events::connection_kind::exec);
    for (int i = 0; i < 1000; ++i) watch.received(1000);
    CHECK(seen->told.empty());  // no hook per piece
    for (int i = 0; i < 1000; ++i) watch.received(1000);
    CHECK(seen->told == std::vector<events::bytes>{1'049'000});
    watch.sent(5);
    watch.tell_traffic();
    CHECK(seen->told == std::vector<events::bytes>{1'049'000, 951'000});
    CHECK(seen->sent == 5);
    watch.tell_traffic();  // nothing new
    CHECK(seen->told.size() == 2);
    watch.sent(7);
    watch.closed();
    CHECK(seen->told.size() == 3);
    CHECK(seen->closed == 1);
    CHECK(seen->all_received == 2'000'000);
    CHECK(seen->all_sent == 12);
    CHECK(seen->sent == 12);
}

TEST_CASE("stream_watch: large writes are told at once") {
    auto seen = std::make_shared<traffic_counter>();
    net::stream_watch watch(core::observation({seen}), events::connection_kind::exec);
    watch.sent(std::size_t(5) << 20);
    CHECK(seen->sent == std::size_t(5) << 20);
}

}  // namespace
