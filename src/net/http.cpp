#include "net/http.hpp"

#include "net/http_io.hpp"
#include "net/http_reader.hpp"
#include "net/http_writer.hpp"
#include "net/read_buffer.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <exception>

namespace ecisbx::net {

namespace asio = boost::asio;

namespace {

// Of two clocks, the message names the one that ran out.
[[noreturn]] void rethrow(std::exception_ptr failure, bool begun, core::deadline until) {
    const auto info = error_info_from(failure);
    if (info.code == errc::timeout && !begun && !until.expired())
        throw error(errc::timeout, "the server did not begin to answer in time");
    std::rethrow_exception(failure);
}

}  // namespace

asio::awaitable<http_response> http_exchange(stream& on, const http_request& request,
                                             http_limits limits,
                                             core::deadline::duration first_byte,
                                             core::deadline until, exchange_progress& progress) {
    using kind = http_reader::kind;
    http_reader reader(request.method == "HEAD" ? kind::response_to_head : kind::response, limits);
    std::string head = write_request_head(request);
    co_await write_message(on, std::move(head), request.body, until);
    progress.request_written = true;

    read_buffer buffer;
    std::exception_ptr failure;
    try {
        co_await read_response(on, reader, buffer, core::deadline::after(first_byte), until);
    } catch (...) {
        failure = std::current_exception();
    }
    progress.response_begun = reader.begun();
    if (failure) rethrow(failure, reader.begun(), until);

    http_response response = reader.take_response();
    if (response.status == 101)
        throw error(errc::protocol, "malformed HTTP answer: a switch that was not asked for");
    // Bytes behind an answer belong to nothing we asked for: the connection is not to be trusted.
    if (!buffer.empty()) response.keep_alive = false;
    co_return response;
}

}  // namespace ecisbx::net
