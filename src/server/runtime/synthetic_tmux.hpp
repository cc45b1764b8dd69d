// tmux sessions of a box of the synthetic runtime: their jobs run as its other commands do.
#ifndef ECISBX_SERVER_RUNTIME_SYNTHETIC_TMUX_HPP
#define ECISBX_SERVER_RUNTIME_SYNTHETIC_TMUX_HPP

#include "proto/tmux_unwrap.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server::runtime {

class synthetic_job;

class synthetic_tmux {
public:
    /// Most output that is kept of a session; a job that writes more waits for ever, as on a full
    /// disk.
    static constexpr std::size_t max_output = std::size_t(16) << 20;
    static constexpr std::size_t max_sessions = 10'000;
    /// Most bytes on stdin of a start.
    static constexpr std::size_t max_input = std::size_t(16) << 20;

    explicit synthetic_tmux(boost::asio::any_io_executor executor);
    synthetic_tmux(const synthetic_tmux&) = delete;
    synthetic_tmux& operator=(const synthetic_tmux&) = delete;

    /// Each gives what the client's text would print.
    std::string start(const proto::wanted_tmux& wanted, std::string_view input);
    std::string look(const proto::tmux_look& look) const;
    std::string list() const;
    void kill(const std::string& name);
    void kill_all();

    /// It is there and its job has not ended: `waiter` is told (`end_wait`) when that changes.
    bool wait_for(const std::string& name, std::weak_ptr<synthetic_job> waiter);

private:
    struct session;
    static void end_waits(session& of);
    static boost::asio::awaitable<void> drain(std::shared_ptr<session> from);

    boost::asio::any_io_executor executor_;
    std::map<std::string, std::shared_ptr<session>> sessions_;
};

}  // namespace ecisbx::server::runtime

#endif
