#include "server/runtime/synthetic_job.hpp"

#include "proto/exit_trailer.hpp"
#include "server/runtime/simple_script.hpp"
#include "server/runtime/synthetic_tmux.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>

namespace ecisbx::server::runtime {
namespace {

constexpr std::size_t pipe_size = 64 * 1024;
constexpr double longest_sleep = 1e9;

template <class T>
std::optional<T> number(const std::string& text) {
    T value{};
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string joined(const std::vector<std::string>& words) {
    std::string line;
    for (std::size_t i = 1; i < words.size(); ++i) line += (i > 1 ? " " : "") + words[i];
    return line;
}

std::size_t take(std::string& from, char* into, std::size_t room) {
    auto n = std::min(room, from.size());
    std::memcpy(into, from.data(), n);
    from.erase(0, n);
    return n;
}

}  // namespace

synthetic_job::synthetic_job(const boost::asio::any_io_executor& executor, bool tty,
                             std::shared_ptr<synthetic_tmux> sessions)
    : changed_(executor), timer_(executor), tty_(tty), sessions_(std::move(sessions)) {}

const std::string& synthetic_job::id() const {
    static const std::string none;
    return wrapper_ ? wrapper_->wish().id : none;
}

bool synthetic_job::begin(const std::vector<std::string>& argv) {
    wrapper_ = proto::exec_unwrapper::recognise(argv);
    if (!wrapper_) {
        begun_ = true;
        if (!run(argv)) return false;
        run_rest();
        return true;
    }
    out_ += proto::ready_mark_text(wrapper_->wish().nonce);
    if (wrapper_->known())
        begin_wish();
    else if (input_ended_)
        end_input();
    return true;
}

void synthetic_job::begin_wish() {
    begun_ = true;
    const auto& wish = wrapper_->wish();
    if (!wish.tty && wish.input == proto::stdin_mode::none) input_ended_ = true;
    if (wish.argv.empty()) return begin_script(wish.script);
    rest_.push_back(wish.argv);
    run_rest();
}

void synthetic_job::begin_script(std::string_view text) {
    begun_ = true;
    if (auto commands = split_script(text)) {
        rest_ = std::move(*commands);
    } else {
        say("synthetic: the script needs a real shell");
        status_ = 2;
    }
    run_rest();
}

void synthetic_job::run_rest() {
    while (doing_ == activity::none && !rest_.empty()) {
        auto argv = std::move(rest_.front());
        rest_.pop_front();
        if (run(argv)) continue;
        say("sh: " + argv.front() + ": not found");
        status_ = 127;
    }
    if (doing_ == activity::none && begun_)
        complete(status_);
    else
        changed_.notify_all();  // what was written on the way
}

// Ends what waits; what does not is done when this returns.
bool synthetic_job::run(const std::vector<std::string>& argv) {
    auto name = argv.front().substr(argv.front().rfind('/') + 1);
    auto first = argv.size() > 1 ? argv[1] : std::string();
    status_ = 0;
    if (name == "true" || name == "false") {
        status_ = name == "true" ? 0 : 1;
    } else if (name == "echo") {
        write_out(joined(argv) + "\n");
    } else if (name == "exit") {
        status_ = first.empty() ? 0 : number<int>(first).value_or(2) & 0xff;
        rest_.clear();
    } else if (name == "sleep") {
        sleep(first);
    } else if (name == "date") {
        print_time(first);
    } else if (name == "sh" && argv.size() == 3 && first == "-c") {
        return tmux(argv[2]);
    } else if (name == "cat") {
        if (!input_ended_) doing_ = activity::cat;
    } else if (name == "yes") {
        left_ = number<std::uint64_t>(first).value_or(0);
        doing_ = activity::yes;
        fill();
    } else {
        return false;
    }
    return true;
}

void synthetic_job::end_command(int status) {
    doing_ = activity::none;
    status_ = status;
    run_rest();
}

void synthetic_job::complete(int code) {
    if (exit_) return;
    doing_ = activity::none;
    if (wrapper_) {
        auto trailer = proto::exit_trailer_text(wrapper_->wish().nonce, code);
        out_ += trailer;
        if (!tty_) err_ += trailer;
    }
    exit_ = exit_info{code, 0};
    changed_.notify_all();
}

void synthetic_job::say(std::string_view message) {
    if (tty_) return write_out(std::string(message) + "\n");
    err_.append(message).push_back('\n');
}

// A terminal's line discipline makes two bytes of a newline.
void synthetic_job::write_out(std::string_view text) {
    for (char c : text) {
        if (tty_ && c == '\n') out_ += '\r';
        out_ += c;
    }
}

void synthetic_job::fill() {
    static const std::string block = [] {
        std::string lines;
        while (lines.size() < pipe_size) lines += "y\n";
        return lines;
    }();
    while (left_ > 0 && out_.size() < pipe_size) {
        auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, block.size()));
        out_.append(block, 0, n);
        left_ -= n;
    }
    if (left_ == 0) doing_ = activity::none;
}

