// What the scenarios against `ecisbx serve` share. Every byte that comes back is looked at.
#ifndef ECISBX_BENCHMARKS_EXEC_SETTING_HPP
#define ECISBX_BENCHMARKS_EXEC_SETTING_HPP

#include "load/scenarios.hpp"

#include <ecisbx/ecisbx.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct exec_setting {
    exec_setting(ecisbx::eci::client client_, const arguments& a_, report& out_)
        : client(std::move(client_)), a(a_), out(out_) {}
    ecisbx::eci::client client;
    const arguments& a;
    report& out;
    std::vector<double> walls;  ///< microseconds, one per operation
};
using exec_setting_ptr = std::shared_ptr<exec_setting>;

inline void require(bool fine, const std::string& what) {
    if (!fine) throw std::runtime_error(what);
}

asio::awaitable<ecisbx::sandbox> new_box(ecisbx::eci::client client);
/// One `echo`, whose time goes to `walls`.
asio::awaitable<void> one_exec(exec_setting_ptr s, ecisbx::sandbox box);
/// `count` of them, `at_once` at a time.
asio::awaitable<void> all_execs(exec_setting_ptr s, ecisbx::sandbox box, std::size_t count,
                                std::size_t at_once);
/// p50_us, p99_us and max_us of `walls`.
void add_latencies(exec_setting& s);

asio::awaitable<void> exec_scenario(exec_setting_ptr s);
asio::awaitable<void> open_scenario(exec_setting_ptr s);
asio::awaitable<void> cat_scenario(exec_setting_ptr s);
asio::awaitable<void> wait_scenario(exec_setting_ptr s);
asio::awaitable<void> churn_scenario(exec_setting_ptr s);
asio::awaitable<void> tmux_scenario(exec_setting_ptr s);

}  // namespace bench

#endif
