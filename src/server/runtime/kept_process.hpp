// A process in a box that a warden keeps: its pipes or its terminal, and its record.
#ifndef ECISBX_SERVER_RUNTIME_KEPT_PROCESS_HPP
#define ECISBX_SERVER_RUNTIME_KEPT_PROCESS_HPP

#include "server/runtime/kept_box.hpp"
#include "server/runtime/runtime.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>

namespace ecisbx::server::runtime {

class kept_process final : public process {
public:
    /// `in`, `out`, `err`: our ends; none for a terminal, which comes with the record.
    kept_process(std::shared_ptr<box_link> link, std::shared_ptr<process_record> record,
                 unique_fd in, unique_fd out, unique_fd err);
    ~kept_process() override;

    boost::asio::awaitable<std::size_t> read_out(boost::asio::mutable_buffer into) override;
    boost::asio::awaitable<std::size_t> read_err(boost::asio::mutable_buffer into) override;
    boost::asio::awaitable<void> write(boost::asio::const_buffer bytes) override;
    void close_stdin() override;
    void resize(unsigned rows, unsigned columns) override;
    void kill(int signal) override;
    boost::asio::awaitable<exit_info> wait() override;

private:
    // Shared with a read or a write under way, which ends when the descriptor is closed.
    using pipe = std::shared_ptr<boost::asio::posix::stream_descriptor>;
    pipe adopt(unique_fd fd) const;
    static boost::asio::awaitable<std::size_t> read(pipe from, boost::asio::mutable_buffer into);
    static boost::asio::awaitable<void> write_all(pipe to, boost::asio::const_buffer bytes);

    std::shared_ptr<box_link> link_;
    std::shared_ptr<process_record> record_;
    bool tty_ = false;
    pipe in_, out_, err_;
};

}  // namespace ecisbx::server::runtime

#endif
