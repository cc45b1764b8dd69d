// What a group's life is decided by: plain functions, no clock, no coroutine.
#ifndef ECISBX_SERVER_LIFECYCLE_DECISIONS_HPP
#define ECISBX_SERVER_LIFECYCLE_DECISIONS_HPP

#include "server/runtime/runtime.hpp"
#include "server/store/group.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace ecisbx::server::lifecycle {

/// Whether a container that ended with this code is started again.
bool restarts_after(store::restart_policy policy, int exit_code);

/// The group's status by its containers' states, once each of them was started: Running while one
/// runs or will be restarted, else Succeeded or Failed.
store::group_status judge(const store::group& g);

struct backoff_settings {
    std::chrono::milliseconds first = std::chrono::seconds(10);
    std::chrono::milliseconds longest = std::chrono::minutes(5);
};
/// The pause before restart number `n` (from 0) in a row: none, then doubling, as the kubelet.
std::chrono::milliseconds restart_pause(const backoff_settings& settings, unsigned n);

/// The main process of a container; empty: it has none that the local runtime could know, since
/// it reads no image, and just lives.
std::vector<std::string> main_argv(const store::container_spec& c);

/// Whether a runtime that has volumes can have this one.
bool is_mounted(const store::volume& v, const store::mount& m);

/// `suffix` makes the id unique among the containers of a group and over their restarts.
runtime::box_spec box_for(const store::group& g, const store::container_spec& c,
                          const std::string& region, const std::string& suffix);

/// The state after the main process ended at `now`.
store::container_state ended_state(const store::container_state& running, runtime::exit_info exit,
                                   time_point now);

}  // namespace ecisbx::server::lifecycle

#endif
