// One command from the call to its end: plan, channel, stdin, output, deadline, kill.
#ifndef ECISBX_SANDBOX_RUNNING_EXEC_HPP
#define ECISBX_SANDBOX_RUNNING_EXEC_HPP

#include <ecisbx/exec.hpp>

#include "core/deadline.hpp"
#include "net/wait.hpp"
#include "proto/exec_script.hpp"
#include "sandbox/backend.hpp"
#include "sandbox/exec_watch.hpp"
#include "sandbox/exit_judge.hpp"
#include "sandbox/remote_kill.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::detail {

/// What to run, and for whom.
class exec_job {
public:
    enum class use { to_the_end, stream };  ///< `exec` and `bash`, or `start`
    exec_job(std::string sandbox, exec_options how, use kind_)
        : sandbox_id(std::move(sandbox)), options(std::move(how)), kind(kind_) {}
    std::string sandbox_id;
    std::vector<std::string> argv;  ///< a command, or ...
    std::string script;             ///< ... a script for bash
    exec_options options;
    use kind;
};

/// The coroutines are members: who awaits them keeps the object alive. At most one of `read` and
/// `wait`, and one of the writing ones, may be under way at a time.
class running_exec : public std::enable_shared_from_this<running_exec> {
public:
    /// Checks and plans; no I/O. Throws `invalid_argument`. The time starts to count.
    running_exec(std::shared_ptr<backend> via, const exec_job& job);

    /// Opens the channel: the command starts. Whoever gives up on it must call `abandon`.
    boost::asio::awaitable<void> open();

    boost::asio::awaitable<std::optional<chunk>> read();
    boost::asio::awaitable<exec_result> wait();
    boost::asio::awaitable<void> write(std::string bytes);
    boost::asio::awaitable<void> close_stdin();
    boost::asio::awaitable<void> resize(unsigned rows, unsigned columns);
    boost::asio::awaitable<void> signal(int number);

    /// Hangs up and kills in the background, unless the end was seen.
    void abandon() noexcept;

    const std::string& request_id() const noexcept { return result_.request_id; }
    /// Not empty: why the output so far may not be what was written.
    const std::string& doubt() const noexcept { return judge_.doubt(); }
    /// The kill that is on its way, if one was needed.
    const std::shared_ptr<background_kill>& kill() const noexcept { return kill_; }

private:
    running_exec(std::shared_ptr<backend> via, const exec_job& job, const proto::exec_wish& wish);

    // from the start to the end (running_exec.cpp)
    boost::asio::awaitable<void> open_channel();
    boost::asio::awaitable<void> time_out();
    void conclude();
    void settle();
    void end(exit_status status, bool complete, std::string note);
    void begin_kill();
    void arm_watchdog();

    // reading (running_exec_output.cpp)
    boost::asio::awaitable<void> more();
    boost::asio::awaitable<void> wait_until_ready();
    void start_reading_ahead();
    static boost::asio::awaitable<void> read_ahead(std::shared_ptr<running_exec> self);
    boost::asio::awaitable<void> read_ahead_once();
    void fail(std::exception_ptr why, const char* note);
    void rethrow_failure();
    void take(const channel_event& event);
    void store(std::string out, std::string err);
    std::optional<chunk> next_piece();
    void collect();
    void keep(const std::string& bytes, std::string& into);
    void release(std::size_t bytes);
    core::deadline read_limit();

    // stdin (running_exec_input.cpp)
    void start_feeding();
    static boost::asio::awaitable<void> feed(std::shared_ptr<running_exec> self);
    boost::asio::awaitable<void> feed_all();
    boost::asio::awaitable<void> send_input(std::string_view bytes);
    boost::asio::awaitable<void> send_pieces(std::string_view bytes, bool framed);
    boost::asio::awaitable<void> end_input();
    boost::asio::awaitable<void> input_turn();
    bool raw_input() const;

    std::shared_ptr<backend> backend_;
    exec_options options_;
    exec_job::use kind_;
    proto::exec_plan plan_;
    std::shared_ptr<const kill_target> target_;
    core::clock::time_point started_;
    core::deadline until_;
    std::optional<core::deadline> last_look_;
    std::optional<core::deadline> drain_until_;  // once the end is proven
    std::shared_ptr<exec_channel> channel_;
    exit_judge judge_;
    net::notifier wake_;  // something of what somebody may wait for has changed
    boost::asio::steady_timer watchdog_;
    std::shared_ptr<background_kill> kill_;

    std::deque<chunk> pieces_;  // arrived, and not taken by `read` or `wait` yet
    std::size_t held_ = 0;      // their bytes
    bool reads_ahead_ = false;  // by a coroutine of its own, the only one that reads then
    exec_result result_;
    bool ended_ = false;
    std::exception_ptr failure_;  // to be thrown when the pieces are taken
    bool dropped_ = false;        // more output than `max_output`

    bool fed_ = false;  // preamble and `exec_options::input` are written, or can not be
    bool stdin_ended_ = false;
    bool mid_line_ = false;  // the terminal's input line is not empty
    std::string input_failure_;
    exec_watch watch_;
};

}  // namespace ecisbx::detail

#endif
