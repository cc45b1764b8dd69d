#include "unit/proto/exec_script_run.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <utility>

namespace ecisbx::tests {
namespace {

std::vector<std::string> real_argv(const tool_folder& tools, std::vector<std::string> argv) {
    REQUIRE(argv.at(0) == "/bin/sh");
    argv[0] = tools.sh();
    return argv;
}

std::vector<std::string> with_path(const tool_folder& tools, std::vector<std::string> environment) {
    environment.push_back("PATH=" + tools.path());
    return environment;
}

streams kind_of(const proto::exec_plan& plan) {
    if (plan.tty) return streams::terminal;
    return plan.open_stdin ? streams::pipes : streams::no_input;
}

ran concluded(running& exec) {
    const bool tty = exec.plan.tty;
    const int status = exec.finish();
    CAPTURE(exec.err);
    CHECK(exec.status == status);
    CHECK(exec.trailers == (tty ? 1 : 2));
    if (!tty) CHECK(exec.err_status == status);
    return {status, std::move(exec.out), std::move(exec.err)};
}

}  // namespace

std::string fresh_id() {
    static int count = 0;
    return "t" + std::to_string(::getpid()) + "x" + std::to_string(++count) + "-0123456789_ABCDEF";
}

proto::exec_wish command_wish(std::vector<std::string> argv) {
    proto::exec_wish wish;
    wish.id = fresh_id();
    wish.nonce = test_nonce;
    wish.argv = std::move(argv);
    return wish;
}

proto::exec_wish script_wish(std::string script) {
    auto wish = command_wish({});
    wish.script = std::move(script);
    return wish;
}

running::running(const tool_folder& tools, const proto::exec_wish& wish,
                 const proto::exec_limits& limits, wire kind, std::vector<std::string> environment,
                 session where)
    : plan(proto::plan_exec(wish, limits)),
      child(real_argv(tools, plan.argv), with_path(tools, std::move(environment)), kind_of(plan),
            where),
      tty_(wish.tty),
      wire_(wish.tty ? wire::raw : kind),
      out_filter_(wish.nonce),
      err_filter_(wish.nonce) {
    if (plan.has_preamble && !plan.waits_for_ready) {
        child.send(plan.preamble(wire_ == wire::raw));
        preamble_sent_ = true;
    }
}

void running::filter() {
    out_filter_.feed(std::string_view(child.out).substr(out_seen_), out);
    err_filter_.feed(std::string_view(child.err).substr(err_seen_), err);
    out_seen_ = child.out.size();
    err_seen_ = child.err.size();
    status = out_filter_.status();
    err_status = err_filter_.status();
    trailers = out_filter_.trailers() + err_filter_.trailers();
    if (plan.waits_for_ready && !preamble_sent_ && out_filter_.ready_seen()) {
        child.send(plan.preamble(true));
        child.send(std::exchange(held_input_, {}));
        preamble_sent_ = true;
    }
}

void running::input(std::string_view bytes) {
    const auto wired = wire_ == wire::raw ? std::string(bytes) : proto::stdin_frame(bytes);
    if (plan.waits_for_ready && !preamble_sent_)
        held_input_ += wired;
    else
        child.send(wired);
}

void running::end_input() {
    if (wire_ == wire::raw)
        child.close_input();
    else
        child.send(proto::stdin_end());
}

bool running::until_reported() {
    return child.pump_until([this] {
        filter();
        return tty_ ? status.has_value() : status && err_status;
    });
}

bool running::until_out(std::string_view text) {
    return child.pump_until([this, text] {
        filter();
        return out.find(text) != std::string::npos;
    });
}

int running::finish() {
    until_reported();
    child.close_input();
    const int exit_status = child.finish();
    filter();
    out_filter_.finish(out);
    err_filter_.finish(err);
    return exit_status;
}

ran run(const tool_folder& tools, const proto::exec_wish& wish, const proto::exec_limits& limits,
        std::vector<std::string> environment) {
    running exec(tools, wish, limits, wire::framed, std::move(environment));
    return concluded(exec);
}

ran run_with_input(const tool_folder& tools, const proto::exec_wish& wish, std::string_view input,
                   wire kind) {
    auto streaming = wish;
    streaming.input = proto::stdin_mode::stream;
    running exec(tools, streaming, {}, kind);
    exec.input(input);
    exec.end_input();
    return concluded(exec);
}

std::string all_bytes() {
    std::string bytes;
    for (int c = 1; c < 256; ++c) bytes += static_cast<char>(c);
    return bytes;
}

const std::vector<std::unique_ptr<tool_folder>>& all_shells() {
    static const auto shells = [] {
        std::vector<std::unique_ptr<tool_folder>> list;
        for (const char* shell : {"dash", "bash", "busybox"})
            for (bool with_bash : {true, false})
                list.push_back(std::make_unique<tool_folder>(shell, with_bash));
        return list;
    }();
    return shells;
}

}  // namespace ecisbx::tests
