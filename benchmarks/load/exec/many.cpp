#include "load/exec/setting.hpp"

#include <algorithm>

namespace bench {

using namespace ecisbx;

namespace {

asio::awaitable<void> create_and_wait(exec_setting_ptr s) {
    co_await new_box(s->client);
}

asio::awaitable<void> cycle(exec_setting_ptr s) {
    auto box = co_await new_box(s->client);
    co_await one_exec(s, box);
    co_await box.remove(remove_options().force());
}

/// Bytes of resident memory that a cycle leaves behind: the slope through samples that are taken
/// after the first quarter, when caches have filled.
double slope(const std::vector<std::pair<double, double>>& samples) {
    double x = 0, y = 0, above = 0, below = 0;
    const auto count = static_cast<double>(samples.size());
    for (const auto& [cycles, kb] : samples) x += cycles / count, y += kb / count;
    for (const auto& [cycles, kb] : samples) {
        above += (cycles - x) * (kb - y);
        below += (cycles - x) * (cycles - x);
    }
    return below > 0 ? above / below * 1024 : 0;
}

}  // namespace

asio::awaitable<void> wait_scenario(exec_setting_ptr s) {
    std::vector<exec_setting_ptr> all(s->a.number("count", 1000), s);
    const auto count = static_cast<double>(all.size());
    double cpu = process_cpu_us(), wall = wall_us();
    co_await for_each(all, concurrency(all.size()), create_and_wait);
    s->out.add("sandboxes", count);
    s->out.add("seconds_to_the_last", (wall_us() - wall) / 1e6);
    s->out.add("cpu_us_per_sandbox", (process_cpu_us() - cpu) / count);
}

asio::awaitable<void> churn_scenario(exec_setting_ptr s) {
    // At least 20 rounds: with fewer there is no slope.
    const std::size_t count = std::max<std::size_t>(s->a.number("count", 1000), 20);
    const std::size_t at_once = std::clamp<std::size_t>(s->a.number("at-once", 64), 1, count / 20);
    const std::size_t rounds = count / at_once, sampled = std::max<std::size_t>(rounds / 200, 1);
    std::vector<exec_setting_ptr> batch(at_once, s);
    std::vector<std::pair<double, double>> samples;
    double cpu = process_cpu_us(), wall = wall_us();
    for (std::size_t i = 1; i <= rounds; ++i) {
        co_await for_each(batch, concurrency(at_once), cycle);
        s->walls.clear();
        if (i * 4 > rounds && i % sampled == 0)
            samples.emplace_back(static_cast<double>(i * at_once), resident_kb());
    }
    const auto cycles = static_cast<double>(rounds * at_once);
    s->out.add("cycles", cycles);
    s->out.add("cycles_per_s", cycles / (wall_us() - wall) * 1e6);
    s->out.add("cpu_us_per_cycle", (process_cpu_us() - cpu) / cycles);
    s->out.add("leaked_bytes_per_cycle", slope(samples));
    s->out.add("resident_kb_after_a_quarter", samples.front().second);
    s->out.add("resident_kb_at_the_end", samples.back().second);
}

}  // namespace bench
