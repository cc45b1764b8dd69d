// Follows a container's log by polling it: the state behind a `log_stream`.
#ifndef ECISBX_ECI_LOG_FOLLOW_HPP
#define ECISBX_ECI_LOG_FOLLOW_HPP

#include <ecisbx/eci/logs.hpp>
#include <ecisbx/eci/model.hpp>

#include "core/deadline.hpp"
#include "eci/client_impl.hpp"
#include "proto/log_merge.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace ecisbx::eci {

/// What a poll needs is asked first and taken in afterwards, at once: whatever cuts a poll short,
/// the state is the one before it or the one behind it.
class log_stream::impl {
public:
    /// `options`: checked.
    impl(std::shared_ptr<client::impl> service, std::string id, std::string container,
         log_options options);

    boost::asio::awaitable<std::optional<std::string>> read();

    bool lost_lines() const { return lost_; }
    std::uint64_t gaps() const { return gaps_; }
    const std::string& container() const { return container_; }
    const std::string& request_id() const { return request_id_; }

private:
    struct piece {
        std::string text;
        bool lost = false;
    };
    struct request {
        bool previous = false;
        bool recent = true;  ///< only from the second of the last line on
        int tail = 0;
    };
    struct window {
        std::string content;
        int tail = 0;
    };
    struct state {
        bool started = false;
        bool ended = false;
        std::int64_t restarts = 0;
        std::string explanation;
    };

    boost::asio::awaitable<void> poll();
    boost::asio::awaitable<void> rest();
    boost::asio::awaitable<window> ask(request what);
    boost::asio::awaitable<window> ask_current();
    boost::asio::awaitable<window> ask_previous();
    boost::asio::awaitable<state> look();
    boost::asio::awaitable<bool> catch_up(window current);
    boost::asio::awaitable<void> check_restarts(window current);
    proto::log_window view(const window& w) const;
    bool take(const window& w);

    std::shared_ptr<client::impl> service_;
    std::string id_, container_;
    log_options options_;
    proto::log_merge merge_;
    std::optional<core::utc_time> start_;  ///< where to begin, until there is a line
    std::deque<piece> pieces_;
    bool reading_ = false;
    bool begun_ = false;        ///< a window was taken in
    bool looked_back_ = false;  ///< the log is empty now, and the one before it is not ours
    bool closing_ = false;      ///< the container's end was seen
    bool done_ = false;
    bool lost_ = false;
    bool pending_loss_ = false;  ///< before whatever comes next
    std::uint64_t gaps_ = 0;
    unsigned quiet_polls_ = 0;              ///< in a row
    std::optional<std::int64_t> restarts_;  ///< of the container whose first line is waited for
    std::string request_id_;
    core::deadline::duration pause_;
    core::clock::time_point next_poll_;
};

}  // namespace ecisbx::eci

#endif
