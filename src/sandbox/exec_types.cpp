#include <ecisbx/exec.hpp>

#include <algorithm>
#include <ostream>
#include <sstream>

namespace ecisbx {
namespace {

constexpr std::size_t shown_stderr = 1024;

const char* name_of(end_reason reason) {
    switch (reason) {
        case end_reason::exited: return "exited";
        case end_reason::signaled: return "signaled";
        case end_reason::timed_out: return "timed_out";
        case end_reason::lost: return "lost";
    }
    return "unknown";
}

std::string describe(const exec_result& result) {
    std::ostringstream text;
    text << "command " << result.status;
    if (!result.complete) text << ", output incomplete";
    if (!result.note.empty()) text << " (" << result.note << ")";
    if (!result.err.empty()) {
        auto from = result.err.size() - std::min(result.err.size(), shown_stderr);
        text << ": " << (from == 0 ? "" : "...") << result.err.substr(from);
    }
    return text.str();
}

}  // namespace

exit_status exit_status::from_shell(int status) {
    bool by_signal = status > 128 && status < 160;
    return {by_signal ? ecisbx::end_reason::signaled : ecisbx::end_reason::exited, status};
}

std::ostream& operator<<(std::ostream& os, end_reason reason) {
    return os << name_of(reason);
}

std::ostream& operator<<(std::ostream& os, const exit_status& status) {
    os << status.end_reason();
    if (status.exited()) os << ' ' << status.code();
    if (status.signal() != 0) os << ' ' << status.signal();
    return os;
}

command_failed::command_failed(exec_result result)
    : std::runtime_error(describe(result)),
      result_(std::make_shared<const exec_result>(std::move(result))) {}

const exec_result& exec_result::throw_if_failed() const {
    if (!ok()) throw command_failed(*this);
    return *this;
}

}  // namespace ecisbx
