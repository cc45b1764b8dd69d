// One operation, disturbed at its first step, at its second, ... until nothing is left to disturb.
#ifndef ECISBX_TESTS_SWEEP_SWEEP_HPP
#define ECISBX_TESTS_SWEEP_SWEEP_HPP

#include "sweep/operations.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ecisbx::sweep {

enum class trouble {
    reset,   ///< a connect, read or write of the client fails
    end,     ///< the peer ends the connection there
    cancel,  ///< the caller cancels while the operation waits
};

struct swept {
    std::size_t points = 0;
    std::vector<std::string> failures;
};

/// In a world of its own. `folder`: for files of this machine.
swept sweep(const operation& what, trouble by, const std::string& folder);

}  // namespace ecisbx::sweep

#endif
