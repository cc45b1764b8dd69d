// Requests of the ECI wire, signed as clients sign them, to be tampered with.
#ifndef ECISBX_TESTS_SECURITY_SIGNED_REQUESTS_HPP
#define ECISBX_TESTS_SECURITY_SIGNED_REQUESTS_HPP

#include "security/raw.hpp"

#include <ecisbx/secret.hpp>

#include <string>

namespace ecisbx::security {

/// Who signs, and for which server.
struct account {
    std::string host;
    std::string id;
    secret key;
    secret token;
};

/// DescribeContainerGroups of `RegionId` and `Limit`, with a nonce of its own and the time of now.
wire_request v3_query(const account& who);  ///< everything in the query
wire_request v3_form(const account& who);   ///< Limit in a form body
wire_request v1_query(const account& who);
wire_request v1_form(const account& who);  ///< everything in a form body

/// Signs all headers that `request` has now and its query and body as they are, so that what was
/// changed before is authentic. `leave_out`: of the signed headers.
void sign_again(wire_request& request, const account& who, const std::string& leave_out = {});
/// The same for the query of a request of the first generation.
void sign_v1_again(wire_request& request, const account& who);

}  // namespace ecisbx::security

#endif
