// Shell text of the simplest kind: commands of plain or quoted words, one after another.
#ifndef ECISBX_SERVER_RUNTIME_SIMPLE_SCRIPT_HPP
#define ECISBX_SERVER_RUNTIME_SIMPLE_SCRIPT_HPP

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::runtime {

/// Its commands as words, separated by ';' and newlines. Nothing when the text needs a real shell:
/// expansions, pipes, redirections, unfinished quotes.
std::optional<std::deque<std::vector<std::string>>> split_script(std::string_view text);

}  // namespace ecisbx::server::runtime

#endif
