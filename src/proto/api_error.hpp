// Error answers of the vendor's API: what they say, what they mean, how a server writes them.
#ifndef ECISBX_PROTO_API_ERROR_HPP
#define ECISBX_PROTO_API_ERROR_HPP

#include <ecisbx/error.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::proto {

/// An error answer, read. All texts are well-formed UTF-8 without control characters (line breaks
/// and tabs excepted) and of bounded length; any of them may be empty.
struct api_error {
    int http_status = 0;
    std::string code;
    std::string message;
    std::string request_id;
    std::string recommend;
    std::string access_denied_detail;  ///< JSON text, as it came
};

/// Reads any body: a JSON object, XML when the content type says so, else the message quotes the
/// beginning of the body. Never throws for what the peer sent.
api_error parse_api_error(int http_status, std::string_view content_type, std::string_view body);

/// What an error of the service means. Looks at the code first, at `does not exist` in the message
/// second (the codes for an unknown group are not documented), at the HTTP status last.
errc condition_of(const api_error& what);

/// The code refuses the key or its token as one that is not valid any more: another one may be. Not
/// for signatures and permissions, which another key of the same holder does not mend.
bool refuses_credentials(std::string_view code);

/// For `ecisbx::error`. `attempts` stays 1.
error_info make_error_info(std::string doing, const api_error& what);

/// An error to answer with.
struct api_failure {
    int http_status = 400;
    std::string code;
    std::string message;
    std::vector<std::pair<std::string, std::string>> headers = {};  ///< of the answer
};

/// `Missing<name>`, "<name> is mandatory for this action."
api_failure missing_parameter(std::string_view name);
/// `InvalidParameter`, "The specified parameter <name> is not valid: <why>."
api_failure invalid_parameter(std::string_view name, std::string_view why);

/// Thrown by what reads a request's parameters; a server answers with `failure()`.
class api_refusal : public std::exception {
public:
    explicit api_refusal(api_failure failure) : failure_(std::move(failure)) {}
    const api_failure& failure() const noexcept { return failure_; }
    const char* what() const noexcept override { return failure_.message.c_str(); }

private:
    api_failure failure_;
};

/// The JSON body with the vendor's five fields. Its content type is `api_error_content_type`.
std::string render_api_failure(const api_failure& failure, std::string_view request_id,
                               std::string_view host_id);
inline constexpr std::string_view api_error_content_type = "application/json;charset=utf-8";

}  // namespace ecisbx::proto

#endif
