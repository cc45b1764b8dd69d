// A runtime that counts its boxes and processes.
#ifndef ECISBX_SERVER_RUNTIME_COUNTED_HPP
#define ECISBX_SERVER_RUNTIME_COUNTED_HPP

#include "server/metrics.hpp"
#include "server/runtime/runtime.hpp"

#include <memory>

namespace ecisbx::server::runtime {

std::unique_ptr<runtime> counted(std::unique_ptr<runtime> inner,
                                 std::shared_ptr<server_metrics> into);

}  // namespace ecisbx::server::runtime

#endif
