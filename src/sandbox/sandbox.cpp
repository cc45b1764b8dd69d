#include <ecisbx/sandbox.hpp>

#include <ecisbx/error.hpp>

#include "sandbox/backend.hpp"
#include "sandbox/public_op.hpp"
#include "sandbox/running_exec.hpp"

#include <utility>

namespace ecisbx {
namespace {

namespace asio = boost::asio;
using detail::backend;
using detail::exec_job;
using detail::public_op;
using detail::running_exec;

exec_job script_job(const std::string& id, std::string script, exec_options options,
                    exec_job::use use) {
    exec_job job(id, std::move(options), use);
    // An empty script is one that does nothing.
    job.script = script.empty() ? "\n" : std::move(script);
    return job;
}

// `process` gives the command up when the coroutine ends in any other way than by its end.
asio::awaitable<process> start_job(std::shared_ptr<backend> via, exec_job job) {
    auto run = std::make_shared<running_exec>(std::move(via), job);
    process handle(run);
    co_await run->open();
    co_return std::move(handle);
}

asio::awaitable<exec_result> run_job(std::shared_ptr<backend> via, exec_job job) {
    auto run = std::make_shared<running_exec>(std::move(via), job);
    process handle(run);
    co_await run->open();
    exec_result result = co_await run->wait();
    co_return result;
}

asio::awaitable<void> wait_until_ready(std::shared_ptr<backend> via, std::string id,
                                       wait_options options) {
    if (options.timeout() <= wait_options::milliseconds::zero())
        throw error(errc::invalid_argument, "wait_options: timeout must be > 0");
    co_await via->wait_ready(std::move(id), core::deadline::after(options.timeout()));
}

}  // namespace

sandbox::sandbox(std::shared_ptr<detail::backend> backend, std::string id)
    : backend_(std::move(backend)), id_(std::move(id)) {}

asio::awaitable<void> sandbox::wait_ready(wait_options options) {
    return public_op(backend_, wait_until_ready(backend_, id_, options));
}

asio::awaitable<exec_result> sandbox::exec(command argv, exec_options options) {
    exec_job job(id_, std::move(options), exec_job::use::to_the_end);
    job.argv = argv.argv();
    return public_op(backend_, run_job(backend_, std::move(job)));
}

asio::awaitable<exec_result> sandbox::bash(std::string script, exec_options options) {
    auto job = script_job(id_, std::move(script), std::move(options), exec_job::use::to_the_end);
    return public_op(backend_, run_job(backend_, std::move(job)));
}

asio::awaitable<process> sandbox::start(command argv, exec_options options) {
    exec_job job(id_, std::move(options), exec_job::use::stream);
    job.argv = argv.argv();
    return public_op(backend_, start_job(backend_, std::move(job)));
}

asio::awaitable<process> sandbox::start_bash(std::string script, exec_options options) {
    auto job = script_job(id_, std::move(script), std::move(options), exec_job::use::stream);
    return public_op(backend_, start_job(backend_, std::move(job)));
}

asio::awaitable<void> sandbox::remove(remove_options options) {
    return public_op(backend_, backend_->remove(id_, options));
}

asio::awaitable<void> sandbox::restart() {
    return public_op(backend_, backend_->restart(id_));
}

}  // namespace ecisbx
