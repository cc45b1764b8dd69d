// Answers from memory, without any process.
#ifndef ECISBX_SERVER_RUNTIME_SYNTHETIC_HPP
#define ECISBX_SERVER_RUNTIME_SYNTHETIC_HPP

#include "server/runtime/runtime.hpp"

#include <memory>

namespace ecisbx::server::runtime {

std::unique_ptr<runtime> make_synthetic(boost::asio::any_io_executor executor);

}  // namespace ecisbx::server::runtime

#endif
