#include "server/runtime/synthetic_job.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>

namespace ecisbx::server::runtime {
namespace {

constexpr std::size_t pipe_size = 64 * 1024;

template <class T>
std::optional<T> number(const std::string& text) {
    T value{};
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::size_t take(std::string& from, char* into, std::size_t room) {
    auto n = std::min(room, from.size());
    std::memcpy(into, from.data(), n);
    from.erase(0, n);
    return n;
}

}  // namespace

synthetic_job::synthetic_job(const boost::asio::any_io_executor& executor, bool tty)
    : changed_(executor), timer_(executor), tty_(tty) {}

bool synthetic_job::run(const std::vector<std::string>& argv) {
    auto name = argv.empty() ? std::string() : argv[0].substr(argv[0].rfind('/') + 1);
    std::vector<std::string> words(argv.empty() ? argv.begin() : argv.begin() + 1, argv.end());
    auto first = words.empty() ? std::string() : words[0];
    if (name == "true") {
        finish(0);
    } else if (name == "false") {
        finish(1);
    } else if (name == "echo") {
        std::string line;
        for (const auto& w : words) line += (&w == &words.front() ? "" : " ") + w;
        write_out(line + "\n");
        finish(0);
    } else if (name == "exit") {
        finish(first.empty() ? 0 : number<int>(first).value_or(2) & 0xff);
    } else if (name == "sleep") {
        auto seconds = number<double>(first);
        if (!seconds || !std::isfinite(*seconds) || *seconds < 0)
            fail("sleep: invalid time interval", 1);
        else
            sleep(*seconds);
    } else if (name == "cat") {
        doing_ = activity::cat;
        if (input_ended_) finish(0);
    } else if (name == "yes") {
        left_ = number<std::uint64_t>(first).value_or(0);
        doing_ = activity::yes;
        fill();
    } else {
        return false;
    }
    return true;
}

void synthetic_job::fail(std::string_view message, int code) {
    auto& to = tty_ ? out_ : err_;
    to.append(message).append(tty_ ? "\r\n" : "\n");
    finish(code);
}

// A terminal's line discipline turns each newline into two bytes.
void synthetic_job::write_out(std::string_view text) {
    if (!tty_) {
        out_ += text;
        return;
    }
    for (char c : text) {
        if (c == '\n') out_ += '\r';
        out_ += c;
    }
}

void synthetic_job::fill() {
    if (doing_ != activity::yes) return;
    while (left_ > 0 && out_.size() < pipe_size) {
        constexpr std::string_view line = "y\n";
        auto n = std::min<std::uint64_t>(left_, line.size());
        out_.append(line.substr(0, static_cast<std::size_t>(n)));
        left_ -= n;
    }
    if (left_ == 0) finish(0);
}

void synthetic_job::sleep(double seconds) {
    doing_ = activity::sleep;
    constexpr double most = 1e9;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(std::min(seconds, most))));
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
        auto self = weak.lock();
        if (self && !failed) self->finish(0);
    });
}

void synthetic_job::finish(int code) {
    if (exit_) return;
    doing_ = activity::none;
    exit_ = exit_info{code, 0};
    changed_.notify_all();
}

bool synthetic_job::push(std::string_view bytes) {
    if (doing_ == activity::cat && !input_ended_) {
        if (out_.size() >= pipe_size) return false;
        write_out(bytes);
        changed_.notify_all();
    }
    return true;
}

void synthetic_job::end_input() {
    input_ended_ = true;
    if (doing_ == activity::cat) finish(0);
}

std::size_t synthetic_job::pull_out(char* into, std::size_t room) {
    auto n = take(out_, into, room);
    if (n > 0) {
        fill();
        changed_.notify_all();
    }
    return n;
}

std::size_t synthetic_job::pull_err(char* into, std::size_t room) { return take(err_, into, room); }

void synthetic_job::signal(int number, bool whole) {
    if (exit_ || number == 0) return;
    timer_.cancel();
    finish(128 + number);
    if (whole) exit_->signal = number;
}

}  // namespace ecisbx::server::runtime
