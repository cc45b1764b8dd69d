/// @file
/// An observer that counts for Prometheus. A library of its own, `ecisbx::prometheus`, because it
/// needs prometheus-cpp (core), which the client does not.
#ifndef ECISBX_PROMETHEUS_HPP
#define ECISBX_PROMETHEUS_HPP

#include <ecisbx/export.hpp>
#include <ecisbx/observer.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace prometheus {
class Registry;
}

namespace ecisbx {

/// Counters, gauges and histograms of everything an observer is told; docs/metrics.md lists them.
/// Labels are of bounded number: an action that the service does not document counts as `other`,
/// sandboxes and requests are no labels.
/// Thread safety: full. One may serve any number of clients, and be read from any thread.
class ECISBX_API prometheus_observer : public observer {
public:
    /// With a registry of its own.
    prometheus_observer();
    /// Adds its metrics to this registry, for programs that have one. At most one observer to a
    /// registry, or their metrics would be there twice.
    explicit prometheus_observer(std::shared_ptr<::prometheus::Registry> registry);
    ~prometheus_observer() override;

    /// All metrics of the registry in Prometheus' text format, to be answered to a scrape with
    /// this content type.
    std::string text() const;
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    void on_attempt(const events::api_attempt& event) override;
    void on_retry(const events::api_retry& event) override;
    void on_call(const events::api_call& event) override;
    void on_throttle(const events::throttle& event) override;
    void on_connection_opened(const events::connection_opened& event) override;
    void on_connection_failed(const events::connection_failed& event) override;
    void on_connection_reused(const events::connection_reused& event) override;
    void on_connection_closed(const events::connection_closed& event) override;
    void on_traffic(const events::traffic& event) override;
    void on_exec_started(const events::exec_started& event) override;
    void on_exec_ended(const events::exec_ended& event) override;
    void on_signal(const events::signal_sent& event) override;
    void on_file_transfer(const events::file_transfer& event) override;
    void on_tmux_round(const events::tmux_round& event) override;
    void on_status_round(const events::status_round& event) override;
    void on_credentials(const events::credentials& event) override;

private:
    struct ECISBX_INTERNAL impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace ecisbx

#endif
