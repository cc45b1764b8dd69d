#include "server/runtime/warden.hpp"

#include "server/runtime/process_state.hpp"
#include "server/runtime/spec_codec.hpp"

#include <ecisbx/error.hpp>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace ecisbx::server::runtime {
namespace {

using namespace std::chrono_literals;
constexpr auto tick = 5ms;  // while a box ends, what there is to see has no descriptor
constexpr std::size_t max_spec = 8 << 20;

}  // namespace

warden::warden(unique_fd server, int server_process, std::unique_ptr<world> keeps, environment env)
    : server_(std::move(server)),
      server_process_(server_process),
      world_(std::move(keeps)),
      env_(std::move(env)),
      signals_(take_signals()) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void warden::run() {
    if (open_world()) {
        send({packet_kind::ready, 0, ::getpid(), 0});
        while (!killing_ || !world_->gone() || running()) {
            wait_for_events();
            take_requests();
            follow_launches();
            reap();
            report_exits();
            progress();
            flush();
        }
    }
    auto give_up = clock::now() + 10s;
    while ((!world_->cleanup() || (!outbox_.empty() && !server_gone_)) && clock::now() < give_up) {
        wait_for_events();
        take_requests();
        reap();
        flush();
    }
    ::_exit(0);
}

bool warden::open_world() {
    packet failed{packet_kind::failed, 0, static_cast<std::int32_t>(errc::unavailable), 0};
    try {
        world_->open(server_.get());
        return true;
    } catch (const error& e) {
        failed.value = e.code().value();
        send(failed, make_memfd(e.info().message));
    } catch (const std::exception& e) {
        send(failed, make_memfd(e.what()));
    }
    killing_ = true;
    return false;
}

bool warden::running() const {
    return !children_.empty();
}

int warden::timeout() const {
    if (killing_ || kill_at_) return static_cast<int>(tick.count());
    return -1;
}

void warden::wait_for_events() {
    short wanted = outbox_.empty() ? POLLIN : POLLIN | POLLOUT;
    std::vector<pollfd> entries = {{signals_, POLLIN, 0}, {server_process_, POLLIN, 0}};
    // A socket that has ended would wake us all the time.
    entries.push_back({server_gone_ ? -1 : server_.get(), wanted, 0});
    if (server_gone_) entries[1].fd = -1;
    for (const auto& c : children_)
        if (c.launch) entries.push_back({c.launch.get(), POLLIN, 0});
    ::poll(entries.data(), entries.size(), timeout());
    bool orphaned = (entries[1].revents & POLLIN) != 0;
    if (drain_signals(signals_) || orphaned) server_gone_ = true;
}

void warden::take_requests() {
    while (!server_gone_) {
        auto got = receive_packet(server_.get());
        if (got.what == receipt::nothing) return;
        if (got.what == receipt::end) {
            server_gone_ = true;
            return;
        }
        const auto& p = got.content;
        if (p.kind == packet_kind::start) {
            start(std::move(got));
        } else if (p.kind == packet_kind::kill) {
            for (const auto& c : children_)
                if (c.id == p.id && c.pid > 0 && !c.status) ::kill(-c.pid, p.value);
        } else if (p.kind == packet_kind::stop) {
            auto at = clock::now() + std::chrono::milliseconds(std::max(0, p.value));
            if (!kill_at_ && p.value > 0) world_->signal_all(SIGTERM);
            kill_at_ = kill_at_ ? std::min(*kill_at_, at) : at;
        }
    }
}

void warden::refuse(std::uint32_t id, launch_stage stage, int code) {
    send({packet_kind::start_failed, id, static_cast<std::int32_t>(stage), code});
}

