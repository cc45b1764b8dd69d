// Carries out plans of `plan_exec` with real shells, as a session would over a wire.
#ifndef ECISBX_TESTS_UNIT_PROTO_EXEC_SCRIPT_RUN_HPP
#define ECISBX_TESTS_UNIT_PROTO_EXEC_SCRIPT_RUN_HPP

#include "proto/exec_script.hpp"
#include "proto/exit_trailer.hpp"
#include "unit/proto/run_process.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ecisbx::tests {

inline const std::string test_nonce = "00112233445566778899aabbccddeeff";

/// What only ever goes over the channel.
inline proto::exec_limits channel_only() {
    return {0, 0, true};
}

/// A fresh id, so that no test's processes are taken for another's.
std::string fresh_id();
proto::exec_wish command_wish(std::vector<std::string> argv);
proto::exec_wish script_wish(std::string script);

/// A wire with or without a half-close.
enum class wire { raw, framed };

/// One exec under way.
class running {
public:
    running(const tool_folder& tools, const proto::exec_wish& wish,
            const proto::exec_limits& limits = {}, wire kind = wire::framed,
            std::vector<std::string> environment = {}, session where = session::own);

    /// The user's bytes on stdin.
    void input(std::string_view bytes);
    void end_input();

    /// Whether the trailers that prove completeness arrive.
    bool until_reported();
    /// Whether `text` appears in the output.
    bool until_out(std::string_view text);
    /// Hangs up when it is reported, as a session does, and waits for the wrapper. -1: never ended.
    int finish();

    proto::exec_plan plan;
    process child;
    std::string out, err;
    std::optional<int> status;      ///< of stdout's trailer
    std::optional<int> err_status;  ///< of stderr's
    unsigned trailers = 0;

private:
    void filter();
    bool tty_;
    wire wire_;
    proto::exit_trailer out_filter_, err_filter_;
    std::size_t out_seen_ = 0, err_seen_ = 0;
    bool preamble_sent_ = false;
    std::string held_input_;
};

/// A whole exec, all of its invariants checked: both trailers (or the terminal's one), once each,
/// the same as the exit status.
struct ran {
    int status = -1;
    std::string out, err;
};
ran run(const tool_folder& tools, const proto::exec_wish& wish,
        const proto::exec_limits& limits = {}, std::vector<std::string> environment = {});
ran run_with_input(const tool_folder& tools, const proto::exec_wish& wish, std::string_view input,
                   wire kind);

/// dash, bash as sh, busybox, each with and without bash.
const std::vector<std::unique_ptr<tool_folder>>& all_shells();

template <class Check>
void in_every_shell(Check check) {
    for (const auto& shell : all_shells()) {
        CAPTURE(shell->name());
        check(*shell);
    }
}

/// With every shell, by arguments and over the channel.
template <class Check>
void everywhere(Check check) {
    in_every_shell([&check](const tool_folder& tools) {
        for (const auto& limits : {proto::exec_limits{}, channel_only()}) {
            const bool by_channel = limits.max_elements == 0;
            CAPTURE(by_channel);
            check(tools, limits);
        }
    });
}

/// Every byte that an argument can hold.
std::string all_bytes();

}  // namespace ecisbx::tests

#endif
