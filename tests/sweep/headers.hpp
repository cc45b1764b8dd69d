// Which operations the public headers declare.
#ifndef ECISBX_TESTS_SWEEP_HEADERS_HPP
#define ECISBX_TESTS_SWEEP_HEADERS_HPP

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::sweep {

/// Header and name of every function below `folder` that returns an awaitable, but for what is in
/// `detail/`; an overload as often as it is declared. Sorted.
std::vector<std::pair<std::string, std::string>> declared_operations(const std::string& folder);

}  // namespace ecisbx::sweep

#endif
