#include "proto/exec_unwrap.hpp"

#include <ecisbx/error.hpp>

#include "proto/exec_script_parts.hpp"
#include "proto/exec_script_text.hpp"
#include "proto/exec_unwrap_text.hpp"

#include <charconv>
#include <utility>

namespace ecisbx::proto {
namespace {

constexpr std::size_t max_preamble = std::size_t(64) << 20;
constexpr std::size_t max_digits = 9;

bool is_shell_call(const std::vector<std::string>& argv) {
    return argv.size() == 6 && argv[0] == text::shell && argv[1] == "-c" &&
           argv[3] == text::shell_name;
}

std::optional<std::size_t> parse_size(std::string_view digits) {
    std::size_t value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || ec != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace

std::optional<exec_unwrapper> exec_unwrapper::recognise(const std::vector<std::string>& argv) {
    if (!is_shell_call(argv)) return std::nullopt;
    exec_unwrapper made;
    made.wish_.id = argv[4];
    made.wish_.nonce = argv[5];
    made.wish_.tty = argv[2] == exec_loader_text(true);
    if (made.wish_.tty || argv[2] == exec_loader_text(false)) return made;

    std::string_view code = argv[2];
    if (!read_wrapper_start(code, made.wish_)) return std::nullopt;
    made.wish_.tty = code.ends_with(text::report_tty);
    const auto facts = read_wrapper(code, made.wish_);
    if (!facts || facts->framed || facts->script_size != 0) return std::nullopt;
    made.stage_ = stage::input;
    return made;
}

void exec_unwrapper::feed(std::string_view bytes, std::string& input) {
    while (!bytes.empty() && stage_ != stage::broken && !ended_) {
        const bool plain = !framed_ || stage_ == stage::size || stage_ == stage::code;
        if (!plain) {
            take(unframe(bytes), input);
        } else if (stage_ == stage::input) {
            input.append(std::exchange(bytes, {}));
        } else if (stage_ == stage::size) {
            take(bytes.substr(0, 1), input);
            bytes.remove_prefix(1);
        } else {
            const auto piece = bytes.substr(0, wanted_ - held_.size());
            bytes.remove_prefix(piece.size());
            take(piece, input);
        }
    }
}

/// The next bytes that a frame carries, off the front of `bytes`; may be none.
std::string_view exec_unwrapper::unframe(std::string_view& bytes) {
    if (frame_left_ == 0) {
        const char c = bytes[0];
        bytes.remove_prefix(1);
        if (c != '\n') {
            frame_size_ += c;
            if (frame_size_.size() > max_digits) stage_ = stage::broken;
            return {};
        }
        const auto size = parse_size(std::exchange(frame_size_, {}));
        if (!size) stage_ = stage::broken;
        ended_ = size && *size == 0;
        frame_left_ = size.value_or(0);
        return {};
    }
    const auto piece = bytes.substr(0, frame_left_);
    bytes.remove_prefix(piece.size());
    frame_left_ -= piece.size();
    return piece;
}

/// Bytes without frames.
void exec_unwrapper::take(std::string_view bytes, std::string& input) {
    if (stage_ == stage::input) {
        input.append(bytes);
        return;
    }
    if (stage_ == stage::broken) return;
    const auto mine = stage_ == stage::size ? bytes : bytes.substr(0, wanted_ - held_.size());
    held_.append(mine);
    bytes.remove_prefix(mine.size());
    if (stage_ == stage::size)
        take_size();
    else if (held_.size() == wanted_)
        stage_ == stage::code ? take_code() : take_script();
    if (!bytes.empty()) take(bytes, input);
}

void exec_unwrapper::take_size() {
    const bool whole = wish_.tty ? held_.size() == text::size_tty_length : held_.back() == '\n';
    if (!whole && held_.size() <= max_digits) return;
    const auto size = parse_size(std::string_view(held_).substr(0, held_.find('\n')));
    if (!whole || !size || *size == 0 || *size > max_preamble) {
        stage_ = stage::broken;
        return;
    }
    held_.clear();
    wanted_ = *size;
    stage_ = stage::code;
}

void exec_unwrapper::take_code() {
    const auto end = " #" + wish_.nonce;
    std::string_view code = held_;
    stage_ = stage::broken;
    if (!code.ends_with(end)) return;
    const auto facts = read_wrapper(code.substr(0, code.size() - end.size()), wish_);
    if (!facts || facts->script_size > max_preamble) return;
    framed_ = facts->framed;
    held_.clear();
    stage_ = stage::input;
    if (facts->script_size == 0) return;
    wanted_ = facts->script_size + text::script_end(facts->script_size).size();
    stage_ = stage::script;
}

void exec_unwrapper::take_script() {
    const auto size = wanted_;
    auto script = std::exchange(held_, {});
    const auto mark = script.rfind(text::script_end_mark);
    const bool whole = mark != script.npos && text::script_end(mark) == script.substr(mark) &&
                       mark + text::script_end(mark).size() == size;
    stage_ = whole ? stage::input : stage::broken;
    if (!whole) return;
    script.resize(mark);
    wish_.script = std::move(script);
}

std::optional<wanted_kill> unwrap_kill(const std::vector<std::string>& argv) {
    if (!is_shell_call(argv)) return std::nullopt;
    const std::string_view pattern = argv[4];
    if (pattern.size() < 3 || pattern[0] != '[' || pattern[2] != ']') return std::nullopt;
    const auto signal = parse_size(argv[5]);
    if (!signal || *signal < 1 || *signal > 64) return std::nullopt;
    wanted_kill wanted{pattern[1] + std::string(pattern.substr(3)), static_cast<int>(*signal)};
    try {
        if (kill_argv(wanted.id, wanted.signal) == argv) return wanted;
    } catch (const error&) {
        // An id that can not be one.
    }
    return std::nullopt;
}

}  // namespace ecisbx::proto
