#include "table.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <sstream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int rows = 12;

std::string table(const board& b, const tool_queue& queue, std::chrono::seconds since) {
    std::ostringstream text;
    text << "tasks     " << b.right << " right, " << b.wrong << " wrong, " << b.late << " late, of "
         << b.all << "\x1b[K\n"
         << "sandboxes " << b.sandboxes << ", retries " << b.retried << ", " << since.count()
         << " s\x1b[K\n"
         << "calls     " << queue.done << " done (" << queue.timed_out << " timed out), "
         << queue.running << " running, " << queue.waiting << " waiting\x1b[K\n";
    int row = 3;
    for (const auto& [task, doing] : b.now) {
        if (++row > rows) break;
        text << "  task " << task << ": " << doing << "\x1b[K\n";
    }
    text << "\x1b[J\x1b[" << std::min(row, rows) << 'A';  // back to the first row
    return text.str();
}

}  // namespace

asio::awaitable<void> draw_table(std::shared_ptr<const board> shown,
                                 std::shared_ptr<const tool_queue> queue) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto begun = std::chrono::steady_clock::now();
    for (;;) {
        if (::isatty(STDOUT_FILENO)) {
            auto since = std::chrono::duration_cast<std::chrono::seconds>(
                std::chrono::steady_clock::now() - begun);
            std::cout << table(*shown, *queue, since) << std::flush;
        }
        timer.expires_after(250ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

void clear_table() {
    if (::isatty(STDOUT_FILENO)) std::cout << "\x1b[J";
}
