#include "server/runtime/kept_box.hpp"
#include "server/runtime/spec_codec.hpp"

#include <ecisbx/error.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <limits>

namespace ecisbx::server::runtime {
namespace asio = boost::asio;

namespace {

exit_info exit_of(int status) {
    if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

constexpr exit_info killed{128 + SIGKILL, SIGKILL};

}  // namespace

box_link::box_link(const asio::any_io_executor& executor, unique_fd socket)
    : executor_(executor),
      channel_(std::make_shared<channel>(executor, std::move(socket))),
      changed_(executor) {}

void box_link::open() {
    std::weak_ptr<box_link> weak = weak_from_this();
    channel_->listen(
        [weak](received got) {
            if (auto self = weak.lock()) self->take(std::move(got));
        },
        [weak] {
            if (auto self = weak.lock()) self->end();
        });
}

void box_link::close() {
    channel_->close();
    end();
}

// The socket's end is the warden's last word: nothing of the box is left.
void box_link::end() {
    ended_ = true;
    auto left = std::exchange(processes_, {});
    for (auto& [id, record] : left) {
        if (!record->started && record->failed_at == launch_stage::none) {
            record->failed_at = launch_stage::join;
            record->failure = ESRCH;
        }
        record->exit = killed;
        record->changed.notify_all();
    }
    changed_.notify_all();
}

void box_link::take(received got) {
    const auto& p = got.content;
    if (p.kind == packet_kind::ready) {
        ready_ = true;
        probe_.emplace(p.value);
        return changed_.notify_all();
    }
    if (p.kind == packet_kind::failed) {
        failure_ = static_cast<errc>(p.value);
        if (!got.fds.empty()) reason_ = read_file(got.fds.front().get(), 1 << 16);
        return;
    }
    auto at = processes_.find(p.id);
    if (at == processes_.end()) return;
    auto record = at->second;
    if (p.kind == packet_kind::started) {
        record->started = true;
        if (!got.fds.empty()) record->terminal = std::move(got.fds.front());
        if (!record->wanted) kill(*record, SIGKILL);
    } else if (p.kind == packet_kind::start_failed) {
        record->failed_at = static_cast<launch_stage>(p.value);
        record->failure = p.detail;
        processes_.erase(at);
    } else if (p.kind == packet_kind::exited) {
        record->exit = exit_of(p.value);
        record->exit->out_of_memory = p.detail != 0;
        processes_.erase(at);
    }
    record->changed.notify_all();
}

std::optional<box_usage> box_link::usage() {
    if (!probe_ || ended_) return std::nullopt;  // its pid may be another's by now
    return probe_->read();
}

asio::awaitable<void> box_link::wait_ready() {
    auto self = shared_from_this();
    while (!ready_ && !ended_) co_await changed_.wait(core::deadline::never());
    if (ready_) co_return;
    throw error(failure_, reason_.empty() ? "the sandbox could not be made" : reason_);
}

std::shared_ptr<process_record> box_link::launch(const process_spec& spec,
                                                 std::vector<unique_fd> stdio) {
    auto record = std::make_shared<process_record>(executor_);
    std::vector<unique_fd> fds;
    fds.push_back(make_memfd(encode(spec)));
    if (!fds.front()) throw error(errc::unavailable, "can not make a file for the command");
    for (auto& fd : stdio) fds.push_back(std::move(fd));
    record->id = ++last_id_ != 0 ? last_id_ : ++last_id_;
    processes_[record->id] = record;
    channel_->send({packet_kind::start, record->id, 0, 0}, std::move(fds));
    return record;
}

void box_link::abandon(process_record& record) {
    record.wanted = false;
    if (record.started && !record.exit) kill(record, SIGKILL);
}

void box_link::kill(const process_record& record, int signal) {
    if (!record.exit) channel_->send({packet_kind::kill, record.id, signal, 0});
}

asio::awaitable<void> box_link::stop(std::chrono::milliseconds grace) {
    auto self = shared_from_this();
    constexpr std::chrono::milliseconds most(std::numeric_limits<std::int32_t>::max());
    auto value =
        static_cast<std::int32_t>(std::clamp(grace, std::chrono::milliseconds(0), most).count());
    channel_->send({packet_kind::stop, 0, value, 0});
    while (!ended_) co_await changed_.wait(core::deadline::never());
}

}  // namespace ecisbx::server::runtime
