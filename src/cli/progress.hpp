// A transfer's progress, on one line of the terminal.
#ifndef ECISBX_CLI_PROGRESS_HPP
#define ECISBX_CLI_PROGRESS_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ecisbx::cli {

/// `[#####     ]  50%  1.5 of 3.0 MiB  10.0 MiB/s`; without a total (a folder that comes out of
/// the sandbox) only what has been moved, and the rate. Fits into 79 columns.
std::string progress_text(std::uint64_t bytes, std::optional<std::uint64_t> total,
                          std::chrono::milliseconds elapsed);

/// Writes to stderr, a few times a second; cleared when it is destroyed.
class progress_line {
public:
    void show(std::uint64_t bytes, std::optional<std::uint64_t> total);
    ~progress_line();

private:
    using clock = std::chrono::steady_clock;
    clock::time_point begun_ = clock::now();
    clock::time_point next_;
    bool shown_ = false;
};

}  // namespace ecisbx::cli

#endif
