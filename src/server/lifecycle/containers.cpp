// One container: its box, its main process, its restarts.
#include "server/lifecycle/supervisor.hpp"

#include <ecisbx/error.hpp>

#include <array>
#include <exception>

namespace ecisbx::server::lifecycle {

namespace asio = boost::asio;
using core::deadline;
using store::container_state;

namespace {

container_state waiting_for(const char* reason, std::string message) {
    container_state state;
    state.reason = reason;
    state.message = std::move(message);
    return state;
}

}  // namespace

void supervisor::settle(const live_group& live) {
    if (!live.launched) return;
    store_->set_status(*live.group, judge(*live.group));
    if (store::is_terminal(live.group->status)) drop_volumes(live);
}

asio::awaitable<void> supervisor::make_box(task_ptr t) {
    auto& c = t->slot();
    std::string suffix = (t->r == role::init ? "i" : "c") + std::to_string(t->index) + "-" +
                         std::to_string(++c.incarnation);
    auto spec = box_for(*t->live->group, t->spec(), settings_.region, suffix);
    auto made = co_await runtime_->create(std::move(spec));
    if (!t->stale()) {
        t->slot().box = std::move(made);
        co_return;
    }
    co_await made->stop(std::chrono::milliseconds(0));
}

asio::awaitable<bool> supervisor::renew_box(task_ptr t) {
    for (;;) {
        if (t->stale()) co_return false;
        std::string failure;
        try {
            co_await make_box(t);
        } catch (const std::exception& e) {
            failure = e.what();
        }
        if (t->stale()) co_return false;
        if (failure.empty()) co_return true;
        const auto& g = *t->live->group;
        store_->add_event(g, true, "Failed", "Error: " + failure);
        store_->set_container(g, t->r, t->index, waiting_for("CreateContainerError", failure));
        bool paused = co_await pause_before_restart(t);
        if (!paused) co_return false;
    }
}

asio::awaitable<void> supervisor::drop_box(task_ptr t) {
    auto box = std::move(t->slot().box);
    t->slot().box.reset();
    if (box) co_await box->stop(std::chrono::milliseconds(0));
}

asio::awaitable<supervisor::process_ptr> supervisor::begin(task_ptr t) {
    process_ptr main;
    if (t->stale()) co_return main;
    const auto& g = *t->live->group;
    const auto& c = t->spec();
    store_->add_event(g, false, "Pulled",
                      "Container image \"" + c.image +
                          "\" is not pulled: the local runtime uses its own root file system");
    store_->add_event(g, false, "Created", "Created container " + c.name);
    runtime::process_spec spec;
    spec.argv = main_argv(c);
    if (spec.argv.empty()) {
        begin_log(*t);
        note_started(*t);
        co_return main;
    }
    auto box = t->slot().box;
    std::string failure;
    try {
        auto process = co_await box->start(std::move(spec));
        main = std::move(process);
    } catch (const error& e) {
        failure = e.info().message;
    }
    if (t->stale()) co_return nullptr;
    if (!main) {
        note_start_failed(*t, failure);
        co_return nullptr;
    }
    begin_log(*t);
    note_started(*t);
    spawn(keep_log(t, main, log_source::out));
    spawn(keep_log(t, main, log_source::err));
    co_return main;
}

void supervisor::note_started(const task& t) {
    container_state state;
    state.state = container_state::kind::running;
    state.started = store_->now();
    const auto& g = *t.live->group;
    store_->set_container(g, t.r, t.index, std::move(state));
    store_->add_event(g, false, "Started", "Started container " + t.spec().name);
    settle(*t.live);
}

void supervisor::note_start_failed(const task& t, const std::string& why) {
    container_state state;
    state.state = container_state::kind::terminated;
    state.reason = "StartError";
    state.message = why;
    state.exit_code = 128;  // what containerd reports for a process that could not be started
    state.finished = store_->now();
    const auto& g = *t.live->group;
    store_->set_container(g, t.r, t.index, std::move(state));
    store_->add_event(g, true, "Failed", "Error: failed to start container: " + why);
}

void supervisor::begin_log(const task& t) {
    auto& slot = t.slot();
    if (slot.log) slot.previous_log = std::move(slot.log);
    slot.log = std::make_shared<log_ring>();
}

asio::awaitable<void> supervisor::keep_log(task_ptr t, process_ptr main, log_source from) {
    auto log = t->slot().log;  // a process that was left behind may print on after a restart
    std::array<char, 4096> buffer{};
    try {
        for (;;) {
            std::size_t got = 0;
            if (from == log_source::err)
                got = co_await main->read_err(asio::buffer(buffer));
            else
                got = co_await main->read_out(asio::buffer(buffer));
            if (got == 0) break;
            log->append(from, {buffer.data(), got}, store_->now());
        }
    } catch (const std::exception&) {
        // The box has ended: what was read is the log.
    }
    log->finish(from, store_->now());
    t->live->changed.notify_all();
}

// The last lines come before the end is told, unless somebody else holds the output open.
asio::awaitable<void> supervisor::await_log(task_ptr t) {
    auto log = t->slot().log;
    auto until = deadline::after(std::chrono::milliseconds(200));
    while (log && !log->finished() && !t->stale() && !until.expired()) {
        try {
            co_await t->live->changed.wait(until);
        } catch (const error& e) {
            if (e.code() != errc::timeout) throw;
        }
    }
}

asio::awaitable<void> supervisor::finish(task_ptr t, process_ptr main) {
    runtime::exit_info exit;
    exit.code = 137;
    exit.signal = 9;
    try {
        exit = co_await main->wait();
    } catch (const std::exception&) {
        // The box went away under it: as killed.
    }
    auto ended = store_->now();
    co_await await_log(t);
    if (t->stale()) co_return;
    const auto& g = *t->live->group;
    auto state = ended_state(t->state().current, exit, ended);
    auto& slot = t->slot();
    if (*state.finished - *state.started >= settings_.stable_after) slot.quick_restarts = 0;
    if (state.exit_code != 0)
        store_->add_event(g, true, state.reason,
                          "Container " + t->spec().name + " exited with code " +
                              std::to_string(state.exit_code) +
                              (exit.out_of_memory ? ": its memory was used up" : ""));
    store_->set_container(g, t->r, t->index, std::move(state));
}

asio::awaitable<bool> supervisor::pause_before_restart(task_ptr t) {
    auto pause = restart_pause(settings_.backoff, t->slot().quick_restarts++);
    const auto& g = *t->live->group;
    if (pause.count() > 0)
        store_->add_event(g, true, "BackOff",
                          "Back-off restarting failed container " + t->spec().name);
    if (t->state().current.state == container_state::kind::terminated)
        store_->replace_container(g, t->r, t->index,
                                  waiting_for("CrashLoopBackOff", "back-off before a restart"));
    auto until = deadline::after(pause);
    while (!t->stale() && !until.expired()) {
        try {
            co_await t->live->changed.wait(until);
        } catch (const error& e) {
            if (e.code() != errc::timeout) throw;
        }
    }
    co_return !t->stale();
}

asio::awaitable<void> supervisor::follow(task_ptr t, process_ptr main) {
    worker_mark mark(t->live);
    for (;;) {
        if (main) co_await finish(t, main);
        if (t->stale()) co_return;
        main.reset();
        co_await drop_box(t);
        if (t->stale()) co_return;
        settle(*t->live);
        if (!restarts_after(t->live->group->spec.restart, t->state().current.exit_code)) co_return;
        bool paused = co_await pause_before_restart(t);
        if (!paused) co_return;
        store_->count_restart(*t->live->group, t->r, t->index);
        bool renewed = co_await renew_box(t);
        if (!renewed) co_return;
        auto next = co_await begin(t);
        if (t->stale()) co_return;
        main = std::move(next);
    }
}

}  // namespace ecisbx::server::lifecycle
