// What a forked helper process changes about itself, and how it looks at its descendants.
#ifndef ECISBX_SERVER_RUNTIME_PROCESS_STATE_HPP
#define ECISBX_SERVER_RUNTIME_PROCESS_STATE_HPP

#include <sys/types.h>

#include <string_view>
#include <vector>

namespace ecisbx::server::runtime {

/// Default handlers, nothing blocked: what a program expects after exec.
void restore_signals();
/// Blocks all signals; the returned descriptor gives SIGCHLD and SIGUSR1. Others are ignored:
/// a helper ends when its server does, not by the Ctrl-C or the SIGTERM meant for that.
int take_signals();
/// Takes what came on it; true when SIGUSR1 did.
bool drain_signals(int fd);

void close_from_on_exec(int first);
/// Closes everything but `keep` and points stdin, stdout and stderr to /dev/null. Returns the new
/// number of `keep`.
int keep_only(int keep);

/// The helper is a copy of the server's memory, secrets included: no other process of the same
/// user may read it, nor what the command line said. `ps` shows `title`.
void hide(std::string_view title);

/// Pids of all descendants of `root`, zombies included.
std::vector<pid_t> descendants(pid_t root);

}  // namespace ecisbx::server::runtime

#endif
