/// @file
/// Errors: one exception type, portable conditions to compare it against.
#ifndef ECISBX_ERROR_HPP
#define ECISBX_ERROR_HPP

#include <ecisbx/export.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/system_error.hpp>

#include <iosfwd>
#include <string>
#include <type_traits>

namespace ecisbx {

/// Portable conditions. Compare any `error_code` that reaches you against them:
/// `if (e.code() == ecisbx::errc::throttled) ...`. Codes of Asio and of the operating
/// system compare equal too where they mean the same thing.
enum class errc {
    timeout = 1,       ///< a deadline passed before there was an answer
    canceled,          ///< the operation was cancelled by its caller
    throttled,         ///< the service limits the rate of calls
    not_found,         ///< the thing that was named does not exist
    unauthenticated,   ///< credentials are missing, wrong, expired or disabled
    forbidden,         ///< the credentials are valid but not allowed to do this
    conflict,          ///< the state of the thing does not permit this now
    no_stock,          ///< the service has no capacity of the kind asked for
    quota_exceeded,    ///< a quota of the account is used up
    protocol,          ///< the peer sent something that its protocol does not allow
    connection,        ///< a connection was refused, reset or cut
    resolve,           ///< a host name could not be resolved
    tls,               ///< the TLS handshake failed or the certificate was not accepted
    clock_skew,        ///< the local clock is too far off the service's
    invalid_argument,  ///< an argument or a setting is not acceptable; nothing was done
    too_large,         ///< a size limit was exceeded
    unavailable,       ///< the service answered that it can not serve now (5xx)
    not_ready,         ///< the sandbox ended, failed, or can not become ready
    unsupported,       ///< this backend or image can not do this
    service,           ///< any other refusal of the service; see `service_code`
    no_descriptors,    ///< this process or machine may open no more files; see `ulimit -n`
};

/// The category of `errc`; its name is "ecisbx".
ECISBX_API const boost::system::error_category& error_category() noexcept;

/// What `code == errc::...` compares with.
ECISBX_API boost::system::error_condition make_error_condition(errc e) noexcept;
/// A code of `error_category()`, such as every `error_info::code` is.
ECISBX_API boost::system::error_code make_error_code(errc e) noexcept;

/// Everything known about a failure. Never holds a secret: no key, no token, no exec URL.
class ECISBX_API error_info {
public:
    error_info() = default;
    /// `message`: what went wrong, without a secret in it.
    error_info(errc condition, std::string message);

    boost::system::error_code code;   ///< always of `error_category()`; compare with `errc`
    boost::system::error_code cause;  ///< what the system, TLS or Asio reported, if anything
    std::string doing;                ///< what was being done, e.g. "CreateContainerGroup"
    std::string message;              ///< what went wrong and, where it helps, what was expected
    std::string request_id;           ///< the service's id of the request, if there was an answer
    std::string service_code;         ///< the service's own code, e.g. "Throttling.User"
    int http_status = 0;              ///< HTTP status of the answer; 0 without one
    int attempts = 1;                 ///< attempts made, the failed one included

    /// One line: `doing: message (code, request id ..., n attempts)`.
    std::string to_string() const;
};

/// `info.to_string()`.
ECISBX_API std::ostream& operator<<(std::ostream& os, const error_info& info);

/// Thrown when the service or the connection failed. A user's command that fails is not an error:
/// it is in the result.
class ECISBX_API error : public boost::system::system_error {
public:
    /// With everything that is known.
    explicit error(error_info info);
    /// With a condition and a message; see `error_info`.
    error(errc condition, std::string message);

    const error_info& info() const noexcept { return info_; }
    /// `info().to_string()`.
    const char* what() const noexcept override { return text_.c_str(); }

private:
    error_info info_;
    std::string text_;
};

}  // namespace ecisbx

/// @cond
template <>
struct boost::system::is_error_condition_enum<ecisbx::errc> : std::true_type {};
/// @endcond

#endif
