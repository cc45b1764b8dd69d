// The steps that the verification of both signature generations is made of. Each throws
// `api_refusal` with what to answer.
#ifndef ECISBX_PROTO_VERIFY_STEPS_HPP
#define ECISBX_PROTO_VERIFY_STEPS_HPP

#include "proto/verify.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::proto {

/// One request on its way through the checks.
struct verification {
    const incoming_request& request;
    const access_key_lookup& lookup;
    core::utc_time now;
    nonce_cache& nonces;
    const verify_limits& limits;
    parameter_list query;   ///< decoded
    parameter_list merged;  ///< query and form body; no name twice

    /// The value of a header that must not be there twice, trimmed.
    std::optional<std::string_view> header(std::string_view name) const;
    std::optional<std::string_view> parameter(std::string_view name) const;

    access_key find_key(std::string_view id) const;
    core::utc_time check_date(std::string_view text) const;
    /// The token may come as header or as parameter, whatever the generation.
    void check_token(const access_key& key) const;
    void check_nonce_form(std::string_view nonce) const;
    /// Last of all: only an authentic request may leave a trace.
    void use_nonce(std::string_view key_id, std::string_view nonce, core::utc_time date) const;

    verified_request verify_v1() const;
    verified_request verify_v3(std::string_view authorization) const;
};

[[noreturn]] void refuse(int http_status, std::string code, std::string message);
[[noreturn]] void refuse_incomplete(std::string_view why);

/// Reads the target's query and a form body into `query` and `merged`; refuses what is too much,
/// badly encoded, not UTF-8, given twice, or a body of another kind.
void read_parameters(verification& on);

}  // namespace ecisbx::proto

#endif
