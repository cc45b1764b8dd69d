// How a command or a script travels to a POSIX shell and reports its exit code: as data.
#ifndef ECISBX_PROTO_EXEC_SCRIPT_HPP
#define ECISBX_PROTO_EXEC_SCRIPT_HPP

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::proto {

/// What fits into the call that opens a channel.
struct exec_limits {
    std::size_t max_elements = 20;
    std::size_t max_json_bytes = 2048;  ///< of the argv as JSON text
    bool utf8_only = true;              ///< JSON text can not carry other bytes
};

/// Length of `argv` as a JSON array of strings, as `boost::json` writes it.
std::size_t json_length(const std::vector<std::string>& argv);
bool fits(const std::vector<std::string>& argv, const exec_limits& limits);

enum class stdin_mode {
    none,    ///< /dev/null
    stream,  ///< bytes follow over the channel until an end
};

struct exec_wish {
    std::string id;     ///< public, unguessable name of this exec: how `kill_argv` finds it
    std::string nonce;  ///< secret of the exit trailer; `[0-9a-f]{32}`
    std::string dir;
    std::vector<std::pair<std::string, std::string>> env;
    std::vector<std::string> argv;  ///< a command; or empty and ...
    std::string script;             ///< ... a script for bash, else sh
    stdin_mode input = stdin_mode::none;
    bool tty = false;
};

/// How to carry it out: open a channel with `argv`; when `open_stdin`, write `preamble` (for a tty
/// only after `exit_trailer` has seen the ready mark), then the user's bytes: as they are when
/// `raw`, else each piece through `stdin_frame`, and `stdin_end()` at the end of input.
struct exec_plan {
    std::vector<std::string> argv;
    bool open_stdin = false;
    bool has_preamble = false;
    bool waits_for_ready = false;
    std::string script;  ///< what the preamble carries
    /// `raw`: the wire can half-close stdin, or it is a terminal; the command reads the channel
    /// itself then.
    std::string preamble(bool raw) const;
};

/// Throws `ecisbx::error` `invalid_argument` for NUL anywhere, an empty argv and script, a bad
/// variable name. Chooses arguments while they fit `limits`, else the channel.
exec_plan plan_exec(const exec_wish& wish, const exec_limits& limits);

std::string stdin_frame(std::string_view bytes);
std::string stdin_end();

/// A command that sends `signal` to every process of the exec `id`, to its process group, again
/// until none is left when it is SIGKILL. With SIGKILL the wrapper goes too; any other signal
/// spares it, so that it can report the status. Exit 0: something was signalled; 1: nothing found.
std::vector<std::string> kill_argv(std::string_view id, int signal);

}  // namespace ecisbx::proto

#endif
