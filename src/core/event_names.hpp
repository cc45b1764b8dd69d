// The words that logs and metrics have for the values of an event.
#ifndef ECISBX_CORE_EVENT_NAMES_HPP
#define ECISBX_CORE_EVENT_NAMES_HPP

#include <ecisbx/observer.hpp>

#include <string_view>

namespace ecisbx::core {

std::string_view name_of(events::connection_kind kind) noexcept;
std::string_view name_of(events::throttle::cause by) noexcept;
std::string_view name_of(events::exec_outcome outcome) noexcept;
std::string_view name_of(events::signal_sent::outcome outcome) noexcept;
std::string_view name_of(events::file_transfer::direction to) noexcept;
std::string_view name_of(events::tmux_round::outcome outcome) noexcept;

}  // namespace ecisbx::core

#endif
