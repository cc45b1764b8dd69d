// A strict reader of Prometheus' text format, and of the golden file.
#ifndef ECISBX_TESTS_COMMON_READ_METRICS_HPP
#define ECISBX_TESTS_COMMON_READ_METRICS_HPP

#include <map>
#include <string>
#include <vector>

namespace ecisbx::test {

struct metrics_text {
    /// By name and labels in the order of their names: `name{a="x",b="y"}`.
    std::map<std::string, double> samples;
    /// `name|type|label,label|help` as in the golden file.
    std::vector<std::string> families;
};

/// Throws std::runtime_error with the line for anything that the format does not allow: a sample
/// before its TYPE, a series twice, a family in two parts, buckets that go down, ...
metrics_text read_metrics(const std::string& text);

/// The lines of tests/golden/metrics.txt whose name starts with `prefix`, or all the others.
std::vector<std::string> golden_lines(const std::string& prefix, bool with_prefix);

}  // namespace ecisbx::test

#endif
