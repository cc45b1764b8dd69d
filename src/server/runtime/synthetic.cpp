#include "server/runtime/synthetic.hpp"

#include "proto/exec_unwrap.hpp"
#include "server/runtime/spec_codec.hpp"
#include "server/runtime/synthetic_job.hpp"
#include "server/runtime/synthetic_tmux.hpp"

#include <ecisbx/error.hpp>

#include <csignal>
#include <optional>
#include <vector>

namespace ecisbx::server::runtime {
namespace asio = boost::asio;

namespace {

using job_ptr = std::shared_ptr<synthetic_job>;

enum class stream { out, err };

asio::awaitable<std::size_t> read_from(job_ptr job, stream which, asio::mutable_buffer into) {
    auto* bytes = static_cast<char*>(into.data());
    while (into.size() > 0) {
        auto n = which == stream::out ? job->pull_out(bytes, into.size())
                                      : job->pull_err(bytes, into.size());
        if (n > 0) co_return n;
        if (job->ended()) break;
        co_await job->changed().wait(core::deadline::never());
    }
    co_return 0;
}

asio::awaitable<void> write_to(job_ptr job, asio::const_buffer bytes) {
    std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
    while (!job->ended()) {
        if (job->push(text)) co_return;
        co_await job->changed().wait(core::deadline::never());
    }
    throw error(errc::connection, "the process reads no more");
}

asio::awaitable<exit_info> exit_of(job_ptr job) {
    while (!job->exit()) co_await job->changed().wait(core::deadline::never());
    co_return *job->exit();
}

class synthetic_process final : public process {
public:
    explicit synthetic_process(job_ptr job) : job_(std::move(job)) {}
    ~synthetic_process() override { job_->hang_up(); }
    asio::awaitable<std::size_t> read_out(asio::mutable_buffer into) override {
        return read_from(job_, stream::out, into);
    }
    asio::awaitable<std::size_t> read_err(asio::mutable_buffer into) override {
        return read_from(job_, stream::err, into);
    }
    asio::awaitable<void> write(asio::const_buffer bytes) override { return write_to(job_, bytes); }
    void close_stdin() override { job_->end_input(); }
    void resize(unsigned, unsigned) override {}
    void kill(int signal) override { job_->signal(signal); }
    asio::awaitable<exit_info> wait() override { return exit_of(job_); }

private:
    job_ptr job_;
};

class synthetic_box final : public box {
public:
    explicit synthetic_box(const asio::any_io_executor& executor)
        : executor_(executor), sessions_(std::make_shared<synthetic_tmux>(executor)) {}
    ~synthetic_box() override { end(SIGKILL); }

    asio::awaitable<std::unique_ptr<process>> start(process_spec spec) override {
        check(spec);
        if (ended_) throw error(errc::not_ready, "the sandbox has ended");
        auto job = std::make_shared<synthetic_job>(executor_, spec.tty, sessions_);
        if (auto wanted = proto::unwrap_kill(spec.argv)) {
            job->complete(kill(*wanted) ? 0 : 1);
        } else {
            if (!spec.open_stdin && !spec.tty) job->end_input();
            if (!job->begin(spec.argv))
                throw error(errc::not_found, "\"" + spec.argv.front() + "\": no such command");
        }
        if (!job->ended()) remember(job);
        co_return std::make_unique<synthetic_process>(std::move(job));
    }
    asio::awaitable<void> stop(std::chrono::milliseconds) override {
        end(SIGTERM);
        co_return;
    }
    std::optional<box_usage> usage() override { return std::nullopt; }

private:
    // Commands go on when their handle is dropped, and leave this list once they have ended.
    void remember(const job_ptr& job) {
        if (jobs_.size() >= 2 * running_ + 16) {
            std::erase_if(jobs_, [](const auto& j) { return j->ended(); });
            running_ = jobs_.size();
        }
        jobs_.push_back(job);
    }
    bool kill(const proto::wanted_kill& wanted) {
        bool found = false;
        for (const auto& job : jobs_) {
            if (job->ended() || job->id() != wanted.id) continue;
            job->signal(wanted.signal);
            found = true;
        }
        return found;
    }
    void end(int signal) {
        ended_ = true;
        for (const auto& job : jobs_) job->signal(signal);
        jobs_.clear();
        sessions_->kill_all();
    }
    asio::any_io_executor executor_;
    std::shared_ptr<synthetic_tmux> sessions_;
    std::vector<job_ptr> jobs_;
    std::size_t running_ = 0;  // when the list was last cleared of those that have ended
    bool ended_ = false;
};

class synthetic_runtime final : public runtime {
public:
    explicit synthetic_runtime(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    asio::awaitable<std::shared_ptr<box>> create(box_spec spec) override {
        check(spec);
        co_return std::make_shared<synthetic_box>(executor_);
    }
    volume_support volumes() const override { return volume_support::none; }
    void drop_volumes(const std::string&) override {}
    std::vector<std::string> notes() const override {
        return {
            "synthetic: no process is run; true, false, echo, cat, exit, sleep, yes, date +%s.%N "
            "and tmux sessions of those are answered from memory, any other command is not found"};
    }

private:
    asio::any_io_executor executor_;
};

}  // namespace

std::unique_ptr<runtime> make_synthetic(asio::any_io_executor executor) {
    return std::make_unique<synthetic_runtime>(std::move(executor));
}

}  // namespace ecisbx::server::runtime
