#include "fake_backend.hpp"

#include "proto/exec_script.hpp"

#include <algorithm>
#include <csignal>
#include <string_view>

namespace ecisbx::test {
namespace {

/// The first word of exactly 32 hexadecimal digits: the id of an exec has another length.
std::string find_nonce(const std::string& text) {
    std::size_t length = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        bool hex = i < text.size() &&
                   std::string_view("0123456789abcdef").find(text[i]) != std::string_view::npos;
        if (hex) {
            ++length;
            continue;
        }
        if (length == 32) return text.substr(i - 32, 32);
        length = 0;
    }
    return {};
}

}  // namespace

bool is_kill(const std::vector<std::string>& argv) {
    // The same words but for the id and the signal.
    for (int number : {SIGKILL, SIGTERM}) {
        auto model = proto::kill_argv("x", number);
        if (argv.size() == model.size() && argv.at(2) == model.at(2)) return true;
    }
    return false;
}

fake_wire::fake_wire(asio::any_io_executor executor_, detail::exec_request request_)
    : executor(executor_), request(std::move(request_)), wake(executor_) {
    for (const auto& word : request.argv)
        if (nonce.empty()) nonce = find_nonce(word);
}

fake_wire& fake_wire::push(channel_event::kind what, std::string bytes) {
    queued one;
    one.event.what = what;
    one.bytes = std::move(bytes);
    events.push_back(std::move(one));
    wake.notify_all();
    return *this;
}

fake_wire& fake_wire::out(std::string bytes) {
    return push(channel_event::kind::out, std::move(bytes));
}

fake_wire& fake_wire::err(std::string bytes) {
    return push(channel_event::kind::err, std::move(bytes));
}

fake_wire& fake_wire::exit(int code) {
    push(channel_event::kind::exit, {});
    events.back().event.code = code;
    return *this;
}

fake_wire& fake_wire::failure(std::string message) {
    push(channel_event::kind::failure, {});
    events.back().event.message = std::move(message);
    return *this;
}

fake_wire& fake_wire::end(bool clean, std::string message) {
    push(channel_event::kind::end, {});
    events.back().event.clean = clean;
    events.back().event.message = std::move(message);
    return *this;
}

std::string fake_wire::trailer(int status) const {
    return proto::exit_trailer_text(nonce, status);
}

std::string fake_wire::ready_mark() const {
    return proto::ready_mark_text(nonce);
}

fake_wire& fake_wire::trailers(int status) {
    return out(trailer(status)).err(trailer(status));
}

asio::awaitable<channel_event> fake_channel::read(core::deadline until) {
    ++wire_->reads;
    while (wire_->events.empty()) {
        if (wire_->source && wire_->source(*wire_)) continue;
        if (wire_->closed) throw error(errc::canceled, "closed");
        co_await wire_->wake.wait(until);
    }
    auto next = wire_->events.front();
    if (next.event.what != channel_event::kind::end) wire_->events.pop_front();
    ++wire_->delivered;
    held_ = std::move(next.bytes);
    next.event.bytes = held_;
    co_return next.event;
}

asio::awaitable<void> fake_channel::write_stdin(std::string_view bytes, core::deadline until) {
    while (wire_->writes_block && !wire_->closed) co_await wire_->wake.wait(until);
    if (wire_->closed) throw error(errc::connection, "closed");
    wire_->input += bytes;
    wire_->largest_write = std::max(wire_->largest_write, bytes.size());
    if (wire_->on_input) wire_->on_input(*wire_);
}

asio::awaitable<void> fake_channel::half_close(core::deadline) {
    wire_->half_closed = true;
    if (wire_->on_input) wire_->on_input(*wire_);
    co_return;
}

asio::awaitable<void> fake_channel::resize(unsigned rows, unsigned columns, core::deadline) {
    wire_->sizes.emplace_back(rows, columns);
    co_return;
}

asio::awaitable<void> fake_channel::close(core::deadline) {
    wire_->closed = true;
    wire_->wake.notify_all();
    co_return;
}

asio::awaitable<std::unique_ptr<detail::exec_channel>> fake_backend::open_exec(
    std::string, detail::exec_request request, core::deadline until) {
    bool kill = is_kill(request.argv);
    auto flag = request.may_have_started;
    auto wire = std::make_shared<fake_wire>(executor_, std::move(request));
    (kill ? kills : commands).push_back(wire);
    if (!kill && started_before_refusal && flag) *flag = true;
    if (!kill && refusal) throw error(*refusal);
    if (!kill && opening_blocks) co_await wire->wake.wait(until);
    if (flag) *flag = true;
    (kill ? on_kill : on_command)(*wire);
    co_return std::make_unique<fake_channel>(wire);
}

asio::awaitable<void> fake_backend::wait_ready(std::string id, core::deadline) {
    calls.push_back("wait_ready " + id);
    co_return;
}

asio::awaitable<void> fake_backend::remove(std::string id, remove_options options) {
    calls.push_back("remove " + id + (options.forced() ? " force" : ""));
    co_return;
}

asio::awaitable<void> fake_backend::restart(std::string id) {
    calls.push_back("restart " + id);
    co_return;
}

}  // namespace ecisbx::test
