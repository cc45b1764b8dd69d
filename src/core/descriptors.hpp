// What to say when no more files can be opened.
#ifndef ECISBX_CORE_DESCRIPTORS_HPP
#define ECISBX_CORE_DESCRIPTORS_HPP

#include <ecisbx/error.hpp>

namespace ecisbx::core {

/// Precondition: `cause == errc::no_descriptors` (EMFILE, ENFILE).
/// Names the limit that is in force now and how to raise it.
error_info no_descriptors(const boost::system::error_code& cause);

}  // namespace ecisbx::core

#endif
