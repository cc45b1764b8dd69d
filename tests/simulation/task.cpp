#include "simulation/task.hpp"

#include "proto/exit_trailer.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

namespace ecisbx::sim {
namespace {

constexpr std::size_t pipe_size = 64 * 1024;

class task_process final : public rt::process {
public:
    explicit task_process(task_ptr what) : task_(std::move(what)) {}
    ~task_process() override { task_->hang_up(); }
    asio::awaitable<std::size_t> read_out(asio::mutable_buffer into) override {
        return hold(task_, task_->read(false, into));
    }
    asio::awaitable<std::size_t> read_err(asio::mutable_buffer into) override {
        return hold(task_, task_->read(true, into));
    }
    asio::awaitable<void> write(asio::const_buffer bytes) override { return task_->write(bytes); }
    void close_stdin() override { task_->end_input(); }
    void resize(unsigned, unsigned) override {}
    void kill(int signal) override { task_->signal(signal); }
    asio::awaitable<rt::exit_info> wait() override { return task_->exit(); }

private:
    static asio::awaitable<std::size_t> hold(task_ptr, asio::awaitable<std::size_t> work) {
        co_return co_await std::move(work);
    }
    task_ptr task_;
};

}  // namespace

std::unique_ptr<rt::process> process_of(task_ptr what) {
    return std::make_unique<task_process>(std::move(what));
}

task::task(const asio::any_io_executor& executor, const rt::process_spec& spec)
    : wrapper_(proto::exec_unwrapper::recognise(spec.argv)),
      tty_(spec.tty),
      input_ended_(!spec.open_stdin && !spec.tty),
      changed_(executor) {
    if (wrapper_)
        out_ = proto::ready_mark_text(wrapper_->wish().nonce);
    else
        wish_.argv = spec.argv;
}

void task::check() const {
    if (exit_) throw killed();
}

asio::awaitable<void> task::change() {
    co_await changed_.wait(core::deadline::never());
}

asio::awaitable<std::size_t> task::read(bool err, asio::mutable_buffer into) {
    std::string& from = err ? err_ : out_;
    while (from.empty() && !exit_) co_await change();
    auto count = std::min(into.size(), from.size());
    std::memcpy(into.data(), from.data(), count);
    from.erase(0, count);
    changed_.notify_all();
    co_return count;
}

asio::awaitable<void> task::write(asio::const_buffer bytes) {
    while (!exit_ && !input_ended_ && input_.size() >= pipe_size) co_await change();
    if (exit_) throw error(errc::connection, "the process reads no more");
    if (!input_ended_) take({static_cast<const char*>(bytes.data()), bytes.size()});
    changed_.notify_all();
}

void task::take(std::string_view bytes) {
    if (!wrapper_) {
        input_ += bytes;
        return;
    }
    wrapper_->feed(bytes, input_);
    broken_ = wrapper_->broken();
    if (wrapper_->input_ended()) input_ended_ = true;
}

void task::end_input() {
    input_ended_ = true;
    changed_.notify_all();
}

void task::hang_up() {
    abandoned_ = true;
    if (tty_) return signal(SIGHUP);
    end_input();
}

asio::awaitable<rt::exit_info> task::exit() {
    while (!exit_) co_await change();
    co_return *exit_;
}

asio::awaitable<void> task::command_known() {
    while (wrapper_ && !wrapper_->known()) {
        check();
        if (broken_ || input_ended_) {
            wrapper_.reset();
            end(125);
            throw killed();
        }
        co_await change();
    }
    check();
    if (!wrapper_) co_return;
    wish_ = wrapper_->wish();
    if (!wish_.tty && wish_.input == proto::stdin_mode::none) input_ended_ = true;
}

asio::awaitable<void> task::sleep(std::chrono::milliseconds length) {
    auto until = core::deadline::after(length);
    while (!until.expired()) {
        check();
        try {
            co_await changed_.wait(until);
        } catch (const error& e) {
            if (e.code() != errc::timeout) throw;
        }
    }
    check();
}

asio::awaitable<void> task::print(bool err, std::string_view bytes) {
    std::string& to = err && !tty_ ? err_ : out_;
    while (!bytes.empty()) {
        check();
        if (abandoned_) signal(SIGPIPE);
        check();
        auto count = std::min(bytes.size(), pipe_size - std::min(pipe_size, to.size()));
        to += bytes.substr(0, count);
        bytes.remove_prefix(count);
        changed_.notify_all();
        if (!bytes.empty()) co_await change();
    }
}

asio::awaitable<std::string> task::input() {
    check();
    while (input_.empty() && !input_ended_) {
        co_await change();
        check();
    }
    changed_.notify_all();
    co_return std::exchange(input_, {});
}

void task::end(int code) {
    if (exit_) return;
    if (wrapper_) {
        auto trailer = proto::exit_trailer_text(wrapper_->wish().nonce, code);
        out_ += trailer;
        if (!tty_) err_ += trailer;
    }
    exit_ = rt::exit_info{code, 0};
    changed_.notify_all();
}

// A wrapper outlives what ends its command, but not SIGKILL.
void task::signal(int number) {
    if (exit_ || number == 0) return;
    bool reports = wrapper_ && wrapper_->known() && number != SIGKILL;
    if (!reports) wrapper_.reset();
    end(128 + number);
    if (!reports) exit_->signal = number;
}

}  // namespace ecisbx::sim
