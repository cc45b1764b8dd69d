// Metrics by name, with label names that are fixed when the program is compiled.
#ifndef ECISBX_METRICS_CATALOGUE_HPP
#define ECISBX_METRICS_CATALOGUE_HPP

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>
#include <prometheus/registry.h>

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ecisbx::metrics {

using ::prometheus::Counter;
using ::prometheus::Gauge;
using ::prometheus::Histogram;
using buckets = Histogram::BucketBoundaries;

/// A metric with `N` labels. Called with their values it gives the time series.
template <class Metric, std::size_t N>
class family {
public:
    family(::prometheus::Family<Metric>& of, std::array<const char*, N> names, buckets bounds = {})
        : of_(&of), names_(names), bounds_(std::move(bounds)) {}

    template <std::convertible_to<std::string_view>... Values>
        requires(sizeof...(Values) == N)
    Metric& operator()(const Values&... values) const {
        ::prometheus::Labels labels;
        std::size_t i = 0;
        (labels.emplace(names_[i++], std::string(std::string_view(values))), ...);
        if constexpr (std::is_same_v<Metric, Histogram>)
            return of_->Add(labels, bounds_);
        else
            return of_->Add(labels);
    }

private:
    ::prometheus::Family<Metric>* of_;
    std::array<const char*, N> names_;
    buckets bounds_;
};

/// Makes families in a registry and remembers what they are.
class catalogue {
public:
    explicit catalogue(std::shared_ptr<::prometheus::Registry> into);

    template <class... Names>
    family<Counter, sizeof...(Names)> counter(const char* name, const char* help, Names... labels) {
        note(name, "counter", {labels...}, help);
        return {add_counter(name, help), {labels...}};
    }
    template <class... Names>
    family<Gauge, sizeof...(Names)> gauge(const char* name, const char* help, Names... labels) {
        note(name, "gauge", {labels...}, help);
        return {add_gauge(name, help), {labels...}};
    }
    template <class... Names>
    family<Histogram, sizeof...(Names)> histogram(const char* name, const char* help,
                                                  buckets bounds, Names... labels) {
        note(name, "histogram", {labels...}, help);
        return {add_histogram(name, help), {labels...}, std::move(bounds)};
    }

    /// Prometheus' text format, everything in the registry.
    std::string text() const;
    /// `name|type|label,label|help`, one for each family that was made here.
    const std::vector<std::string>& lines() const { return lines_; }

private:
    void note(const char* name, const char* type, std::vector<std::string> labels,
              const char* help);
    ::prometheus::Family<Counter>& add_counter(const char* name, const char* help);
    ::prometheus::Family<Gauge>& add_gauge(const char* name, const char* help);
    ::prometheus::Family<Histogram>& add_histogram(const char* name, const char* help);

    std::shared_ptr<::prometheus::Registry> registry_;
    std::vector<std::string> lines_;
};

/// Upper bounds in seconds, for what takes milliseconds to a minute.
buckets short_times();
/// For what takes up to hours.
buckets long_times();

}  // namespace ecisbx::metrics

#endif
