// What the commands of the simulation do: a few numbers, and bytes that follow from them.
#ifndef ECISBX_TESTS_SIMULATION_PROGRAM_HPP
#define ECISBX_TESTS_SIMULATION_PROGRAM_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::sim {

/// `sim KEY OUT ERR PIECES SLEEP CATS CODE`: writes OUT and ERR bytes in so many pieces, sleeps
/// SLEEP ms before each, copies stdin to stdout if CATS is 1, and exits with CODE.
struct program {
    std::uint64_t key = 0;  ///< what the bytes follow from
    std::size_t out = 0, err = 0;
    unsigned pieces = 1;
    unsigned sleep = 0;
    bool cats = false;
    int code = 0;

    std::vector<std::string> argv() const;
    std::string script() const;
    static std::optional<program> read(const std::vector<std::string>& argv);
    static std::optional<program> read(const std::string& script);

    /// Upper case on stdout, lower case on stderr: they can be told apart where a wire merges them.
    std::string out_bytes() const { return bytes('A', out); }
    std::string err_bytes() const { return bytes('a', err); }
    unsigned length() const { return pieces * sleep; }

private:
    std::string bytes(char first, std::size_t count) const;
};

}  // namespace ecisbx::sim

#endif
