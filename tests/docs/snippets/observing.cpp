// Snippets of docs/guide/observability.md and docs/metrics.md.
#include "snippets.hpp"

#include <ecisbx/log_observer.hpp>
#include <ecisbx/prometheus.hpp>

#include <memory>
#include <string_view>

namespace {

//! [own]
class slow_execs : public ecisbx::observer {
public:
    void on_exec_ended(const ecisbx::events::exec_ended& e) override {
        if (e.elapsed > 100ms)
            ++slow;  // no I/O and no calls here: it runs inside the client's work
    }
    int slow = 0;
};
//! [own]

std::string log_text;

//! [log]
void write_line(ecisbx::log_level level, std::string_view line) {
    if (level >= ecisbx::log_level::info) std::cerr << line << '\n';
}

ecisbx::eci::config with_log(ecisbx::eci::config settings) {
    return settings.observe(std::make_shared<ecisbx::log_observer>(write_line));
}
//! [log]

//! [metrics]
ecisbx::eci::config with_metrics(ecisbx::eci::config settings,
                                 std::shared_ptr<ecisbx::prometheus_observer> metrics) {
    // Answer a scrape with metrics->text(), content type prometheus_observer::content_type.
    return settings.observe(std::move(metrics));  // link ecisbx::prometheus
}
//! [metrics]

void keep_line(ecisbx::log_level, std::string_view line) {
    log_text += std::string(line) + '\n';
}

asio::awaitable<void> observing(ecisbx::test::world& w) {
    auto metrics = std::make_shared<ecisbx::prometheus_observer>();
    auto own = std::make_shared<slow_execs>();
    auto settings = with_metrics(with_log(w.local.eci_config()), metrics);
    settings.observe(own).observe(std::make_shared<ecisbx::log_observer>(keep_line));
    ecisbx::eci::client client(w.context.get_executor(), settings);
    auto box = co_await ecisbx::test::ready_box(client);
    co_await box.bash("sleep 0.2");
    co_await box.remove(ecisbx::remove_options().force());
    CHECK(own->slow == 1);
    CHECK(log_text.find("event=exec_ended") != std::string::npos);
    CHECK(metrics->text().find("ecisbx_exec_total") != std::string::npos);
}

}  // namespace

TEST_CASE("guide: observability") {
    ecisbx::test::in_world(snippets::isolated(), observing);
}
