#include "unit/server/fake_runtime.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace fake {

using ecisbx::errc;
using ecisbx::error;
using ecisbx::core::deadline;

void process_state::end(int code, int signal) {
    if (exited) return;
    exited = true;
    exit.code = code;
    exit.signal = signal;
    if (spec.argv.front() != "orphan") out_open = err_open = false;
    changed.notify_all();
}

namespace {

class process final : public rt::process {
public:
    explicit process(process_ptr state) : state_(std::move(state)) {}
    ~process() override { state_->dropped = true; }

    asio::awaitable<std::size_t> read_out(asio::mutable_buffer into) override {
        auto state = state_;
        while (state->out.empty() && state->endless == 0 && state->out_open)
            co_await state->changed.wait(deadline::never());
        if (state->out.empty() && state->endless > 0) {
            auto size = std::min(into.size(), state->endless);
            std::memset(into.data(), 'y', size);
            state->endless -= size;
            state->taken += size;
            if (state->endless == 0) state->end(0);
            co_return size;
        }
        auto size = take(state->out, into);
        state->taken += size;
        co_return size;
    }
    asio::awaitable<std::size_t> read_err(asio::mutable_buffer into) override {
        auto state = state_;
        while (state->err.empty() && state->err_open)
            co_await state->changed.wait(deadline::never());
        co_return take(state->err, into);
    }
    asio::awaitable<void> write(asio::const_buffer bytes) override {
        auto state = state_;
        while (!state->reads_input && !state->exited)
            co_await state->changed.wait(deadline::never());
        if (state->exited) throw error(errc::connection, "the process reads no more");
        std::string text(static_cast<const char*>(bytes.data()), bytes.size());
        state->input += text;
        if (state->spec.argv.front() == "cat") state->out += text;
        state->changed.notify_all();
    }
    void close_stdin() override {
        state_->input_closed = true;
        if (state_->spec.argv.front() == "cat") state_->end(0);
        state_->changed.notify_all();
    }
    void resize(unsigned rows, unsigned columns) override {
        state_->rows = rows;
        state_->columns = columns;
        state_->changed.notify_all();
    }
    void kill(int signal) override { state_->end(128 + signal, signal); }
    asio::awaitable<rt::exit_info> wait() override {
        auto state = state_;
        while (!state->exited) co_await state->changed.wait(deadline::never());
        co_return state->exit;
    }

private:
    static std::size_t take(std::string& from, asio::mutable_buffer into) {
        auto size = std::min(into.size(), from.size());
        std::memcpy(into.data(), from.data(), size);
        from.erase(0, size);
        return size;
    }
    process_ptr state_;
};

class box final : public rt::box {
public:
    box(asio::any_io_executor executor, box_ptr state)
        : executor_(std::move(executor)), state_(std::move(state)) {}

    asio::awaitable<std::unique_ptr<rt::process>> start(rt::process_spec spec) override {
        if (state_->stopped) throw error(errc::not_ready, "the box has ended");
        const auto program = spec.argv.front();
        if (program == "missing") throw error(errc::not_found, "no such program");
        if (program == "denied") throw error(errc::forbidden, "not executable");
        auto state = std::make_shared<process_state>(executor_);
        state->spec = std::move(spec);
        const auto& argv = state->spec.argv;
        state_->processes.push_back(state);
        if (program == "echo") state->out = argv.at(1) + "\n";
        if (program == "both") {
            state->out = "out";
            state->err = "err";
        }
        if (program == "endless") state->endless = std::stoul(argv.at(1));
        if (program == "exit") state->end(std::stoi(argv.at(1)));
        if (program == "echo" || program == "both" || program == "orphan") state->end(0);
        std::unique_ptr<rt::process> made = std::make_unique<process>(state);
        co_return made;
    }
    asio::awaitable<void> stop(std::chrono::milliseconds grace) override {
        auto state = state_;
        state->graces.push_back(grace);
        while (state->slow_stop && grace.count() > 0 && !state->stopped)
            co_await state->release->wait(deadline::never());
        state->stopped = true;
        state->release->notify_all();
        for (auto& p : state->processes) {
            p->end(128 + SIGKILL, SIGKILL);
            p->out_open = p->err_open = false;
            p->changed.notify_all();
        }
    }

    std::optional<rt::box_usage> usage() override { return state_->usage; }

private:
    asio::any_io_executor executor_;
    box_ptr state_;
};

class runtime final : public rt::runtime {
public:
    runtime(asio::any_io_executor executor, std::shared_ptr<world> w)
        : executor_(std::move(executor)), world_(std::move(w)) {
        world_->created = std::make_shared<ecisbx::net::notifier>(executor_);
    }
    ~runtime() override { world_->runtime_gone = true; }

    asio::awaitable<std::shared_ptr<rt::box>> create(rt::box_spec spec) override {
        auto w = world_;
        while (w->hold_create) co_await w->created->wait(deadline::never());
        if (!world_->fail_create.empty()) throw error(errc::unavailable, world_->fail_create);
        auto state = std::make_shared<box_state>();
        state->spec = std::move(spec);
        state->slow_stop = world_->slow_stop;
        state->release = std::make_shared<ecisbx::net::notifier>(executor_);
        world_->boxes.push_back(state);
        std::shared_ptr<rt::box> made = std::make_shared<box>(executor_, state);
        co_return made;
    }
    rt::volume_support volumes() const override { return world_->volumes; }
    void drop_volumes(const std::string& group) override { world_->dropped.push_back(group); }
    std::vector<std::string> notes() const override { return {"nothing is real"}; }

private:
    asio::any_io_executor executor_;
    std::shared_ptr<world> world_;
};

}  // namespace

std::unique_ptr<rt::runtime> make_runtime(asio::any_io_executor executor,
                                          std::shared_ptr<world> w) {
    return std::make_unique<runtime>(std::move(executor), std::move(w));
}

}  // namespace fake
