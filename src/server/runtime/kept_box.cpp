#include "server/runtime/kept_box.hpp"

#include "server/runtime/kept_process.hpp"
#include "server/runtime/spec_codec.hpp"

#include <ecisbx/error.hpp>

#include <cerrno>
#include <cstring>

namespace ecisbx::server::runtime {
namespace asio = boost::asio;

namespace {

[[noreturn]] void fail(const process_spec& spec, launch_stage stage, int code) {
    auto why = std::string(std::strerror(code));
    if (stage == launch_stage::dir)
        throw error(errc::invalid_argument,
                    "the working folder \"" + spec.dir + "\" can not be used: " + why);
    if (stage == launch_stage::join && code == ESRCH)
        throw error(errc::not_ready, "the sandbox has ended");
    if (stage == launch_stage::join && code == ENOMEM)
        throw error(errc::unavailable,
                    "the process was killed before it began: is the sandbox's memory used up?");
    if (stage == launch_stage::fork && code == EAGAIN)
        throw error(errc::unavailable, "the sandbox has as many processes as it may");
    if (stage != launch_stage::exec)
        throw error(errc::unavailable, "the process could not be started: " + why);
    auto what = "\"" + spec.argv.front() + "\": " + why;
    if (code == ENOENT || code == ENOTDIR) throw error(errc::not_found, what);
    if (code == E2BIG) throw error(errc::too_large, what);
    if (code == EAGAIN || code == ENOMEM) throw error(errc::unavailable, what);
    throw error(errc::forbidden, what);
}

fd_pair pipe_or_throw() {
    auto pipe = make_pipe();
    if (!pipe) throw error(errc::unavailable, std::string("pipe: ") + std::strerror(errno));
    return std::move(*pipe);
}

// Kills what nobody waits for any more, however the waiting ended.
class launch_guard {
public:
    launch_guard(std::shared_ptr<box_link> link, std::shared_ptr<process_record> record)
        : link_(std::move(link)), record_(std::move(record)) {}
    launch_guard(const launch_guard&) = delete;
    launch_guard& operator=(const launch_guard&) = delete;
    ~launch_guard() {
        if (!done_) link_->abandon(*record_);
    }
    void done() { done_ = true; }

private:
    std::shared_ptr<box_link> link_;
    std::shared_ptr<process_record> record_;
    bool done_ = false;
};

asio::awaitable<std::unique_ptr<process>> launch_in(std::shared_ptr<box_link> link,
                                                    process_spec spec) {
    check(spec);
    if (link->ended()) throw error(errc::not_ready, "the sandbox has ended");
    fd_pair in, out, err;
    std::vector<unique_fd> theirs;
    if (!spec.tty) {
        if (spec.open_stdin) {
            in = pipe_or_throw();
            theirs.push_back(std::move(in.first));
        }
        out = pipe_or_throw();
        err = pipe_or_throw();
        theirs.push_back(std::move(out.second));
        theirs.push_back(std::move(err.second));
    }
    auto record = link->launch(spec, std::move(theirs));
    launch_guard guard(link, record);
    while (!record->started && record->failed_at == launch_stage::none)
        co_await record->changed.wait(core::deadline::never());
    if (!record->started) fail(spec, record->failed_at, record->failure);
    auto result = std::make_unique<kept_process>(link, record, std::move(in.second),
                                                 std::move(out.first), std::move(err.first));
    guard.done();
    co_return result;
}

}  // namespace

asio::awaitable<std::unique_ptr<process>> kept_box::start(process_spec spec) {
    return launch_in(link_, std::move(spec));
}

asio::awaitable<void> kept_box::stop(std::chrono::milliseconds grace) {
    return link_->stop(grace);
}

}  // namespace ecisbx::server::runtime
