// A command of the synthetic runtime: what its process would do, as a state that its streams pull
// from and push into.
#ifndef ECISBX_SERVER_RUNTIME_SYNTHETIC_JOB_HPP
#define ECISBX_SERVER_RUNTIME_SYNTHETIC_JOB_HPP

#include "net/wait.hpp"
#include "proto/exec_unwrap.hpp"
#include "proto/tmux_unwrap.hpp"
#include "server/runtime/runtime.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::runtime {

class synthetic_tmux;

class synthetic_job : public std::enable_shared_from_this<synthetic_job> {
public:
    /// `sessions`: where its tmux commands are carried out; without any there is no tmux.
    synthetic_job(const boost::asio::any_io_executor& executor, bool tty,
                  std::shared_ptr<synthetic_tmux> sessions = nullptr);

    /// Begins; false: there is no such command. A command line of our client's wrapper begins when
    /// all of it is known, and ends with the wrapper's trailers.
    bool begin(const std::vector<std::string>& argv);
    /// Begins with the commands of a script.
    void begin_script(std::string_view text);
    /// It has done nothing but to end with this code.
    void complete(int code);
    /// Of the wrapper; empty for any other command.
    const std::string& id() const;

    /// Bytes for stdin. False while it takes none: wait for `changed`.
    bool push(std::string_view bytes);
    void end_input();
    /// Takes output; 0 when there is none now. There comes no more when `ended`.
    std::size_t pull_out(char* into, std::size_t room);
    std::size_t pull_err(char* into, std::size_t room);

    /// The other ends of its streams are gone.
    void hang_up();
    /// As a signal to the process group. A wrapper survives all but SIGKILL, and reports.
    void signal(int number);
    /// A tmux session that it waits for has changed.
    void end_wait();
    bool ended() const { return exit_.has_value(); }
    const std::optional<exit_info>& exit() const { return exit_; }
    net::notifier& changed() { return changed_; }

private:
    enum class activity { none, yes, cat, sleep, tmux_input, tmux_wait };
    void begin_wish();
    bool run(const std::vector<std::string>& argv);
    void run_rest();
    void end_command(int status);
    void say(std::string_view message);
    void write_out(std::string_view text);
    void fill();
    void sleep(const std::string& seconds);
    void print_time(const std::string& format);
    bool tmux(const std::string& text);
    void tmux_begin_wait();
    template <class Done>
    void after(std::chrono::nanoseconds length, activity doing, Done done);

    net::notifier changed_;
    boost::asio::steady_timer timer_;
    bool tty_;
    std::optional<proto::exec_unwrapper> wrapper_;
    bool begun_ = false;
    std::deque<std::vector<std::string>> rest_;  // commands still to come
    activity doing_ = activity::none;
    int status_ = 0;  // of the last command
    std::string out_, err_;
    std::uint64_t left_ = 0;  // of yes
    bool input_ended_ = false;
    std::shared_ptr<synthetic_tmux> sessions_;
    proto::wanted_tmux wanted_;  // of the tmux command
    std::string tmux_input_;
    std::optional<exit_info> exit_;
};

}  // namespace ecisbx::server::runtime

#endif
