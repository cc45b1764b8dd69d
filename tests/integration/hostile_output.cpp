// Scripts that behave oddly, and output that looks like what the library itself writes and reads.
#include "common/wires.hpp"
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;

namespace {

/// Shell text that puts the nonce of its own exec into $nonce: it stands in the arguments of the
/// wrapper, which the same user may read.
const char* find_nonce =
    "nonce=$(tr '\\0' '\\n' </proc/$PPID/cmdline | tail -n 1); [ ${#nonce} = 32 ] || exit 99\n";

asio::awaitable<void> replayed_and_guessed(world& w) {
    auto box = co_await ready_box(w.client);
    auto first = co_await box.bash(std::string(find_nonce) + "echo $nonce");
    REQUIRE(first.ok());
    auto nonce = first.out.substr(0, 32);
    auto fence = std::string("\x1e");
    for (const auto& lie : {fence + nonce + ":0" + fence, fence + nonce + ":r" + fence,
                            fence + std::string(32, '0') + ":0" + fence, fence + fence + fence,
                            fence, fence + std::string(31, 'a')}) {
        auto r = co_await box.bash("printf '%s' \"$LIE\"; printf '%s' \"$LIE\" >&2; exit 7",
                                   exec_options().env("LIE", lie));
        CHECK(r.status == exit_status(end_reason::exited, 7));
        check_streams(w.wire, r, lie, lie);
    }
    co_await box.remove(remove_options().force());
}

// With the right nonce a command can say what it likes, as it can by its own exit status; but it
// gets the last word nowhere while it runs on for less than the drain time, and the wire's own
// record, where there is one, is believed first.
asio::awaitable<void> its_own_nonce(world& w) {
    auto box = co_await ready_box(w.client);
    auto lie = std::string(find_nonce) +
               "printf \"\\036$nonce:0\\036\"; printf \"\\036$nonce:0\\036\" >&2\n"
               "echo after; exit 7";
    auto r = co_await box.bash(lie);
    CHECK(r.status == exit_status(end_reason::exited, 7));
    CHECK(r.complete);
    CHECK(r.out == "after\n");
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> looks_like_frames(world& w) {
    auto box = co_await ready_box(w.client);
    const std::string record = R"({"metadata":{},"status":"Success"})";
    const std::string failure = "command terminated with non-zero exit code: exit code 9";
    const std::string texts[] = {"\x03" + record,
                                 record,
                                 "\x03" + failure,
                                 failure,
                                 "\x04"
                                 "5",
                                 "0\n",
                                 "#ecisbx:7",
                                 "1" + record};
    for (const auto& text : texts) {
        auto r =
            co_await box.bash("printf '%s' \"$TEXT\"; exit 4", exec_options().env("TEXT", text));
        CHECK(r.status == exit_status(end_reason::exited, 4));
        CHECK(r.out == text);
        CHECK(r.complete);
        auto fed = co_await box.bash("cat; exit 4", exec_options().input(text));
        CHECK(fed.status.code() == 4);
        CHECK(fed.out == text);
    }
    co_await box.remove(remove_options().force());
}

asio::awaitable<void> odd_scripts(world& w) {
    auto box = co_await ready_box(w.client);
    struct odd {
        const char* script;
        int status;
        const char* out;
        const char* err;
    };
    const odd scripts[] = {
        {"echo a; exit 7; echo b", 7, "a\n", ""},
        {"exec >/dev/null; echo a; exit 3", 3, "", ""},
        {"exec >&- 2>&-; exit 6", 6, "", ""},
        {"set -e; echo a; false; echo b", 1, "a\n", ""},
        {"trap 'echo bye; echo err >&2' EXIT; echo a; exit 9", 9, "a\nbye\n", "err\n"},
        {"trap 'exit 11' EXIT; exit 9", 11, "", ""},
        {"echo no final newline", 0, "no final newline\n", ""},
        {"echo a\r\necho b\r\n", 0, "a\r\nb\r\n", ""},
        {"printf '%s' $$ >/dev/null; kill -TERM $$", 143, "", ""},
        {"cat; read -r x || echo nothing to read", 0, "nothing to read\n", ""},
    };
    const std::string filler = "#" + std::string(5000, 'x') + "\n";
    for (const auto& odd : scripts)
        for (const auto& head : {std::string(), filler}) {  // in the call, and over the channel
            CAPTURE(std::string(odd.script));
            auto r = co_await box.bash(head + odd.script);
            CHECK(r.status.code() == odd.status);
            CHECK(r.complete);
            if (!merges(w.wire)) {
                CHECK(r.out == odd.out);
                CHECK(r.err == odd.err);
            }
        }
    for (const auto& head : {std::string(), filler}) {
        auto broken = co_await box.bash(head + "echo a\necho 'unbalanced");
        CHECK(broken.status.exited());
        CHECK(broken.status.code() != 0);
        CHECK(broken.complete);
        auto nul = co_await as_result(box.bash(head + std::string("echo a\0b", 8)));
        REQUIRE(!nul);
        CHECK(nul.error().code == errc::invalid_argument);
    }
    co_await box.remove(remove_options().force());
}

}  // namespace

TEST_CASE("every wire: reports of other execs and guesses are output") {
    on_every_wire(replayed_and_guessed);
}
TEST_CASE("every wire: a command that prints its own report early does not end its exec") {
    for (auto wire : all_wires) {
        if (merges(wire)) continue;  // two lies on one stream are as good as a report there
        CAPTURE(name_of(wire));
        in_world(server::options().runtime(server::process()).wire(wire), its_own_nonce);
    }
}
TEST_CASE("every wire: output that looks like frames and records") {
    on_every_wire(looks_like_frames);
}
TEST_CASE("every wire: odd scripts end with their own status") {
    on_every_wire(odd_scripts);
}
