// How to get credentials, as a profile says it: a value, made without I/O.
#ifndef ECISBX_ECI_CREDENTIALS_RECIPE_HPP
#define ECISBX_ECI_CREDENTIALS_RECIPE_HPP

#include <ecisbx/eci/credentials.hpp>

#include "eci/credentials/sts.hpp"

#include <memory>
#include <string>

namespace ecisbx::eci {

struct recipe {
    enum class kind { keys, assume_role, oidc, metadata, process, uri };
    kind what = kind::keys;
    std::string text;  ///< for people: `profile 'x', mode AK`

    credentials keys;                    ///< keys
    role_session role;                   ///< assume_role, oidc
    std::shared_ptr<const recipe> base;  ///< assume_role: whose key asks
    std::string provider_arn;            ///< oidc
    std::string token_file;              ///< oidc
    std::string role_name;               ///< metadata; empty: the one that it lists
    std::string command;                 ///< process
    std::string uri;                     ///< uri
};

/// An RSA or CloudSSO key and the like: known, and why it can not be used. Throws `unsupported`.
[[noreturn]] void refuse_kind(const std::string& kind, const std::string& why);

}  // namespace ecisbx::eci

#endif
