// What a description of a group means to somebody who waits for it. No I/O.
#ifndef ECISBX_ECI_READINESS_HPP
#define ECISBX_ECI_READINESS_HPP

#include <ecisbx/eci/model.hpp>

#include <string>
#include <string_view>

namespace ecisbx::eci {

enum class readiness {
    ready,    ///< it runs, and so do its containers
    not_yet,  ///< it may become ready
    never,    ///< it has ended, could not be started, or is going away
};

/// A status that no other one follows, or none that takes commands.
bool has_ended(std::string_view status);

readiness readiness_of(const container_group& group);

/// `Failed: container sandbox Terminated, Error, exit code 1: ...; events: Warning BackOff: ...`:
/// the status, what keeps each container, and the last events, of bounded length.
std::string explain(const container_group& group);

}  // namespace ecisbx::eci

#endif
