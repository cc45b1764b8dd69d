// Shell texts that start, look at and end tmux sessions, and the parsers of their answers.
//
// State is kept in .ecisbx-tmux-UID/SESSION/, mode 0700, in the first of $TMPDIR, /tmp, /var/tmp,
// /dev/shm and $HOME that takes files:
//   run, script     what the pane runs, and the job in it
//   out             every byte that came out of the pane's terminal (tmux pipe-pane)
//   pane            "%ID PID" of the pane, there once the session is started
//   go, done        fifos: the pipe is connected; its writers' end means that the job has ended
//   ending, status  the job has ended; "CODE SIZE DRAINED", written at once by a rename
//   pattern         finds the job's processes (see kill_argv)
// The output begins only when the pipe is connected. It ends with a random mark that the runner
// writes to the terminal when the job is over: once it has come out of the pipe, so has
// everything before it; SIZE is where it begins. The mark never is what says that a job ended.
//
// All texts are for dash, busybox and bash alike, write nothing on stderr, and need no more than
// tmux and the tools that every such image has.
#ifndef ECISBX_PROTO_TMUX_SCRIPT_HPP
#define ECISBX_PROTO_TMUX_SCRIPT_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::proto {

/// `[A-Za-z0-9_-]{1,64}`.
bool is_tmux_name(std::string_view name);
/// Throws `invalid_argument` for what is none.
void check_tmux_name(std::string_view name);

struct tmux_job {
    std::string name;
    std::string script;
    std::string dir;  ///< empty: where the container's processes start
    std::vector<std::pair<std::string, std::string>> env;
    unsigned rows = 24, columns = 80;
    unsigned history = 50'000;
    bool cooked = false;
    std::string id;     ///< marks the job's processes, as in exec_wish
    std::string nonce;  ///< of the end mark, `[0-9a-f]{32}`
};

/// A text for `sh -c` and the bytes for its stdin.
struct tmux_start_plan {
    std::string text;
    std::string input;
};
/// Throws `invalid_argument`: NUL, a bad name, a size or limit out of bounds.
tmux_start_plan plan_tmux_start(const tmux_job& job);

struct tmux_started {
    enum class kind { started, exists, no_tmux, no_folder, failed };
    kind what = kind::failed;
    std::int64_t created = 0;  ///< seconds since 1970
    std::string message;       ///< `failed`: what tmux said
};
/// Nothing for what is no answer of the text.
std::optional<tmux_started> parse_tmux_started(std::string_view out);

struct tmux_look {
    std::string name;
    std::uint64_t from = 0;
    std::size_t limit = 0;              ///< bytes of output at most
    std::chrono::milliseconds wait{0};  ///< stay this long, or until the job ends
};
std::string tmux_look_text(const tmux_look& look);

struct tmux_sight {
    enum class kind { running, completed, gone, none };
    kind what = kind::none;
    int code = 0;
    std::uint64_t size = 0;  ///< of the output
    bool drained = false;
    std::string out;
};
std::optional<tmux_sight> parse_tmux_sight(const tmux_look& look, std::string_view out);

/// Ends the session and its processes and removes its folder; exit 0 also when there is none.
std::string tmux_kill_text(std::string_view name);

std::string tmux_list_text();
struct tmux_entry {
    std::string name;
    std::int64_t created = 0;
    bool running = false;
};
std::optional<std::vector<tmux_entry>> parse_tmux_list(std::string_view out);

std::string tmux_screen_text(std::string_view name);
/// The screen; an empty optional where there is no session.
std::optional<std::string> parse_tmux_screen(std::string_view out);

}  // namespace ecisbx::proto

#endif
