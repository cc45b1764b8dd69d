/// @file
/// Whose key signs the calls, and where a client gets it from.
#ifndef ECISBX_ECI_CREDENTIALS_HPP
#define ECISBX_ECI_CREDENTIALS_HPP

#include <ecisbx/secret.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace ecisbx::eci {

/// An access key, permanent or temporary.
class credentials {
public:
    using time_point = std::chrono::sys_seconds;

    credentials() = default;
    /// `token`: of temporary (STS) credentials; they are used together.
    credentials(std::string id, secret key, secret token = {})
        : id_(std::move(id)), key_(std::move(key)), token_(std::move(token)) {}

    /// When the service stops taking them, UTC. Default: not known, which means never for a key
    /// without a token; one with a token is then asked for anew every 5 minutes.
    credentials& expires(time_point at) & { return expires_ = at, *this; }
    credentials&& expires(time_point at) && { return std::move(expires(at)); }

    const std::string& access_key_id() const noexcept { return id_; }
    const secret& access_key_secret() const noexcept { return key_; }
    const secret& security_token() const noexcept { return token_; }
    const std::optional<time_point>& expires() const noexcept { return expires_; }

private:
    std::string id_;
    secret key_;
    secret token_;
    std::optional<time_point> expires_;
};
static_assert(!std::is_aggregate_v<credentials>);

/// A source of your own: gives credentials each time it is called. It is called at the first call
/// of the client, ahead of the expiry it told, and once when the service refuses what it gave;
/// never twice at the same time. Runs on the client's executor; give it a deadline of its own, for
/// callers wait for it until theirs. What it throws becomes the message
/// of an `unauthenticated` error (keep secrets out of it), and after a failure it is left alone for
/// a pause of 1 to 30 s while there is nothing better to do.
using credentials_function = std::function<boost::asio::awaitable<credentials>()>;

/// Where a client gets its access key from; see the setters of `config`.
enum class key_origin {
    none,        ///< nowhere: the client refuses to start
    access_key,  ///< `config::access_key`, or found by `config::from_env`
    chain,       ///< `config::credential_chain`
    profile,     ///< `config::profile`
    provider,    ///< `config::credentials_provider`
};

}  // namespace ecisbx::eci

#endif
