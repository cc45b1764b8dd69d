#include "metrics/catalogue.hpp"

#include <prometheus/text_serializer.h>

namespace ecisbx::metrics {

catalogue::catalogue(std::shared_ptr<::prometheus::Registry> into) : registry_(std::move(into)) {}

std::string catalogue::text() const {
    return ::prometheus::TextSerializer().Serialize(registry_->Collect());
}

void catalogue::note(const char* name, const char* type, std::vector<std::string> labels,
                     const char* help) {
    std::string line = std::string(name) + '|' + type + '|';
    for (const auto& label : labels) line += (line.back() == '|' ? "" : ",") + label;
    lines_.push_back(line + '|' + help);
}

::prometheus::Family<Counter>& catalogue::add_counter(const char* name, const char* help) {
    return ::prometheus::BuildCounter().Name(name).Help(help).Register(*registry_);
}

::prometheus::Family<Gauge>& catalogue::add_gauge(const char* name, const char* help) {
    return ::prometheus::BuildGauge().Name(name).Help(help).Register(*registry_);
}

::prometheus::Family<Histogram>& catalogue::add_histogram(const char* name, const char* help) {
    return ::prometheus::BuildHistogram().Name(name).Help(help).Register(*registry_);
}

buckets short_times() {
    return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}

buckets long_times() {
    return {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600};
}

}  // namespace ecisbx::metrics
