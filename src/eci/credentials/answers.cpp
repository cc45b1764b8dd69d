#include "eci/credentials/answers.hpp"

#include "core/ascii.hpp"
#include "eci/credentials/check.hpp"
#include "proto/api_error.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::eci {
namespace {

credentials read_keys(const boost::json::object& from) {
    credentials keys(text_of(from, "AccessKeyId"), secret(text_of(from, "AccessKeySecret")),
                     secret(text_of(from, "SecurityToken")));
    if (auto at = expiry_of(text_of(from, "Expiration"))) keys.expires(*at);
    if (keys.security_token().empty())
        throw error(errc::protocol, "there is no security token beside the access key");
    return checked(std::move(keys));
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@+=").find(c) != std::string_view::npos;
}

}  // namespace

credentials parse_metadata_answer(std::string_view body) {
    auto answer = read_object(body, "the answer");
    auto code = text_of(answer, "Code");
    if (code != "Success")
        throw error(errc::protocol, "the answer's Code is " + shown(code) + ", not 'Success'");
    return read_keys(answer);
}

credentials parse_process_answer(std::string_view output) {
    auto answer = read_object(output, "the program's output");
    auto mode = text_of(answer, "mode");
    auto known = core::ascii_lower(mode);
    if (!known.empty() && known != "ak" && known != "ststoken")
        throw error(errc::unsupported,
                    "the program answered mode " + shown(mode) + "; AK and StsToken are known");
    credentials keys(text_of(answer, "access_key_id"), secret(text_of(answer, "access_key_secret")),
                     secret(text_of(answer, "sts_token")));
    if (known == "ststoken" && keys.security_token().empty())
        throw error(errc::protocol, "the program answered mode StsToken without sts_token");
    if (auto at = expiry_of(text_of(answer, "expiration"))) keys.expires(*at);
    return checked(std::move(keys));
}

credentials parse_sts_answer(std::string_view body) {
    auto answer = read_object(body, "the answer of STS");
    const auto* inner = answer.if_contains("Credentials");
    if (!inner || !inner->is_object())
        throw error(errc::protocol, "the answer of STS has no Credentials");
    return read_keys(inner->get_object());
}

error_info sts_refusal(int status, std::string_view content_type, std::string_view body,
                       const secret& token_sent) {
    auto refusal = proto::parse_api_error(status, content_type, body);
    auto info = proto::make_error_info("STS", refusal);
    constexpr std::size_t telling = 16, longest = 300;
    auto begin_of_token = token_sent.reveal().substr(0, telling);
    auto repeats_token = [&](const std::string& text) {
        return !begin_of_token.empty() && text.find(begin_of_token) != std::string::npos;
    };
    for (auto* text : {&refusal.code, &info.service_code, &info.request_id})
        if (repeats_token(*text)) text->clear();
    bool may_echo = refusal.code.starts_with("SignatureDoesNotMatch") ||
                    refusal.code == "IncompleteSignature" || refusal.message.size() > longest ||
                    repeats_token(refusal.message);
    info.message = "STS refused with HTTP status " + std::to_string(status);
    if (!refusal.code.empty()) info.message += " and code " + shown(refusal.code);
    if (!may_echo && !refusal.code.empty() && !refusal.message.empty())
        info.message += ": " + refusal.message;
    return info;
}

std::string parse_role_name(std::string_view body) {
    auto line = core::trimmed(body.substr(0, body.find('\n')));
    if (line.empty() || line.size() > 128 ||
        !std::all_of(line.begin(), line.end(), is_name_character))
        throw error(errc::protocol, "the metadata service did not answer with the name of a role");
    return std::string(line);
}

}  // namespace ecisbx::eci
