#include "net/stream_watch.hpp"

namespace ecisbx::net {

void stream_watch::tell_traffic() noexcept {
    events::traffic event;
    event.kind = kind_;
    event.received = received_ - told_received_;
    event.sent = sent_ - told_sent_;
    if (event.received + event.sent == 0) return;
    told_received_ = received_;
    told_sent_ = sent_;
    who_.tell(&observer::on_traffic, event);
}

void stream_watch::closed() noexcept {
    tell_traffic();
    events::connection_closed event;
    event.kind = kind_;
    event.received = received_;
    event.sent = sent_;
    event.age = core::since(opened_);
    who_.tell(&observer::on_connection_closed, event);
}

}  // namespace ecisbx::net
