// One attempt to bring content into the sandbox.
#include <ecisbx/error.hpp>
#include <ecisbx/process.hpp>

#include "core/random.hpp"
#include "sandbox/file_transfer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto clean_time = 30s;

/// The script clears up after itself, unless it is killed: then this does, when it is dead.
asio::awaitable<void> clean_up(std::shared_ptr<file_transfer> transfer,
                               std::shared_ptr<background_kill> kill, std::string temporary) {
    try {
        co_await kill->wait(core::deadline::after(clean_time));
        exec_options how;
        how.container(transfer->options.container()).timeout(clean_time);
        exec_job job(transfer->sandbox_id, std::move(how), exec_job::use::to_the_end);
        job.argv = proto::clean_argv(temporary);
        auto run = std::make_shared<running_exec>(transfer->via, job);
        process handle(run);
        co_await run->open();
        co_await run->wait();
    } catch (const boost::system::system_error&) {
        // Nobody waits for it, and the transfer's own failure has been told.
    }
}

class attempt_guard {
public:
    attempt_guard(std::shared_ptr<file_transfer> transfer, std::shared_ptr<running_exec> run,
                  std::string temporary)
        : transfer_(std::move(transfer)), run_(std::move(run)), temporary_(std::move(temporary)) {}
    attempt_guard(const attempt_guard&) = delete;
    attempt_guard& operator=(const attempt_guard&) = delete;
    ~attempt_guard() {
        run_->abandon();
        if (!run_->kill()) return;
        try {
            asio::co_spawn(transfer_->via->executor(),
                           clean_up(transfer_, run_->kill(), temporary_), asio::detached);
        } catch (const std::exception&) {
            // Out of memory: the temporary stays.
        }
    }

private:
    std::shared_ptr<file_transfer> transfer_;
    std::shared_ptr<running_exec> run_;
    std::string temporary_;
};

/// Both ends must know what to expect before the first byte: the script compares, then renames.
asio::awaitable<proto::content_sums> sums_of(std::shared_ptr<file_transfer> transfer,
                                             std::shared_ptr<content_source> source) {
    content_hasher hasher;
    std::string piece;
    source->restart();
    while (source->next(piece)) {
        hasher.update(piece);
        transfer->check_time();  // a file that grows faster than it is read has no end
        co_await asio::post(asio::use_awaitable);
    }
    co_return hasher.sums();
}

asio::awaitable<void> feed(std::shared_ptr<file_transfer> transfer,
                           std::shared_ptr<running_exec> run,
                           std::shared_ptr<content_source> source, std::uint64_t total) {
    std::uint64_t sent = 0;
    std::string piece;
    source->restart();
    transfer->moved(0, total);
    try {
        while (source->next(piece)) {
            auto size = piece.size();
            co_await run->write(std::move(piece));
            sent += size;
            transfer->moved(sent, total);
        }
        co_await run->close_stdin();
    } catch (const boost::system::system_error& e) {
        // A script that refuses does not read on; what it says, or the cut, is seen by reading.
        if (e.code() != errc::connection && e.code() != errc::timeout) throw;
    }
}

}  // namespace

asio::awaitable<transfer_result> push_once(std::shared_ptr<file_transfer> transfer,
                                           std::shared_ptr<content_source> source) {
    proto::receive_wish wish;
    wish.path = transfer->remote;
    wish.temp = proto::temporary_beside(wish.path, core::random_hex(16));
    wish.sums = co_await sums_of(transfer, source);
    wish.mode = transfer->options.mode() ? transfer->options.mode() : source->mode();
    wish.make_parents = transfer->options.makes_parents();
    wish.append = transfer->options.appends();
    wish.archive = source->is_archive();

    auto run = transfer->start(proto::receive_argv(wish), true);
    attempt_guard guard(transfer, run, wish.temp);
    co_await run->open();
    co_await feed(transfer, run, source, wish.sums.size);
    text_tail out;
    for (;;) {
        auto piece = co_await run->read();
        if (!piece) break;
        if (piece->stream == stream_id::out) out.add(piece->bytes);
    }
    auto end = co_await run->wait();
    auto answer = proto::read_receive_answer(out.text());
    if (!answer.done) transfer->fail(end, answer.refused, answer.why);
    transfer_result result;
    result.bytes = wish.sums.size;
    result.verified = *answer.done;
    result.request_id = end.request_id;
    co_return result;
}

}  // namespace ecisbx::detail
