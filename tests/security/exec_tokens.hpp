// The kept list: requests that try to open an exec channel with what is not its token.
#ifndef ECISBX_TESTS_SECURITY_EXEC_TOKENS_HPP
#define ECISBX_TESTS_SECURITY_EXEC_TOKENS_HPP

#include "security/raw.hpp"

#include <span>
#include <string>

namespace ecisbx::security {

/// What an attacker may know or have.
struct exec_tokens {
    std::string good;      ///< not used yet
    std::string used;      ///< opened a channel before
    std::string expired;   ///< 31 s old
    std::string terminal;  ///< of the page, not of the channel
    std::string foreign;   ///< of a sandbox that was removed since
    std::string sandbox;   ///< id of another sandbox
};

struct token_attempt {
    const char* what;
    void (*apply)(wire_request&, const exec_tokens&);
    int status;
    bool spends = false;  ///< the good token is used up by it: whoever had it might
};

/// A WebSocket handshake for `/exec/?s=` and the good token.
wire_request handshake(const exec_tokens& tokens);
/// Each must be refused so.
std::span<const token_attempt> token_attempts();

}  // namespace ecisbx::security

#endif
