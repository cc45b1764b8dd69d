// Completion of a command line that is being typed, from the parser itself.
#ifndef ECISBX_CLI_COMPLETE_HPP
#define ECISBX_CLI_COMPLETE_HPP

#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::cli {

struct completion {
    std::vector<std::pair<std::string, std::string>> words;  ///< and what each one means
    bool ids = false;                                        ///< ids of sandboxes fit too
    bool files = false;                                      ///< local paths fit too
};

/// `words`: those after the program's name, the last one is the one being typed (may be empty).
completion complete(const CLI::App& root, std::vector<std::string> words);

}  // namespace ecisbx::cli

#endif
