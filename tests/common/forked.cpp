#include "common/forked.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ecisbx::test {

namespace asio = boost::asio;

namespace {

using control = asio::local::stream_protocol::socket;

// Until the test's process closes its end, or is gone.
asio::awaitable<void> obey(std::shared_ptr<control> on, forked::commands answer) {
    std::string buffer;
    for (;;) {
        boost::system::error_code failure;
        auto size =
            co_await asio::async_read_until(*on, asio::dynamic_buffer(buffer), '\n',
                                            asio::redirect_error(asio::use_awaitable, failure));
        if (failure) break;
        const std::string command = buffer.substr(0, size - 1);
        buffer.erase(0, size);
        const std::string line = answer(command) + '\n';
        co_await asio::async_write(*on, asio::buffer(line), asio::use_awaitable);
    }
    static_cast<asio::io_context&>(asio::query(on->get_executor(), asio::execution::context))
        .stop();
}

void serve(const forked::starter& start, int fd) {
    asio::io_context context(1);
    auto made = start(context);
    auto on = std::make_shared<control>(context, asio::local::stream_protocol(), fd);
    const std::string line = made.told + '\n';
    asio::write(*on, asio::buffer(line));
    asio::co_spawn(context, obey(on, made.answer), asio::detached);
    context.run();
}

asio::awaitable<void> start_local(server::options settings, std::shared_ptr<server::local>* into) {
    auto executor = co_await asio::this_coro::executor;
    auto local = co_await server::start(executor, std::move(settings));
    *into = std::make_shared<server::local>(std::move(local));
}

forked::served serve_local(asio::io_context& context, const server::options& settings) {
    std::shared_ptr<server::local> local;
    std::exception_ptr failure;
    bool ended = false;
    asio::co_spawn(context, start_local(settings, &local), [&](std::exception_ptr e) {
        failure = e;
        ended = true;
    });
    while (!ended) context.run_one();
    if (failure) std::rethrow_exception(failure);
    const auto config = local->eci_config();
    forked::served made;
    made.told = config.endpoint() + ' ' + config.access_key_id() + ' ' +
                std::string(config.access_key_secret().reveal()) + ' ' + config.ca_file();
    made.alive = local;
    return made;
}

}  // namespace

forked::forked(const starter& start) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error("socketpair");
    socket_.reset(ends[0]);
    core::unique_fd other(ends[1]);
    std::fflush(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        socket_.reset();
        int status = 0;
        try {
            serve(start, other.release());
        } catch (const std::exception& e) {
            std::fprintf(stderr, "forked server: %s\n", e.what());
            status = 1;
        }
        ::_exit(status);
    }
    other.reset();
    told_ = read_line();
}

forked::~forked() {
    socket_.reset();
    ::waitpid(child_, nullptr, 0);
}

std::string forked::ask(const std::string& command) {
    const std::string line = command + '\n';
    if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(line.size()))
        throw std::runtime_error("the forked server is gone");
    return read_line();
}

std::string forked::read_line() {
    std::string line;
    for (char c = 0; ::read(socket_.get(), &c, 1) == 1;) {
        if (c == '\n') return line;
        line += c;
    }
    throw std::runtime_error("the forked server has ended");
}

server_process::server_process(server::options settings)
    : process_([&settings](asio::io_context& context) { return serve_local(context, settings); }) {
    std::istringstream words(process_.told());
    std::string endpoint, id, key, ca;
    words >> endpoint >> id >> key >> ca;
    config_.endpoint(endpoint).access_key(id, secret(key));
    if (!ca.empty()) config_.ca_file(ca);
}

}  // namespace ecisbx::test
