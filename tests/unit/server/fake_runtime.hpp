// A runtime in memory whose programs are scripted: what tests of the face and of the lifecycle
// need to decide when a process ends.
#ifndef ECISBX_TESTS_UNIT_SERVER_FAKE_RUNTIME_HPP
#define ECISBX_TESTS_UNIT_SERVER_FAKE_RUNTIME_HPP

#include "net/wait.hpp"
#include "server/runtime/runtime.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fake {

namespace asio = boost::asio;
namespace rt = ecisbx::server::runtime;

/// What a process is in the tests' hands: they feed its streams and end it.
struct process_state {
    explicit process_state(const asio::any_io_executor& executor) : changed(executor) {}
    rt::process_spec spec;
    std::string out, err;  ///< not read yet
    bool out_open = true, err_open = true;
    std::string input;  ///< what it was sent
    bool input_closed = false;
    bool reads_input = true;
    bool exited = false;
    bool dropped = false;  ///< the handle is gone
    rt::exit_info exit;
    unsigned rows = 0, columns = 0;
    std::size_t endless = 0;  ///< bytes of stdout that come on demand
    std::size_t taken = 0;    ///< bytes of stdout that were read
    ecisbx::net::notifier changed;

    void end(int code, int signal = 0);
    void print(const std::string& text) {
        out += text;
        changed.notify_all();
    }
};
using process_ptr = std::shared_ptr<process_state>;

struct box_state {
    rt::box_spec spec;
    std::vector<process_ptr> processes;
    bool stopped = false;
    std::optional<rt::box_usage> usage;
    std::vector<std::chrono::milliseconds> graces;
    bool slow_stop = false;  ///< a stop with grace waits for `release`
    std::shared_ptr<ecisbx::net::notifier> release;
    void let_stop() {
        slow_stop = false;
        release->notify_all();
    }
};
using box_ptr = std::shared_ptr<box_state>;

struct world {
    std::vector<box_ptr> boxes;
    rt::volume_support volumes = rt::volume_support::none;
    std::vector<std::string> dropped;  ///< groups whose volumes were dropped
    std::string fail_create;           ///< not empty: create throws
    bool slow_stop = false;
    bool runtime_gone = false;
    bool hold_create = false;  ///< create waits until `let_create`
    std::shared_ptr<ecisbx::net::notifier> created;
    void let_create() {
        hold_create = false;
        created->notify_all();
    }
    box_ptr last() const { return boxes.back(); }
    process_ptr last_process() const { return boxes.back()->processes.back(); }
};

/// Programs: `exit N`, `echo TEXT`, `both` (out, err), `wait` (until it is ended), `cat`,
/// `endless N`, `missing` and `denied` (can not be started), `orphan` (ends, its streams do not).
std::unique_ptr<rt::runtime> make_runtime(asio::any_io_executor executor, std::shared_ptr<world> w);

}  // namespace fake

#endif