void warden::start(received request) {
    auto id = request.content.id;
    if (kill_at_ || killing_) return refuse(id, launch_stage::join, ESRCH);
    if (request.fds.empty()) return refuse(id, launch_stage::fork, EMFILE);
    auto spec = decode_process_spec(read_file(request.fds.front().get(), max_spec));
    if (!spec) return refuse(id, launch_stage::fork, EINVAL);
    launch_order order;
    std::size_t pipes = spec->tty ? 0 : spec->open_stdin ? 3 : 2;
    for (std::size_t i = 1; i < request.fds.size(); ++i)
        order.stdio.push_back(std::move(request.fds[i]));
    if (order.stdio.size() != pipes) return refuse(id, launch_stage::fork, EMFILE);
    environment defaults = world_->defaults();
    if (spec->tty) defaults.emplace_back("TERM", "xterm-256color");
    spec->env = merged(defaults, env_, spec->env);
    spec->dir = world_->folder(spec->dir);
    order.candidates = exec_candidates(spec->argv.front(), spec->env);
    order.spec = std::move(*spec);
    auto memory_kills = world_->out_of_memory_kills();
    auto launched = launch(*world_, order);
    if (launched.error != 0) return refuse(id, launch_stage::fork, launched.error);
    child c;
    c.id = id;
    c.memory_kills = memory_kills;
    c.launch = std::move(launched.socket);
    children_.push_back(std::move(c));
}

// Reads what a launch says. Without an exec failure its end means that the program runs.
void warden::follow(child& c) {
    while (c.launch) {
        auto got = receive_packet(c.launch.get());
        if (got.what == receipt::nothing) return;
        if (got.what == receipt::packet && got.content.kind == packet_kind::started) {
            c.pid = got.sender;
            if (!got.fds.empty()) c.terminal = std::move(got.fds.front());
            continue;
        }
        c.launch.reset();
        if (got.what == receipt::packet) {
            refuse(c.id, static_cast<launch_stage>(got.content.value), got.content.detail);
            c.id = 0;
        } else if (c.pid == 0) {
            // Killed on its way: with the box, or because there was no memory for it.
            refuse(c.id, launch_stage::join, killing_ || world_->gone() ? ESRCH : ENOMEM);
            c.id = 0;
        } else {
            send({packet_kind::started, c.id, 0, 0}, std::move(c.terminal));
        }
    }
}

void warden::follow_launches() {
    for (auto& c : children_) follow(c);
    // One that failed before its process spoke leaves nothing to reap by that entry.
    std::erase_if(children_, [](const child& c) { return c.id == 0 && c.pid == 0; });
}

void warden::reap() {
    int status;
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        // Whatever a dead process had to say is there already, its pid first of all.
        follow_launches();
        auto c = std::find_if(children_.begin(), children_.end(),
                              [&](const child& x) { return x.pid == pid && !x.status; });
        if (c == children_.end())
            world_->reaped(pid);
        else
            c->status = status;
    }
}

// Killed while the box ran out of memory; or a shell that passes on that a child of it was.
bool warden::out_of_memory(const child& c) const {
    bool killed = WIFSIGNALED(*c.status) ? WTERMSIG(*c.status) == SIGKILL
                                         : WEXITSTATUS(*c.status) == 128 + SIGKILL;
    return killed && world_->out_of_memory_kills() > c.memory_kills;
}

void warden::report_exits() {
    std::erase_if(children_, [&](child& c) {
        if (!c.status) return false;
        // Dead before its exec was seen to succeed, while a helper still holds the launch socket.
        if (c.launch) {
            c.launch.reset();
            send({packet_kind::started, c.id, 0, 0}, std::move(c.terminal));
        }
        if (c.id != 0) send({packet_kind::exited, c.id, *c.status, out_of_memory(c) ? 1 : 0});
        return true;
    });
}

void warden::progress() {
    // A box that ended by itself is one that was stopped.
    if (server_gone_ || world_->gone()) killing_ = true;
    if (kill_at_ && (clock::now() >= *kill_at_ || world_->empty(running()))) killing_ = true;
    if (killing_) world_->kill_all();
}

void warden::send(packet p, unique_fd fd) {
    outbox_.push_back({p, std::move(fd)});
    flush();
}

void warden::flush() {
    while (!outbox_.empty() && !server_gone_) {
        auto& next = outbox_.front();
        std::vector<int> fds;
        if (next.fd) fds.push_back(next.fd.get());
        int e = send_packet(server_.get(), next.content, fds);
        // Too many descriptors are on their way, and nothing tells when that is over.
        if (e == ETOOMANYREFS) ::poll(nullptr, 0, 1);
        if (e == EAGAIN || e == ETOOMANYREFS) return;
        if (e != 0) server_gone_ = true;
        outbox_.pop_front();
    }
}

}  // namespace ecisbx::server::runtime
