// What observers learn of one connection.
#ifndef ECISBX_NET_STREAM_WATCH_HPP
#define ECISBX_NET_STREAM_WATCH_HPP

#include "core/deadline.hpp"
#include "core/observation.hpp"

#include <cstddef>
#include <utility>

namespace ecisbx::net {

/// Adds up bytes and tells of them now and then: no hook is called per message.
class stream_watch {
public:
    stream_watch(core::observation who, events::connection_kind kind)
        : who_(std::move(who)), kind_(kind) {}

    void received(std::size_t bytes) {
        received_ += bytes;
        tell_when_many();
    }
    void sent(std::size_t bytes) {
        sent_ += bytes;
        tell_when_many();
    }
    void tell_traffic() noexcept;
    void closed() noexcept;

private:
    void tell_when_many() {
        constexpr events::bytes many = 1 << 20;
        if (received_ + sent_ - told_received_ - told_sent_ >= many) tell_traffic();
    }

    core::observation who_;
    events::connection_kind kind_;
    core::clock::time_point opened_ = core::clock::now();
    events::bytes received_ = 0, sent_ = 0;
    events::bytes told_received_ = 0, told_sent_ = 0;
};

}  // namespace ecisbx::net

#endif
