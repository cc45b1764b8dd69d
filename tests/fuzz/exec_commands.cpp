// How a command travels and reports back: the trailers in a stream that the command writes to as
// well, the reverse of the wrapper that the server applies, quoting, and kill commands.
#include "fuzz/fuzz.hpp"

#include "core/shell_quote.hpp"
#include "proto/exec_script.hpp"
#include "proto/exec_unwrap.hpp"
#include "proto/exit_trailer.hpp"
#include "sandbox/exit_judge.hpp"
#include "server/runtime/simple_script.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace ecisbx;
using fuzz::check;

namespace {

const std::string nonce = "00112233445566778899aabbccddeeff";
constexpr std::size_t longest_trailer = 2 + 32 + 1 + 3;

// `%` stands for the mark of a trailer, so that the fuzzer need not guess the nonce.
std::string with_marks(std::string_view text) {
    std::string out;
    for (char c : text)
        if (c == '%')
            out += '\x1e' + nonce + ':';
        else
            out += c;
    return out;
}

void read_trailers(fuzz::input in) {
    const auto seed = in.word();
    const auto stream = with_marks(in.rest());
    proto::exit_trailer whole(nonce), pieces(nonce);
    std::string expected, got;
    whole.feed(stream, expected);
    check(expected.size() + longest_trailer * (whole.trailers() + 100u) >= stream.size() ||
          whole.ready_seen());
    std::size_t fed = 0;
    fuzz::in_pieces(stream, seed, [&](std::string_view piece) {
        pieces.feed(piece, got);
        fed += piece.size();
    });
    check(got == expected && whole.status() == pieces.status());
    check(whole.trailers() == pieces.trailers() && whole.ready_seen() == pieces.ready_seen());
    if (whole.status()) check(*whole.status() >= 0 && *whole.status() <= 255);
    check(whole.status().has_value() == (whole.trailers() > 0));
    whole.finish(expected);
    pieces.finish(got);
    check(got == expected && expected.size() <= stream.size());
    if (whole.trailers() == 0 && !whole.ready_seen()) check(expected == stream);
}

// Two judges, one of whom sees each stream in pieces, come to the same verdict; and a status that
// is called complete rests on the wire's record or on the wrapper's trailers.
void judge(fuzz::input in) {
    const bool tty = in.flag();
    detail::exit_judge judge(nonce, tty);
    std::string out, err;
    std::size_t fed = 0, trailers = 0;
    bool record = false;
    while (!in.empty() && !judge.decided()) {
        detail::channel_event event;
        event.what = static_cast<detail::channel_event::kind>(in.below(5));
        event.clean = in.flag();
        event.code = in.byte();
        const auto bytes = with_marks(in.bytes(in.below(40)));
        event.bytes = bytes;
        if (event.what == detail::channel_event::kind::failure) event.message = bytes;
        if (in.below(16) == 15) event.doubt = "doubted";
        record = record || event.what == detail::channel_event::kind::exit;
        fed += bytes.size();
        if (bytes.find('\x1e') != bytes.npos) ++trailers;
        judge.take(event, out, err);
    }
    if (!judge.decided() && judge.proven()) judge.settle(out, err);
    check(out.size() + err.size() <= fed);
    if (judge.decided() && judge.complete()) check(record || trailers > 0);
    if (judge.decided() && judge.complete()) check(judge.doubt().empty());
}

void unwrap_anything(fuzz::input in) {
    const bool tty = in.flag(), loader = in.flag();
    proto::exec_wish wish;
    wish.id = "x1";
    wish.nonce = nonce;
    wish.argv = {"cat"};
    wish.input = proto::stdin_mode::stream;
    wish.tty = tty;
    const auto seed = in.word();
    auto argv = proto::plan_exec(wish, proto::exec_limits()).argv;
    if (!loader) {
        argv[2] = std::string(in.line());
    }
    const auto whole = proto::exec_unwrapper::recognise(argv);
    if (!whole) return;
    auto one = *whole, other = *whole;
    const auto bytes = with_marks(in.rest());
    std::string expected, got;
    one.feed(bytes, expected);
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) { other.feed(piece, got); });
    check(expected == got && one.broken() == other.broken() && one.known() == other.known());
    check(one.input_ended() == other.input_ended() && expected.size() <= bytes.size());
}

