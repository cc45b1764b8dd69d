#include "model.hpp"

#include <utility>

using namespace std::chrono_literals;

tool_call model::pick(step s) {
    step_ = s;
    std::string dir =
        "mkdir -p /tmp/task-" + std::to_string(n_) + "; cd /tmp/task-" + std::to_string(n_) + "; ";
    switch (s) {
        case step::look: return tool_call("look", dir + "ls -A; command -v awk", 10s);
        case step::write:
            return tool_call("write",
                             dir + "printf '{ sum += $1 } END { print sum }' >sum.awk; seq 1 " +
                                 std::to_string(n_) + " >numbers",
                             10s);
        case step::hang: return tool_call("hang", dir + "tail -f numbers", 300ms);
        case step::wrong_file: return tool_call("mistake", dir + "awk -f sum.awk number", 10s);
        default: return tool_call("run", dir + "awk -f sum.awk numbers", 10s);
    }
}

std::optional<tool_call> model::next(const ecisbx::exec_result* last) {
    if (!last) return pick(step::look);
    switch (step_) {
        case step::look:
            if (!last->ok()) break;  // no awk in this image: it can not do the task
            return pick(step::write);
        case step::write:
            if (!last->ok()) break;
            if (n_ % 5 == 0) return pick(step::hang);
            if (n_ % 3 == 0) return pick(step::wrong_file);
            return pick(step::run);
        case step::hang:
        case step::wrong_file: return pick(step::run);  // it reads what went wrong, and mends it
        case step::run:
            if (!last->ok()) break;
            answer_ = last->out.substr(0, last->out.find('\n'));
            break;
        case step::done: break;
    }
    step_ = step::done;
    return std::nullopt;
}
