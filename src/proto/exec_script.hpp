// How a command or a script travels to a POSIX shell and reports its exit code: as data.
//
// A wrapper, `["/bin/sh", "-c", TEXT, "sh", ID, NONCE]`, first writes the start mark on stdout (see
// exit_trailer.hpp; on a terminal once its size is set), runs the command in a subshell, waits for
// it whatever signal comes, writes the exit trailer (see exit_trailer.hpp) on stdout and then on
// stderr (on the terminal only where there is one), and exits with the same status. All of the
// user's text stands in TEXT in single quotes, so the number of arguments never matters; a program
// is started by `exec`, so the name of a builtin means the program of that name. When TEXT would
// be too long, is not UTF-8, or stdin is a stream, argv carries a constant loader instead, which
// reads exactly TEXT from stdin, and runs it only if it is whole. A script that came this way is
// read by its own interpreter, again exactly, to the end, before its first command runs: no child
// can read it, no argument limit applies, no file is written.
//
// Statuses the wrapper itself gives: 126 when the folder can not be entered, 126 and 127 by the
// shell for programs it can not run or find, 125 when the script was cut on its way. No trailer
// is written when no process could be started (a message on stderr tells).
#ifndef ECISBX_PROTO_EXEC_SCRIPT_HPP
#define ECISBX_PROTO_EXEC_SCRIPT_HPP

#include <cstddef>
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
    std::string dir;    ///< empty: where the container's processes start
    std::vector<std::pair<std::string, std::string>> env;
    std::vector<std::string> argv;  ///< a command; or empty and ...
    std::string script;             ///< ... a script for bash, else sh
    stdin_mode input = stdin_mode::none;
    bool tty = false;  ///< stdin is the terminal, whatever `input` says
    /// Size that the wrapper gives the terminal, by stty where the image has it; 0: none. Only
    /// for a command that fits the arguments: else the wire's own resize comes in time.
    unsigned rows = 0, columns = 0;
};

/// How to carry it out: open a channel with `argv`; when `open_stdin`, write `preamble` (for a tty
/// only after `exit_trailer` has seen the start mark; a trailer in its place means that the
/// terminal could not be set up), then the user's bytes: as they are when `raw`, else each piece
/// through `stdin_frame`, and `stdin_end()` at the end of input.
struct exec_plan {
    std::vector<std::string> argv;
    bool open_stdin = false;
    bool has_preamble = false;
    bool waits_for_ready = false;
    std::string script;  ///< what the preamble carries behind `body`
    /// `raw`: the wire can half-close stdin, or it is a terminal; the command reads the channel
    /// itself then.
    std::string preamble(bool raw) const;

    std::string body;   ///< shell text that becomes the command
    std::string nonce;  ///< as in the wish; likewise the next two
    stdin_mode input = stdin_mode::none;
    bool tty = false;
};

/// Throws `ecisbx::error` `invalid_argument` for NUL anywhere, an empty argv and script, or both
/// of them, a bad or reserved variable name, an id or nonce of other characters than letters,
/// digits, '-' and '_', and a script for a terminal of more than 128 KiB that does not fit the
/// arguments. Chooses arguments while they fit `limits`, else the channel.
exec_plan plan_exec(const exec_wish& wish, const exec_limits& limits);

std::string stdin_frame(std::string_view bytes);
std::string stdin_end();

/// A command that sends `signal` to every process of the exec `id`, once, or with SIGKILL again
/// until none is left. With SIGKILL the wrapper goes too; any other signal spares it, so that it
/// can report the status. Exit 0: something was signalled; 1: nothing found. Prints nothing.
///
/// Found are the processes that have ECISBX_EXEC of `id` in their environment or `id` in their
/// command line, their descendants, and the sessions and process groups of all of these. Only a
/// process that has left all of that behind (a daemon with a cleared environment) is not found.
/// Precondition: `id` as `plan_exec` accepts it, else it throws `invalid_argument`.
std::vector<std::string> kill_argv(std::string_view id, int signal);

}  // namespace ecisbx::proto

#endif