// A plan comes out of the reverse as it went in, whatever is in it.
void unwrap_a_plan(fuzz::input in) {
    proto::exec_wish wish;
    wish.id = "x1";
    wish.nonce = nonce;
    wish.tty = in.flag();
    if (wish.tty || in.flag()) wish.input = proto::stdin_mode::stream;
    const bool raw = wish.tty || in.flag();
    proto::exec_limits limits;
    if (in.flag()) limits.max_json_bytes = 0;
    if (in.flag()) wish.dir = std::string(in.line());
    const auto seed = in.word();
    for (auto count = in.below(3); count > 0; --count) {
        std::string name(in.line());
        wish.env.emplace_back(std::move(name), in.line());
    }
    if (in.flag())
        wish.script = std::string(in.rest());
    else
        for (auto count = in.below(4); count > 0; --count) wish.argv.emplace_back(in.line());
    const std::string typed(in.rest());
    proto::exec_plan plan;
    if (!fuzz::accepted({errc::invalid_argument}, [&] { plan = proto::plan_exec(wish, limits); }))
        return;
    auto got = proto::exec_unwrapper::recognise(plan.argv);
    check(got.has_value());
    std::string sent = plan.has_preamble ? plan.preamble(raw) : "";
    const bool stream = wish.input == proto::stdin_mode::stream;
    if (plan.open_stdin && stream)
        sent += raw ? typed : proto::stdin_frame(typed) + proto::stdin_end();
    std::string input;
    fuzz::in_pieces(sent, seed, [&](std::string_view piece) { got->feed(piece, input); });
    check(got->known() && !got->broken() && input == (stream ? typed : ""));
    check(got->wish().argv == wish.argv && got->wish().script == wish.script);
    check(got->wish().dir == wish.dir && got->wish().tty == wish.tty);
    auto expected = wish.env, env = got->wish().env;
    std::sort(expected.begin(), expected.end());
    std::sort(env.begin(), env.end());
    check(env == expected && got->input_ended() == (stream && !raw));
}

void quoted_words(fuzz::input in) {
    std::vector<std::string> argv;
    while (!in.empty()) argv.emplace_back(in.bytes(in.below(12)));
    std::string line;
    if (!fuzz::accepted({errc::invalid_argument}, [&] { line = core::shell_join(argv); })) return;
    // In single quotes with \' between them: the simplest of shells reads it, too.
    const auto read = server::runtime::split_script(line);
    check(read.has_value() && read->size() == (argv.empty() ? 0u : 1u));
    if (!argv.empty()) check(read->front() == argv);
}

void split_anything(fuzz::input in) {
    const std::string text(in.rest());
    const auto commands = server::runtime::split_script(text);
    if (!commands) return;
    std::size_t total = 0;
    for (const auto& command : *commands) {
        check(!command.empty());
        for (const auto& word : command) total += word.size();
    }
    check(total <= text.size());
}

void kills(fuzz::input in) {
    const int signal = 1 + static_cast<int>(in.below(64));
    const std::string id(in.rest());
    std::vector<std::string> argv;
    if (!fuzz::accepted({errc::invalid_argument}, [&] { argv = proto::kill_argv(id, signal); }))
        return;
    const auto wanted = proto::unwrap_kill(argv);
    check(wanted && wanted->id == id && wanted->signal == signal);
    check(!proto::exec_unwrapper::recognise(argv));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(7)) {
        case 0: read_trailers(in); break;
        case 1: judge(in); break;
        case 2: unwrap_anything(in); break;
        case 3: unwrap_a_plan(in); break;
        case 4: quoted_words(in); break;
        case 5: split_anything(in); break;
        default: kills(in); break;
    }
    return 0;
}
