// From a verified request to the action that it names.
#ifndef ECISBX_SERVER_API_ECI_DISPATCH_HPP
#define ECISBX_SERVER_API_ECI_DISPATCH_HPP

#include "net/http.hpp"
#include "proto/verify.hpp"
#include "server/api/eci/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace ecisbx::server::api::eci {

/// Checks method, signature, clock, nonce, version and that all texts are well-formed UTF-8
/// without NUL. Throws `proto::api_refusal`.
proto::verified_request authenticate(service& s, const net::http_request& request);

call_ptr make_call(proto::verified_request request, std::string authority);

bool is_served(std::string_view action);

/// Throws `proto::api_refusal`: 404 `InvalidAction.NotFound` for an action that is not served, 400
/// `Throttling.User` for one whose quota is used up.
boost::asio::awaitable<boost::json::object> dispatch(service_ptr s, call_ptr c);

}  // namespace ecisbx::server::api::eci

#endif
