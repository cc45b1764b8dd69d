// A command of the synthetic runtime: what a process would do, as a state that is pulled and pushed.
#ifndef ECISBX_SERVER_RUNTIME_SYNTHETIC_JOB_HPP
#define ECISBX_SERVER_RUNTIME_SYNTHETIC_JOB_HPP

#include "net/wait.hpp"
#include "server/runtime/runtime.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::runtime {

class synthetic_job : public std::enable_shared_from_this<synthetic_job> {
public:
    synthetic_job(const boost::asio::any_io_executor& executor, bool tty);

    /// Wrapped: the end writes a trailer with this nonce.
    void wrap(std::string nonce) { nonce_ = std::move(nonce); }
    /// Begins; false: there is no such command.
    bool run(const std::vector<std::string>& argv);
    /// As a shell would tell it.
    void fail(std::string_view message, int code);

    /// Bytes for stdin. False while it takes no more: wait for `changed`.
    bool push(std::string_view bytes);
    void end_input();
    /// Takes output; nothing when there is none now. At the end `ended` holds.
    std::size_t pull_out(char* into, std::size_t room);
    std::size_t pull_err(char* into, std::size_t room);
    bool ended() const { return exit_.has_value(); }

    /// As a signal to the process group: it ends a wrapped command with its wrapper when `whole`.
    void signal(int number, bool whole);
    const std::optional<exit_info>& exit() const { return exit_; }
    net::notifier& changed() { return changed_; }

private:
    enum class activity { none, yes, cat, sleep };
    void fill();
    void finish(int code);
    void write_out(std::string_view text);
    void sleep(double seconds);

    net::notifier changed_;
    boost::asio::steady_timer timer_;
    bool tty_;
    std::string nonce_;
    activity doing_ = activity::none;
    std::string out_, err_;
    std::uint64_t left_ = 0;  // of yes
    bool input_ended_ = false;
    std::optional<exit_info> exit_;
};

}  // namespace ecisbx::server::runtime

#endif
