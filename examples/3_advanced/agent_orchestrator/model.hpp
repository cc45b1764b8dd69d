// A stand-in for a language model: it sees what its last tool call gave and picks the next one.
#ifndef ECISBX_EXAMPLES_MODEL_HPP
#define ECISBX_EXAMPLES_MODEL_HPP

#include <ecisbx/exec.hpp>

#include <chrono>
#include <optional>
#include <string>

/// What the model wants to be done: a script, and how long it may take.
class tool_call {
public:
    tool_call(std::string what, std::string code, std::chrono::milliseconds longest)
        : name(std::move(what)), script(std::move(code)), timeout(longest) {}
    std::string name;
    std::string script;
    std::chrono::milliseconds timeout;
};

/// The task: the sum of 1 to n, by a program that it writes itself. Like a real model it goes
/// wrong at times (a file that is not there, a command that hangs) and goes on from what it sees.
class model {
public:
    explicit model(int n) : n_(n) {}

    /// The next call, or nothing when it is done or has given up. `last`: what the call before it
    /// gave; null at the start.
    std::optional<tool_call> next(const ecisbx::exec_result* last);
    /// Empty when it has given up.
    const std::string& answer() const noexcept { return answer_; }

private:
    enum class step { look, write, hang, wrong_file, run, done };
    tool_call pick(step s);

    int n_;
    step step_ = step::look;
    std::string answer_;
};

#endif
