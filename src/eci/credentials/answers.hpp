// Credentials as the services and programs that give them write them.
#ifndef ECISBX_ECI_CREDENTIALS_ANSWERS_HPP
#define ECISBX_ECI_CREDENTIALS_ANSWERS_HPP

#include <ecisbx/eci/credentials.hpp>
#include <ecisbx/error.hpp>

#include <string>
#include <string_view>

namespace ecisbx::eci {

/// Of the metadata service and of a credentials URI: `{"Code":"Success","AccessKeyId",
/// "AccessKeySecret","SecurityToken","Expiration"}`. Throws `protocol`.
credentials parse_metadata_answer(std::string_view body);

/// Of an external program: `{"mode":"AK" or "StsToken","access_key_id","access_key_secret",
/// "sts_token","expiration"}`. Throws `protocol`, `unsupported` for another mode.
credentials parse_process_answer(std::string_view output);

/// Of STS: `{"Credentials":{"AccessKeyId","AccessKeySecret","SecurityToken","Expiration"}}`.
/// Throws `protocol`.
credentials parse_sts_answer(std::string_view body);

/// What STS refused: its code, and its message unless that may repeat what was sent.
error_info sts_refusal(int status, std::string_view content_type, std::string_view body,
                       const secret& token_sent);

/// The name of a role as the metadata service lists it: the first line. Throws `protocol` when that
/// is no name.
std::string parse_role_name(std::string_view body);

}  // namespace ecisbx::eci

#endif
