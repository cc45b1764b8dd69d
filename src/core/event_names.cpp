#include "core/event_names.hpp"

namespace ecisbx::core {

std::string_view name_of(events::connection_kind kind) noexcept {
    return kind == events::connection_kind::api ? "api" : "exec";
}

std::string_view name_of(events::throttle::cause by) noexcept {
    return by == events::throttle::cause::service ? "service" : "client";
}

std::string_view name_of(events::exec_outcome outcome) noexcept {
    using of = events::exec_outcome;
    switch (outcome) {
        case of::exited: return "exited";
        case of::signaled: return "signaled";
        case of::timed_out: return "timed_out";
        case of::lost: return "lost";
        case of::abandoned: return "abandoned";
        case of::not_opened: break;
    }
    return "not_opened";
}

std::string_view name_of(events::signal_sent::outcome outcome) noexcept {
    using of = events::signal_sent::outcome;
    switch (outcome) {
        case of::sent: return "sent";
        case of::nothing_found: return "nothing_found";
        case of::unknown: break;
    }
    return "unknown";
}

std::string_view name_of(events::file_transfer::direction to) noexcept {
    return to == events::file_transfer::direction::upload ? "upload" : "download";
}

std::string_view name_of(events::tmux_round::outcome outcome) noexcept {
    using of = events::tmux_round::outcome;
    switch (outcome) {
        case of::running: return "running";
        case of::completed: return "completed";
        case of::not_found: return "not_found";
        case of::failed: break;
    }
    return "failed";
}

}  // namespace ecisbx::core
