#include "eci/credentials/fetch.hpp"

#include <ecisbx/error.hpp>

#include "eci/user_agent.hpp"
#include "net/http_pool.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace ecisbx::eci {

namespace asio = boost::asio;

asio::awaitable<net::http_response> fetch(std::shared_ptr<const net::dialer> how, net::origin where,
                                          net::http_request request, core::deadline until,
                                          core::deadline::duration first_byte) {
    net::http_pool_options limits;
    limits.per_origin = 1;
    limits.limits = net::http_limits{16 * 1024, 64 * 1024};
    auto executor = co_await asio::this_coro::executor;
    // Asked once an hour: a connection is not worth keeping.
    net::http_pool pool(executor, std::move(how), limits);
    net::send_options options;
    options.until = until;
    options.first_byte = first_byte;
    request.headers.add("user-agent", std::string(user_agent()));
    std::optional<net::http_response> answer;
    error_info why;
    try {
        answer = co_await pool.send(where, std::move(request), options);
    } catch (const error& e) {
        why = e.info();
    }
    if (answer) co_return std::move(*answer);
    if (why.code != errc::canceled) why.message = where.authority() + ": " + why.message;
    throw error(std::move(why));
}

}  // namespace ecisbx::eci
