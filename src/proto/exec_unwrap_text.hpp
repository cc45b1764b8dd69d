// Reads the shell text that `plan_exec` writes.
#ifndef ECISBX_PROTO_EXEC_UNWRAP_TEXT_HPP
#define ECISBX_PROTO_EXEC_UNWRAP_TEXT_HPP

#include "proto/exec_script.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace ecisbx::proto {

/// What stands in a wrapper's text beside what it fills into the wish.
struct wrapper_facts {
    bool framed = false;
    std::size_t script_size = 0;  ///< of a script that follows on the channel; 0: none
};

/// Takes what stands before the wrapper in an argument off the front of `code`: false when it is
/// not there. Fills in the terminal's size.
bool read_wrapper_start(std::string_view& code, exec_wish& wish);

/// Fills in folder, environment, command or script, and input. Nothing when it is not such a text.
std::optional<wrapper_facts> read_wrapper(std::string_view text, exec_wish& wish);

}  // namespace ecisbx::proto

#endif
