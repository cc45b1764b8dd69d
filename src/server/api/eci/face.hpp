// The ECI face: HTTP requests in, the service's answers out.
#ifndef ECISBX_SERVER_API_ECI_FACE_HPP
#define ECISBX_SERVER_API_ECI_FACE_HPP

#include "net/http_server.hpp"
#include "proto/api_error.hpp"
#include "server/api/eci/service.hpp"
#include "server/runtime/runtime.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace ecisbx::server::api::eci {

/// `/` is the API; `/exec/?s=<token>` an exec's WebSocket; `/terminal?param=<token>` stands in for
/// the service's browser terminal; `/healthz` says that the server is up.
class face : public std::enable_shared_from_this<face> {
public:
    face(service_ptr s, runtime::log_function log);

    boost::asio::awaitable<net::http_reply> handle(net::http_request request);

private:
    boost::asio::awaitable<net::http_response> answer(net::http_request request);
    boost::asio::awaitable<net::http_response> act(net::http_request request,
                                                   std::string request_id, std::string& action);
    net::http_reply open_exec(const net::http_request& request);
    net::http_response terminal_page(const net::http_request& request);
    net::http_response finish(net::http_response response, const std::string& request_id) const;
    net::http_response failed(const proto::api_failure& failure, const std::string& request_id,
                              const net::http_request& request) const;
    net::http_response plain(int status, std::string text) const;
    std::string authority_of(const net::http_request& request) const;
    void log(log_level level, const std::string& line) const;

    service_ptr service_;
    runtime::log_function log_;
};

}  // namespace ecisbx::server::api::eci

#endif
