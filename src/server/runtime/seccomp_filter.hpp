// The system call filter of everything that runs in a bubblewrap box.
#ifndef ECISBX_SERVER_RUNTIME_SECCOMP_FILTER_HPP
#define ECISBX_SERVER_RUNTIME_SECCOMP_FILTER_HPP

#include <string>

namespace ecisbx::server::runtime {

/// The program as the kernel takes it: an array of `sock_filter`. It permits what ordinary programs
/// do, ptrace included, and refuses what reaches around the namespaces: mounts, new namespaces,
/// kernel keyrings, bpf, perf, modules, clocks, io_uring, typing into a terminal (TIOCSTI), socket
/// families that no network namespace holds (vsock and others), foreign instruction sets.
/// Built once. Throws `ecisbx::error` `unsupported` when libseccomp can not.
std::string build_seccomp_filter();

/// Puts it on the calling process. 0 or errno. Needs no_new_privs.
int install_seccomp_filter(const std::string& program);

}  // namespace ecisbx::server::runtime

#endif
