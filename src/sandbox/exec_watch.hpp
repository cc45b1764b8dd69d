// Tells the observers of a client about one exec, from its call to its end.
#ifndef ECISBX_SANDBOX_EXEC_WATCH_HPP
#define ECISBX_SANDBOX_EXEC_WATCH_HPP

#include <ecisbx/error.hpp>
#include <ecisbx/exec.hpp>

#include "core/deadline.hpp"
#include "core/observation.hpp"

#include <cstddef>
#include <exception>
#include <optional>
#include <string>

namespace ecisbx::detail {

class exec_watch {
public:
    /// The time starts to count.
    exec_watch(core::observation who, std::string sandbox_id);

    void opened(const std::string& request_id) const;
    void not_opened(std::exception_ptr why) const;
    void sent(std::size_t bytes) { in_ += bytes; }
    void received(std::size_t bytes);
    /// Its caller gave it up; `ended` follows.
    void abandoned() { abandoned_ = true; }
    /// Without output in `result`. `failure`: why there is no result, if there is none.
    void ended(const exec_result& result, const std::optional<error_info>& failure) const;

private:
    events::exec_outcome outcome_of(const exit_status& end) const;

    core::observation who_;
    std::string sandbox_id_;
    core::clock::time_point began_;
    events::bytes in_ = 0;
    std::optional<events::duration> first_byte_;
    bool abandoned_ = false;
};

}  // namespace ecisbx::detail

#endif
