// An observer that remembers every event as a short text, without times.
#ifndef ECISBX_TESTS_COMMON_RECORDER_HPP
#define ECISBX_TESTS_COMMON_RECORDER_HPP

#include <ecisbx/observer.hpp>

#include "core/event_names.hpp"
#include "core/observation.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::test {

/// One text, which a failed check shows.
inline std::string lines(const std::vector<std::string>& all) {
    std::string text;
    for (const auto& line : all) text += line + '\n';
    return text;
}

class recorder : public observer {
public:
    std::vector<std::string> seen;

    std::size_t count(std::string_view start) const {
        return static_cast<std::size_t>(
            std::count_if(seen.begin(), seen.end(),
                          [&](const std::string& line) { return line.starts_with(start); }));
    }
    std::string all() const { return lines(seen); }
    /// Only those that start with one of these words.
    std::string only(std::vector<std::string> words) const {
        std::vector<std::string> some;
        for (const auto& line : seen)
            for (const auto& word : words)
                if (line.substr(0, line.find(' ')) == word) some.push_back(line);
        return lines(some);
    }

    void on_attempt(const events::api_attempt& e) override {
        note("attempt", e.action, std::to_string(e.attempt), core::outcome_name(e.failure),
             std::to_string(e.http_status), e.service_code);
        check(e.elapsed);
    }
    void on_retry(const events::api_retry& e) override {
        note("retry", e.action, std::to_string(e.attempt), core::outcome_name(e.failure),
             e.clock_was_set ? "clock_set" : "");
        check(e.pause);
    }
    void on_call(const events::api_call& e) override {
        note("call", e.action, core::outcome_name(e.failure), std::to_string(e.attempts));
        check(e.elapsed);
    }
    void on_throttle(const events::throttle& e) override {
        note("throttle", e.action, core::name_of(e.by));
        check(e.pause);
    }
    void on_connection_opened(const events::connection_opened& e) override {
        note("opened", core::name_of(e.kind), e.tls ? "tls" : "plain", e.resumed ? "resumed" : "");
        check(e.dial);
        check(e.handshake);
        if (e.tls != (e.handshake.count() > 0)) seen.push_back("BAD handshake time");
    }
    void on_connection_failed(const events::connection_failed& e) override {
        note("dial_failed", core::name_of(e.kind), core::outcome_name(e.failure));
    }
    void on_connection_reused(const events::connection_reused& e) override {
        note("reused", core::name_of(e.kind));
    }
    void on_connection_closed(const events::connection_closed& e) override {
        note("closed", core::name_of(e.kind));
        received += e.received;
        sent += e.sent;
    }
    void on_traffic(const events::traffic& e) override {
        told_received += e.received;
        told_sent += e.sent;
    }
    void on_exec_started(const events::exec_started& e) override {
        note("exec_started", e.sandbox_id);
        check(e.elapsed);
    }
    void on_exec_ended(const events::exec_ended& e) override {
        note("exec_ended", core::name_of(e.outcome), std::to_string(e.code),
             e.complete ? "complete" : "", e.failure ? core::outcome_name(e.failure) : "");
        last_exec = e;
        last_exec.sandbox_id = last_exec.request_id = {};
    }
    void on_signal(const events::signal_sent& e) override {
        note("signal", std::to_string(e.number), core::name_of(e.result));
    }
    void on_file_transfer(const events::file_transfer& e) override {
        note("file", core::name_of(e.to), core::outcome_name(e.failure), std::to_string(e.size),
             std::to_string(e.attempts));
    }
    void on_tmux_round(const events::tmux_round& e) override {
        note("tmux", core::name_of(e.result), std::to_string(e.out));
    }
    void on_status_round(const events::status_round& e) override {
        note("status", core::outcome_name(e.failure));
    }
    void on_credentials(const events::credentials& e) override {
        note("credentials", e.source, core::outcome_name(e.failure));
    }

    events::bytes received = 0, sent = 0;            // as told when connections closed
    events::bytes told_received = 0, told_sent = 0;  // as told before
    events::exec_ended last_exec;

private:
    template <class... Words>
    void note(std::string line, const Words&... words) {
        for (std::string_view word : {std::string_view(words)...})
            if (!word.empty()) line += ' ' + std::string(word);
        seen.push_back(std::move(line));
    }
    void check(events::duration time) {
        if (time.count() < 0 || time > std::chrono::minutes(5)) seen.push_back("BAD time");
    }
};

}  // namespace ecisbx::test

#endif
