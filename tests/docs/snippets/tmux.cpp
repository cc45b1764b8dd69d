// Snippets of docs/guide/tmux.md.
#include "snippets.hpp"

namespace {

//! [start]
asio::awaitable<void> train(ecisbx::sandbox box) {
    co_await box.tmux_start("for i in 1 2 3; do echo step $i; sleep 0.1; done; exit 3",
                            ecisbx::tmux_options().session("train").dir("/tmp"));
    // From here the connection, and this program, may go away: the job runs on.
}
//! [start]

//! [wait]
asio::awaitable<ecisbx::tmux_state> outcome(ecisbx::sandbox box) {
    auto end = co_await box.tmux_wait("train", ecisbx::tmux_wait_options().timeout(300s));
    if (end.state == ecisbx::tmux_state::running) std::cout << "not yet; wait again later\n";
    co_return end;
}
//! [wait]

//! [poll]
asio::awaitable<std::string> what_is_new(ecisbx::sandbox box, std::uint64_t& seen) {
    std::string news;
    ecisbx::tmux_state now;
    do {
        now = co_await box.tmux_poll("train", seen);  // one exec, only the bytes from `seen` on
        news += now.out;
        seen = now.next_byte;
    } while (now.more());
    co_return news;
}
//! [poll]

//! [end]
asio::awaitable<void> tidy(ecisbx::sandbox box) {
    auto sessions = co_await box.tmux_list();
    for (auto& session : sessions)
        if (!session.running) co_await box.tmux_kill(session);  // removes its output and state too
}
//! [end]

asio::awaitable<void> jobs(ecisbx::sandbox box) {
    co_await train(box);
    auto end = co_await outcome(box);
    CHECK(end.state == ecisbx::tmux_state::completed);
    CHECK(end.status.code() == 3);
    CHECK(end.out == "step 1\nstep 2\nstep 3\n");
    std::uint64_t seen = 7;
    auto news = co_await what_is_new(box, seen);
    CHECK(news == "step 2\nstep 3\n");
    co_await tidy(box);
    auto after = co_await box.tmux_poll("train");
    CHECK(after.state == ecisbx::tmux_state::not_found);
}

asio::awaitable<void> in_a_box(ecisbx::test::world& w) {
    co_await snippets::in_box(w, jobs);
}

}  // namespace

TEST_CASE("guide: tmux") {
    ecisbx::test::in_world(snippets::isolated(), in_a_box);
}
