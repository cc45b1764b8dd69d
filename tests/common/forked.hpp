// A server in a process of its own: the limits, the memory and the descriptors of the test's
// process are the client's alone.
#ifndef ECISBX_TESTS_COMMON_FORKED_HPP
#define ECISBX_TESTS_COMMON_FORKED_HPP

#include "core/unique_fd.hpp"

#include <ecisbx/server.hpp>

#include <boost/asio/io_context.hpp>

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

namespace ecisbx::test {

/// Precondition: this process has one thread.
class forked {
public:
    /// Answers one command line of `ask`.
    using commands = std::function<std::string(const std::string&)>;
    struct served {
        std::string told;             ///< what the test learns of it
        std::shared_ptr<void> alive;  ///< for as long as the process
        commands answer;              ///< null: none are asked
    };
    using starter = std::function<served(boost::asio::io_context&)>;

    /// `start` runs in the child, whose io_context runs then.
    explicit forked(const starter& start);
    ~forked();
    forked(const forked&) = delete;
    forked& operator=(const forked&) = delete;

    const std::string& told() const { return told_; }
    /// Blocks until the child has answered. No line ends within either.
    std::string ask(const std::string& command);

private:
    std::string read_line();

    core::unique_fd socket_;
    pid_t child_ = -1;
    std::string told_;
};

/// The same for a local server.
class server_process {
public:
    explicit server_process(server::options settings);
    const eci::config& config() const { return config_; }

private:
    forked process_;
    eci::config config_;
};

}  // namespace ecisbx::test

#endif
