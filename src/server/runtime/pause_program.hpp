// A program that says "ready" on its stdout and then sleeps for ever, as an ELF file of some 160
// bytes: what bwrap keeps running in a box, whatever programs the root file system has.
#ifndef ECISBX_SERVER_RUNTIME_PAUSE_PROGRAM_HPP
#define ECISBX_SERVER_RUNTIME_PAUSE_PROGRAM_HPP

#include <string>

namespace ecisbx::server::runtime {

/// Empty on processors it is not written for.
std::string pause_program();

}  // namespace ecisbx::server::runtime

#endif