void synthetic_job::sleep(const std::string& seconds) {
    auto length = number<double>(seconds);
    if (!length || !std::isfinite(*length) || *length < 0) {
        say("sleep: invalid time interval");
        status_ = 1;
        return;
    }
    after(std::chrono::duration_cast<std::chrono::nanoseconds>(
              std::chrono::duration<double>(std::min(*length, longest_sleep))),
          activity::sleep, [](synthetic_job& self) { self.end_command(0); });
}

// Goes on with `done` after the time, unless something else is done by then.
template <class Done>
void synthetic_job::after(std::chrono::nanoseconds length, activity doing, Done done) {
    doing_ = doing;
    timer_.expires_after(length);
    timer_.async_wait([weak = weak_from_this(), doing, done](const boost::system::error_code& e) {
        auto self = weak.lock();
        if (self && !e && self->doing_ == doing) done(*self);
    });
}

void synthetic_job::print_time(const std::string& format) {
    if (format != "+%s.%N") {
        say("date: only +%s.%N is known");
        status_ = 1;
        return;
    }
    auto now = std::chrono::system_clock::now().time_since_epoch();
    auto ns = std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() %
                             1'000'000'000);
    write_out(std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count()) + "." +
              std::string(9 - ns.size(), '0') + ns + "\n");
}

// False: not a text of our client's.
bool synthetic_job::tmux(const std::string& text) {
    auto wanted = sessions_ ? proto::unwrap_tmux(text) : std::nullopt;
    if (!wanted) return false;
    wanted_ = std::move(*wanted);
    using kind = proto::wanted_tmux::kind;
    if (wanted_.what == kind::list) write_out(sessions_->list());
    if (wanted_.what == kind::kill) sessions_->kill(wanted_.name);
    if (wanted_.what == kind::look) tmux_begin_wait();
    if (wanted_.what == kind::start) {
        doing_ = activity::tmux_input;
        if (input_ended_) end_input();
    }
    return true;
}

void synthetic_job::tmux_begin_wait() {
    bool waits =
        wanted_.look.wait.count() > 0 && sessions_->wait_for(wanted_.name, weak_from_this());
    if (!waits) return write_out(sessions_->look(wanted_.look));
    after(wanted_.look.wait, activity::tmux_wait, [](synthetic_job& self) { self.end_wait(); });
}

void synthetic_job::end_wait() {
    if (doing_ != activity::tmux_wait) return;
    timer_.cancel();
    write_out(sessions_->look(wanted_.look));
    end_command(0);
}

bool synthetic_job::push(std::string_view bytes) {
    if (exit_ || input_ended_) return true;
    if (doing_ == activity::cat && out_.size() >= pipe_size) return false;
    std::string unwrapped;
    bool was_known = !wrapper_ || wrapper_->known();
    if (wrapper_) {
        wrapper_->feed(bytes, unwrapped);
        bytes = unwrapped;
        // What is no preamble ends the loader, which then reports nothing.
        if (wrapper_->broken()) {
            wrapper_.reset();
            complete(125);
            return true;
        }
        if (!was_known && wrapper_->known()) begin_wish();
    }
    if (doing_ == activity::cat && !bytes.empty()) {
        write_out(bytes);
        changed_.notify_all();
    }
    // One byte more than is wanted is enough to know that it is not what was announced.
    if (doing_ == activity::tmux_input)
        tmux_input_.append(bytes.substr(
            0, std::min(wanted_.input_size, synthetic_tmux::max_input) + 1 - tmux_input_.size()));
    if (wrapper_ && wrapper_->input_ended()) end_input();
    return true;
}

void synthetic_job::end_input() {
    input_ended_ = true;
    if (doing_ == activity::cat) end_command(0);
    if (doing_ == activity::tmux_input) {
        write_out(sessions_->start(wanted_, tmux_input_));
        end_command(0);
    }
    if (begun_ || exit_ || !wrapper_) return;
    wrapper_.reset();  // it ended before the command was there
    complete(125);
}

void synthetic_job::hang_up() {
    if (tty_) return signal(SIGHUP);
    end_input();
    if (doing_ == activity::yes) signal(SIGPIPE);
}

std::size_t synthetic_job::pull_out(char* into, std::size_t room) {
    auto n = take(out_, into, room);
    if (n == 0) return n;
    if (doing_ == activity::yes) {
        fill();
        if (doing_ == activity::none) run_rest();
    }
    changed_.notify_all();
    return n;
}

std::size_t synthetic_job::pull_err(char* into, std::size_t room) {
    return take(err_, into, room);
}

void synthetic_job::signal(int number) {
    if (exit_ || number == 0) return;
    timer_.cancel();
    rest_.clear();
    bool reports = wrapper_ && begun_ && number != SIGKILL;
    if (!reports) wrapper_.reset();
    complete(128 + number);
    if (!reports) exit_->signal = number;
}

}  // namespace ecisbx::server::runtime
