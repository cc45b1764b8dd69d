// The kept lists: signed requests that somebody changed, and changes that mean nothing.
#ifndef ECISBX_TESTS_SECURITY_TAMPERED_REQUESTS_HPP
#define ECISBX_TESTS_SECURITY_TAMPERED_REQUESTS_HPP

#include "security/signed_requests.hpp"

#include <span>

namespace ecisbx::security {

using base_request = wire_request (*)(const account&);

struct tampering {
    const char* what;
    base_request from;
    void (*apply)(wire_request&, const account&);
    int status;
    const char* code;     ///< "": refused by HTTP itself or by the path, in plain text
    bool replay = false;  ///< the untouched request was sent, and accepted, just before
};

/// Each must be refused so.
std::span<const tampering> v3_tamperings();
std::span<const tampering> v1_tamperings();
std::span<const tampering> form_tamperings();
/// For a server that requires an STS token.
std::span<const tampering> token_tamperings();

/// The same request in other words: must be accepted, so that no refusal above is only a server
/// that refuses whatever is unusual.
struct rewording {
    const char* what;
    base_request from;
    void (*apply)(wire_request&, const account&);
};
std::span<const rewording> rewordings();

}  // namespace ecisbx::security

#endif
