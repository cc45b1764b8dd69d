// What scripts in a sandbox say about tmux sessions and about files. A sandbox is not trusted.
#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "core/cksum.hpp"
#include "core/sha256.hpp"
#include "proto/file_script.hpp"
#include "proto/tmux_script.hpp"
#include "proto/tmux_unwrap.hpp"

#include <algorithm>
#include <chrono>
#include <string>

using namespace ecisbx;
using fuzz::check;

namespace {

void tmux_sights(fuzz::input in) {
    proto::tmux_look look;
    look.name = "job";
    look.from = in.word() % 20'000;
    look.limit = in.word() % 5'000;
    const auto out = in.rest();
    const auto sight = proto::parse_tmux_sight(look, out);
    if (!sight) return;
    check(sight->code >= 0 && sight->code <= 255);
    check(sight->out.size() <= look.limit && sight->out.size() <= out.size());
    check(sight->out.empty() || sight->size >= look.from + sight->out.size());
    check(sight->out.empty() || out.find(sight->out) != out.npos);
}

void tmux_answers(fuzz::input in) {
    const auto out = in.rest();
    if (const auto started = proto::parse_tmux_started(out)) check(out.back() == '\n');
    if (const auto list = proto::parse_tmux_list(out)) {
        check(out.ends_with(".\n"));
        for (const auto& entry : *list) proto::check_tmux_name(entry.name);
    }
    if (const auto screen = proto::parse_tmux_screen(out)) check("ok\n" + *screen == out);
}

void received(fuzz::input in) {
    const std::string err(in.bytes(in.byte()));
    const auto out = in.rest();
    const auto answer = proto::read_receive_answer(out);
    check(!answer.done || answer.refused.empty());
    const auto refusal = proto::explain_refusal(answer.refused, err);
    check(!refusal.reason.empty() && refusal.reason.size() < 1000);
    for (char c : refusal.reason) check(!core::is_ascii_control(c));
    for (char c : proto::shown_tail(err)) check(!core::is_ascii_control(c));
    try {
        proto::check_remote_path(err);
        check(err.front() == '/' && err.back() != '/');
    } catch (const error& e) {
        check(e.code() == errc::invalid_argument && e.info().message.size() < 500);
    }
}

std::string read_all(proto::send_reader& reader, std::string_view stream, std::uint32_t seed,
                     bool pieces, std::string& content) {
    try {
        if (pieces)
            fuzz::in_pieces(stream, seed,
                            [&](std::string_view piece) { reader.feed(piece, content); });
        else
            reader.feed(stream, content);
        reader.finish(content);
    } catch (const error& e) {
        check(e.code() == errc::protocol);
        return e.what();
    }
    return {};
}

void sent(fuzz::input in) {
    const auto seed = in.word();
    const auto stream = in.rest();
    proto::send_reader whole, pieces;
    std::string expected, got;
    const auto failed = read_all(whole, stream, seed, false, expected);
    check(read_all(pieces, stream, seed, true, got) == failed);
    if (!failed.empty()) return;
    check(expected == got && expected.size() <= stream.size());
    check(whole.started() == pieces.started() && whole.ended() == pieces.ended());
    check(whole.refused() == pieces.refused() && whole.why() == pieces.why());
    if (whole.started())
        check(whole.is_folder() == pieces.is_folder() && whole.size() == pieces.size() &&
              whole.mode() == pieces.mode());
    if (!whole.ended()) return;
    // The sums are of the content, or it is told that they are not.
    proto::content_sums sums{expected.size(), core::sha256_hex(expected), 0};
    core::cksum sum;
    sum.update(expected);
    sums.cksum = sum.value();
    check(whole.agrees(sums) == pieces.agrees(sums));
}

// Any content between the lines that the script writes comes out as it is.
void sent_well(fuzz::input in) {
    const auto seed = in.word();
    const std::string content(in.rest());
    core::cksum sum;
    sum.update(content);
    proto::content_sums sums{content.size(), core::sha256_hex(content), sum.value()};
    const auto stream = "ecisbx-file:644:" + std::to_string(content.size()) + '\n' + content +
                        "\necisbx-end:sha256:" + sums.sha256 + '\n';
    proto::send_reader reader;
    std::string got;
    check(read_all(reader, stream, seed, true, got).empty());
    check(got == content && reader.ended() && reader.agrees(sums) && reader.size() == sums.size);
}

std::string some_text(fuzz::input& in) {
    const auto which = in.below(4);
    if (which == 0) return proto::tmux_kill_text("job");
    if (which == 1) return proto::tmux_list_text();
    if (which == 2) {
        proto::tmux_look look;
        look.name = "job";
        look.from = in.word();
        look.limit = in.word();
        look.wait = std::chrono::milliseconds(in.word() % 3'600'000);
        return proto::tmux_look_text(look);
    }
    proto::tmux_job job;
    job.name = "job";
    job.script = "sleep 5";
    job.id = "exec-1";
    job.nonce = "00112233445566778899aabbccddeeff";
    return proto::plan_tmux_start(job).text;
}

// What a server makes of the texts, as they are and changed by the fuzzer.
void unwrapped(fuzz::input in) {
    auto text = some_text(in);
    check(proto::unwrap_tmux(text).has_value());
    for (auto changes = in.below(3); changes > 0; --changes) {
        const auto at = in.word() % (text.size() + 1);
        text.replace(at, in.below(4), std::string(in.bytes(in.below(8))));
    }
    const auto wanted = proto::unwrap_tmux(text);
    if (!wanted) return;
    using kind = proto::wanted_tmux::kind;
    if (wanted->what != kind::list) proto::check_tmux_name(wanted->name);
    if (wanted->what == kind::start) check(wanted->input_size >= wanted->runner_size);
    if (wanted->what == kind::look) check(wanted->look.name == wanted->name);
}

// What a server answers is what a client reads.
void looked_at(fuzz::input in) {
    proto::tmux_look look;
    look.name = "job";
    look.from = in.word() % 10'000;
    look.limit = in.word() % 10'000;
    const int code = in.byte();
    const bool running = in.flag();
    std::string out(in.rest());
    while (!out.empty() && out.size() < 5'000) out += out;
    using kind = proto::tmux_sight::kind;
    const auto what = running ? kind::running : kind::completed;
    const auto sight = proto::parse_tmux_sight(look, proto::tmux_sight_text(look, what, code, out));
    check(sight && sight->what == what && sight->size == out.size());
    const auto from = std::min<std::size_t>(look.from, out.size());
    check(sight->out == out.substr(from, look.limit));
    if (!running) check(sight->code == code);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(7)) {
        case 0: tmux_sights(in); break;
        case 1: tmux_answers(in); break;
        case 2: received(in); break;
        case 3: sent(in); break;
        case 4: sent_well(in); break;
        case 5: unwrapped(in); break;
        default: looked_at(in); break;
    }
    return 0;
}
