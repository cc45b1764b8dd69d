/// @file
/// command: the argv of one process.
#ifndef ECISBX_COMMAND_HPP
#define ECISBX_COMMAND_HPP

#include <string>
#include <utility>
#include <vector>

namespace ecisbx {

/// The program and its arguments, passed as they are: no shell sees them, so nothing needs
/// quoting. Arguments are bytes; only NUL can not be carried (`errc::invalid_argument`).
/// Example: `command("ls", "-la", "/tmp")`.
class command {
public:
    /// `program`: a path, or a name that is looked up in the sandbox's PATH. Each of `args` is one
    /// argument, of any type that a string is made from.
    template <class... Args>
    explicit command(std::string program, Args&&... args) {
        argv_.reserve(1 + sizeof...(Args));
        argv_.push_back(std::move(program));
        (argv_.emplace_back(std::forward<Args>(args)), ...);
    }
    /// The program first, then its arguments. An empty list is refused when it is used
    /// (`errc::invalid_argument`).
    explicit command(std::vector<std::string> argv) : argv_(std::move(argv)) {}

    /// Appends one argument.
    command& arg(std::string value) & { return argv_.push_back(std::move(value)), *this; }
    command&& arg(std::string value) && { return std::move(arg(std::move(value))); }

    const std::vector<std::string>& argv() const noexcept { return argv_; }

private:
    std::vector<std::string> argv_;
};

}  // namespace ecisbx

#endif
