// Requests to the vendor's token service (STS, version 2015-04-01).
#ifndef ECISBX_ECI_CREDENTIALS_STS_HPP
#define ECISBX_ECI_CREDENTIALS_STS_HPP

#include <ecisbx/eci/credentials.hpp>
#include <ecisbx/secret.hpp>

#include "core/time.hpp"

#include <cstdint>
#include <string>

namespace ecisbx::eci {

/// A session of a role.
struct role_session {
    std::string arn;
    std::string name;  ///< of the session; empty: `ecisbx-` and a random part
    std::string external_id;
    std::string policy;
    std::int64_t seconds = 0;  ///< 0: 3600; else 900 to 43200
    std::string region;        ///< of the STS host; empty: the central one
    bool vpc = false;
};

/// With the defaults filled in. Throws `invalid_argument` that names what can not be right.
role_session completed(role_session role);

/// `sts.aliyuncs.com`, `sts.<region>.aliyuncs.com` or `sts-vpc.<region>.aliyuncs.com`. Without a
/// region the inner network has no host: the central one. Throws `invalid_argument` for a bad
/// region.
std::string sts_host(const std::string& region, bool vpc);

/// The form body of AssumeRole, signed (V1, POST).
std::string assume_role_form(const role_session& role, const credentials& as, core::utc_time now,
                             const std::string& nonce);

/// The form body of AssumeRoleWithOIDC, which is not signed.
std::string oidc_form(const role_session& role, const std::string& provider_arn,
                      const secret& token, core::utc_time now);

}  // namespace ecisbx::eci

#endif
