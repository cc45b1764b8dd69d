// A box that a warden keeps.
#ifndef ECISBX_SERVER_RUNTIME_KEPT_BOX_HPP
#define ECISBX_SERVER_RUNTIME_KEPT_BOX_HPP

#include "net/wait.hpp"
#include "server/runtime/box_usage.hpp"
#include "server/runtime/channel.hpp"
#include "server/runtime/runtime.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace ecisbx::server::runtime {

/// What is known of one process; shared by the box, which hears of it, and by whoever waits.
struct process_record {
    explicit process_record(const boost::asio::any_io_executor& executor) : changed(executor) {}
    std::uint32_t id = 0;
    bool started = false;
    bool wanted = true;  ///< false: whoever started it has gone away meanwhile
    unique_fd terminal;
    launch_stage failed_at = launch_stage::none;
    int failure = 0;
    std::optional<exit_info> exit;
    net::notifier changed;
};

/// What the warden of one box tells. Outlives the box while something waits for it.
class box_link : public std::enable_shared_from_this<box_link> {
public:
    box_link(const boost::asio::any_io_executor& executor, unique_fd socket);
    void open();
    /// Ends the box: the warden kills what is left.
    void close();

    boost::asio::awaitable<void> wait_ready();
    std::shared_ptr<process_record> launch(const process_spec& spec, std::vector<unique_fd> stdio);
    /// Kills it if it starts after all.
    void abandon(process_record& record);
    void kill(const process_record& record, int signal);
    boost::asio::awaitable<void> stop(std::chrono::milliseconds grace);
    bool ended() const { return ended_; }
    std::optional<box_usage> usage();
    const boost::asio::any_io_executor& executor() const { return executor_; }

private:
    void take(received got);
    void end();

    boost::asio::any_io_executor executor_;
    std::shared_ptr<channel> channel_;
    std::map<std::uint32_t, std::shared_ptr<process_record>> processes_;
    std::uint32_t last_id_ = 0;
    std::optional<usage_probe> probe_;  // once it is ready
    bool ready_ = false;
    bool ended_ = false;
    errc failure_ = errc::unavailable;
    std::string reason_;
    net::notifier changed_;
};

class kept_box final : public box {
public:
    explicit kept_box(std::shared_ptr<box_link> link) : link_(std::move(link)) {}
    ~kept_box() override { link_->close(); }
    boost::asio::awaitable<std::unique_ptr<process>> start(process_spec spec) override;
    boost::asio::awaitable<void> stop(std::chrono::milliseconds grace) override;
    std::optional<box_usage> usage() override { return link_->usage(); }

private:
    std::shared_ptr<box_link> link_;
};

}  // namespace ecisbx::server::runtime

#endif
