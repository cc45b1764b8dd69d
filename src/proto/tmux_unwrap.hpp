// The reverse of tmux_script.hpp: what its texts ask for, and what they answer. For servers that
// run no shell. Recognises exactly what this version of tmux_script.cpp writes.
#ifndef ECISBX_PROTO_TMUX_UNWRAP_HPP
#define ECISBX_PROTO_TMUX_UNWRAP_HPP

#include "proto/tmux_script.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::proto {

struct wanted_tmux {
    enum class kind { start, look, kill, list };
    kind what = kind::list;
    std::string name;  ///< but for `list`
    tmux_look look;    ///< of `look`

    // Of `start`: the bytes on stdin, of which the job's script are those behind the runner's.
    std::size_t input_size = 0;
    std::size_t runner_size = 0;
};
/// Nothing for any other text, and for the one that reads a screen.
std::optional<wanted_tmux> unwrap_tmux(std::string_view text);

/// What the look's text prints; `out` is all of the output.
std::string tmux_sight_text(const tmux_look& look, tmux_sight::kind what, int code,
                            std::string_view out);
/// One line of what the list's text prints; it ends with "." and a newline.
std::string tmux_entry_text(const tmux_entry& entry);

}  // namespace ecisbx::proto

#endif
