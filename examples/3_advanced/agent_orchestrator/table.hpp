// A live table on a terminal; nothing when the output is a file.
#ifndef ECISBX_EXAMPLES_TABLE_HPP
#define ECISBX_EXAMPLES_TABLE_HPP

#include "tool_queue.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

/// What the orchestrator counts and the table shows.
class board {
public:
    explicit board(std::size_t tasks) : all(tasks) {}
    std::size_t all;
    std::size_t right = 0;
    std::size_t wrong = 0;
    std::size_t late = 0;     ///< stopped by their deadline
    std::size_t retried = 0;  ///< attempts after the first
    std::size_t sandboxes = 0;
    std::map<int, std::string> now;  ///< what the tasks under way are at
};

/// Draws four times a second until it is cancelled.
boost::asio::awaitable<void> draw_table(std::shared_ptr<const board> shown,
                                        std::shared_ptr<const tool_queue> queue);
/// Takes it off the terminal.
void clear_table();

#endif
