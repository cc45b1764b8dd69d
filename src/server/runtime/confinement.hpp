// What a process gives up for good before it runs a program of a box.
#ifndef ECISBX_SERVER_RUNTIME_CONFINEMENT_HPP
#define ECISBX_SERVER_RUNTIME_CONFINEMENT_HPP

namespace ecisbx::server::runtime {

/// All capabilities: bounding, ambient, inheritable, permitted, effective; and no_new_privs.
/// 0 or errno.
int drop_capabilities();

}  // namespace ecisbx::server::runtime

#endif
