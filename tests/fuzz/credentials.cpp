// Where keys come from: the profile files of the vendor's tools, and the answers of the metadata
// service, of STS and of programs. What is accepted is fit to be sent; no message holds a secret.
#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "eci/credentials/answers.hpp"
#include "eci/credentials/check.hpp"
#include "eci/credentials/cli_profile.hpp"
#include "eci/credentials/ini_profile.hpp"

#include <string>
#include <vector>

using namespace ecisbx;
using fuzz::check;

namespace {

void check_visible(std::string_view text, std::size_t longest) {
    check(text.size() <= longest);
    for (char c : text) check(c > ' ' && c < 0x7f);
}

void check_keys(const eci::credentials& keys) {
    check(!keys.access_key_id().empty() && !keys.access_key_secret().empty());
    check_visible(keys.access_key_id(), 256);
    check(keys.access_key_id().find(',') == std::string::npos);
    check_visible(keys.access_key_secret().reveal(), 1024);
    check_visible(keys.security_token().reveal(), 16 * 1024);
}

void check_recipe(const eci::recipe& made) {
    using kind = eci::recipe::kind;
    check(!made.text.empty());
    if (made.what == kind::keys) check_keys(made.keys);
    if (made.what == kind::assume_role) {
        check(made.base != nullptr && !made.role.arn.empty() && !made.role.name.empty());
        check(made.role.seconds >= 900 && made.role.seconds <= 43'200);
    }
    if (made.what == kind::process) check(!made.command.empty());
    if (made.what == kind::uri) check(!made.uri.empty());
    std::size_t depth = 0;
    for (auto base = made.base; base; base = base->base) check(++depth < 10);
}

/// Values of keys that are named like a secret, that are nowhere else in the text.
std::vector<std::string> secrets_in(std::string_view text) {
    constexpr std::string_view harmless =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // The key of a JSON object, or at the beginning of a line.
    const bool json = text.starts_with('{');
    std::vector<std::string> found;
    for (std::string key : {"access_key_secret", "AccessKeySecret", "sts_token"}) {
        key = json ? ",\"" + key + "\":\"" : '\n' + key + '=';
        for (auto at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
            const auto rest = text.substr(at + key.size());
            const auto word = rest.substr(0, rest.find_first_not_of(harmless));
            if (word.size() >= 12 && text.find(word) == text.rfind(word)) found.emplace_back(word);
        }
    }
    return found;
}

template <class Parse>
void read(std::string_view text, Parse parse) {
    try {
        parse(text);
    } catch (const error& e) {
        check(e.code() == errc::protocol || e.code() == errc::invalid_argument ||
              e.code() == errc::not_found || e.code() == errc::unsupported);
        const auto& message = e.info().message;
        check(!message.empty() && message.size() < 1000);
        for (char c : message) check(!core::is_ascii_control(c));
        for (const auto& secret : secrets_in(text)) check(message.find(secret) == message.npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    const auto which = in.below(7);
    const core::utc_time now(std::chrono::seconds(1'767'323'045));
    switch (which) {
        case 0: {
            const std::string section(in.line());
            read(in.rest(),
                 [&](std::string_view file) { check_recipe(eci::ini_recipe(file, section)); });
            break;
        }
        case 1: {
            const std::string profile(in.line());
            read(in.rest(),
                 [&](std::string_view file) { check_recipe(eci::cli_recipe(file, profile, now)); });
            break;
        }
        case 2:
            read(in.rest(), [](std::string_view body) {
                const auto keys = eci::parse_metadata_answer(body);
                check_keys(keys);
                check(!keys.security_token().empty());
            });
            break;
        case 3:
            read(in.rest(),
                 [](std::string_view output) { check_keys(eci::parse_process_answer(output)); });
            break;
        case 4:
            read(in.rest(), [](std::string_view body) {
                const auto keys = eci::parse_sts_answer(body);
                check_keys(keys);
                check(!keys.security_token().empty());
            });
            break;
        case 5:
            read(in.rest(), [](std::string_view body) {
                const auto name = eci::parse_role_name(body);
                check(!name.empty() && name.find_first_of("/?#\r\n ") == std::string::npos);
            });
            break;
        default: {
            const int status = 400 + in.byte();
            const auto type = in.line();
            const std::string token = "eyJhbGciOiJSUzI1NiJ9.token";
            std::string body;  // with the token in the place of each `%`
            for (char c : in.rest())
                if (c == '%')
                    body += token;
                else
                    body += c;
            const auto info = eci::sts_refusal(status, type, body, secret(token));
            check(info.http_status == status && info.message.size() < 1000);
            for (char c : info.to_string()) check(!core::is_ascii_control(c));
            check(info.to_string().find(token.substr(0, 16)) == std::string::npos);
            break;
        }
    }
    return 0;
}
