// Requests of the third generation, ACS3-HMAC-SHA256, all parameters in the query.
#include "core/sha256.hpp"
#include "core/time.hpp"
#include "security/tampered_requests.hpp"

#include <string>

namespace ecisbx::security {

namespace {

constexpr const char* mismatch = "SignatureDoesNotMatch";
constexpr const char* incomplete = "IncompleteSignature";
using request = wire_request;
using who = const account&;

std::string& authorization(request& r) {
    return r.header("authorization");
}

std::size_t signature_at(request& r) {
    return authorization(r).find("Signature=") + 10;
}

std::string signature(request& r) {
    return authorization(r).substr(signature_at(r));
}

void set_signature(request& r, const std::string& text) {
    authorization(r).replace(signature_at(r), std::string::npos, text);
}

void dated(request& r, who a, core::utc_time at) {
    r.header("x-acs-date") = core::format_rfc3339(at);
    sign_again(r, a);
}

void dated(request& r, who a, const char* text) {
    r.header("x-acs-date") = text;
    sign_again(r, a);
}

const tampering rows[] = {
    // Parameters
    {"a parameter changed", v3_query, [](request& r, who) { replace(r.target, "Limit=7", "Limit=8"); }, 400, mismatch},
    {"a parameter emptied", v3_query, [](request& r, who) { replace(r.target, "Limit=7", "Limit="); }, 400, mismatch},
    {"a parameter removed", v3_query, [](request& r, who) { replace(r.target, "&Limit=7", ""); }, 400, mismatch},
    {"all parameters removed", v3_query, [](request& r, who) { r.target = "/"; }, 400, mismatch},
    {"a parameter added", v3_query, [](request& r, who) { r.target += "&Status=Running"; }, 400, mismatch},
    {"a parameter without value added", v3_query, [](request& r, who) { r.target += "&x"; }, 400, mismatch},
    {"a parameter twice, equal", v3_query, [](request& r, who) { r.target += "&Limit=7"; }, 400, "InvalidParameter"},
    {"a parameter twice, different", v3_query, [](request& r, who) { r.target += "&Limit=1"; }, 400, "InvalidParameter"},
    {"a parameter twice, the second name encoded", v3_query, [](request& r, who) { r.target += "&%4Cimit=1"; }, 400, "InvalidParameter"},
    {"a parameter twice, signed so", v3_query, [](request& r, who a) { r.target += "&Limit=1"; sign_again(r, a); }, 400, "InvalidParameter"},
    {"a name in lower case", v3_query, [](request& r, who) { replace(r.target, "Limit", "limit"); }, 400, mismatch},
    {"a value in upper case", v3_query, [](request& r, who) { replace(r.target, "cn-shanghai", "CN-SHANGHAI"); }, 400, mismatch},
    {"two values exchanged", v3_query, [](request& r, who) { r.target = "/?RegionId=7&Limit=cn-shanghai"; }, 400, mismatch},
    {"two parameters made one", v3_query, [](request& r, who) { replace(r.target, "&Limit=7", "%26Limit%3D7"); }, 400, mismatch},
    {"two parameters made one name", v3_query, [](request& r, who) { r.target = "/?Limit%3D7%26RegionId=cn-shanghai"; }, 400, mismatch},
    {"semicolon between parameters", v3_query, [](request& r, who) { replace(r.target, "&Limit", ";Limit"); }, 400, mismatch},
    {"encoded twice", v3_query, [](request& r, who) { replace(r.target, "cn-shanghai", "cn%252Dshanghai"); }, 400, mismatch},
    {"a plus for a space that is none", v3_query, [](request& r, who) { replace(r.target, "Limit=7", "Limit=7+"); }, 400, mismatch},
    {"a bad escape", v3_query, [](request& r, who) { replace(r.target, "Limit=7", "Limit=%7"); }, 400, "InvalidParameter"},
    {"an overlong UTF-8 sequence", v3_query, [](request& r, who) { r.target += "&x=%C0%AF"; }, 400, "InvalidParameter"},
    {"a NUL behind a value", v3_query, [](request& r, who) { replace(r.target, "Limit=7", "Limit=7%00"); }, 400, mismatch},
    {"a NUL, signed", v3_query, [](request& r, who a) { r.target += "&Name=a%00b"; sign_again(r, a); }, 400, "InvalidParameter"},
    {"no name", v3_query, [](request& r, who) { r.target += "&=x"; }, 400, "InvalidParameter"},
    {"a Cyrillic letter that looks Latin", v3_query, [](request& r, who) { replace(r.target, "cn-", "%D1%81n-"); }, 400, mismatch},
    {"a full-width digit", v3_query, [](request& r, who) { replace(r.target, "Limit=7", "Limit=%EF%BC%97"); }, 400, mismatch},
    {"a right-to-left mark", v3_query, [](request& r, who) { r.target += "%E2%80%8F"; }, 400, mismatch},
    {"a fragment", v3_query, [](request& r, who) { r.target += "#x"; }, 400, mismatch},
    {"a name of 600 bytes", v3_query, [](request& r, who) { r.target += "&" + std::string(600, 'a') + "=1"; }, 400, "InvalidParameter.ValueExceeded"},
    {"2,001 parameters", v3_query, [](request& r, who) { for (int i = 0; i < 2001; ++i) r.target += "&a" + std::to_string(i); }, 400, "InvalidParameter.ValueExceeded"},
    {"a target of 200 KB", v3_query, [](request& r, who) { r.target += "&x=" + std::string(200'000, 'a'); }, 431, ""},
    {"a body that was not signed", v3_query, [](request& r, who) { r.body = "Status=Running"; r.add("content-type", "application/x-www-form-urlencoded"); }, 400, incomplete},
    {"a body without a type", v3_query, [](request& r, who) { r.body = "Status=Running"; }, 400, "InvalidParameter"},

    // Method and path
    {"GET for POST", v3_query, [](request& r, who) { r.method = "GET"; }, 400, mismatch},
    {"PUT", v3_query, [](request& r, who) { r.method = "PUT"; }, 405, "UnsupportedHTTPMethod"},
    {"DELETE, signed", v3_query, [](request& r, who a) { r.method = "DELETE"; sign_again(r, a); }, 405, "UnsupportedHTTPMethod"},
    {"HEAD, signed", v3_query, [](request& r, who a) { r.method = "HEAD"; sign_again(r, a); }, 405, ""},
    {"a method in lower case", v3_query, [](request& r, who a) { r.method = "post"; sign_again(r, a); }, 405, "UnsupportedHTTPMethod"},
    {"TRACE", v3_query, [](request& r, who) { r.method = "TRACE"; }, 405, "UnsupportedHTTPMethod"},
    {"CONNECT", v3_query, [](request& r, who a) { r.method = "CONNECT"; r.target = a.host; }, 501, ""},
    {"method tunnelled in a header", v3_query, [](request& r, who) { r.method = "GET"; r.add("X-HTTP-Method-Override", "POST"); }, 400, mismatch},
    {"method tunnelled in the query", v3_query, [](request& r, who) { r.target += "&_method=POST"; }, 400, mismatch},
    {"path //", v3_query, [](request& r, who) { r.target.insert(0, "/"); }, 404, ""},
    {"path /.", v3_query, [](request& r, who) { r.target.insert(1, "."); }, 404, ""},
    {"path /%2f", v3_query, [](request& r, who) { r.target.insert(1, "%2f"); }, 404, ""},
    {"path of another service's style", v3_query, [](request& r, who) { r.target.insert(1, "api/v1"); }, 404, ""},

    // What is signed
    {"host out of the signed headers", v3_query, [](request& r, who a) { sign_again(r, a, "host"); }, 400, incomplete},
    {"action out of the signed headers", v3_query, [](request& r, who a) { sign_again(r, a, "x-acs-action"); }, 400, incomplete},
    {"date out of the signed headers", v3_query, [](request& r, who a) { sign_again(r, a, "x-acs-date"); }, 400, incomplete},
    {"nonce out of the signed headers", v3_query, [](request& r, who a) { sign_again(r, a, "x-acs-signature-nonce"); }, 400, incomplete},
    {"hash out of the signed headers", v3_query, [](request& r, who a) { sign_again(r, a, "x-acs-content-sha256"); }, 400, incomplete},
    {"version cut out of the list only", v3_query, [](request& r, who) { replace(authorization(r), ";x-acs-version", ""); }, 400, incomplete},
    {"an unsigned header of the service added", v3_query, [](request& r, who) { r.add("x-acs-security-token", "x"); }, 400, incomplete},
    {"a name added to the list", v3_query, [](request& r, who) { replace(authorization(r), "SignedHeaders=host", "SignedHeaders=accept;host"); }, 400, incomplete},
    {"list and header added", v3_query, [](request& r, who) { r.add("accept", "*/*"); replace(authorization(r), "SignedHeaders=host", "SignedHeaders=accept;host"); }, 400, mismatch},
    {"the list out of order", v3_query, [](request& r, who) { replace(authorization(r), "SignedHeaders=host;x-acs-action", "SignedHeaders=x-acs-action;host"); }, 400, incomplete},
    {"a name twice in the list", v3_query, [](request& r, who) { replace(authorization(r), "SignedHeaders=host", "SignedHeaders=host;host"); }, 400, incomplete},
    {"the list in upper case", v3_query, [](request& r, who) { replace(authorization(r), "=host;", "=Host;"); }, 400, incomplete},
    {"an empty list", v3_query, [](request& r, who) { auto& v = authorization(r); auto at = v.find("SignedHeaders=") + 14; v.erase(at, v.find(',', at) - at); }, 400, incomplete},
    {"a list of 100 names", v3_query, [](request& r, who a) { for (int i = 100; i < 200; ++i) r.add("a" + std::to_string(i), "x"); sign_again(r, a); }, 400, "InvalidParameter.ValueExceeded"},

    // The headers that mean something
    {"another action", v3_query, [](request& r, who) { r.header("x-acs-action") = "DescribeRegions"; }, 400, mismatch},
    {"the action in lower case", v3_query, [](request& r, who) { r.header("x-acs-action") = "describecontainergroups"; }, 400, mismatch},
    {"the action in lower case, signed", v3_query, [](request& r, who a) { r.header("x-acs-action") = "describecontainergroups"; sign_again(r, a); }, 404, "InvalidAction.NotFound"},
    {"an action with a look-alike letter", v3_query, [](request& r, who) { replace(r.header("x-acs-action"), "c", "\xd1\x81"); }, 400, mismatch},
    {"the action twice, the other first", v3_query, [](request& r, who) { r.headers.insert(r.headers.begin(), {"x-acs-action", "DeleteContainerGroup"}); }, 400, incomplete},
    {"the action twice, the other last, signed", v3_query, [](request& r, who) { r.add("X-Acs-Action", "DeleteContainerGroup"); }, 400, incomplete},
    {"no action", v3_query, [](request& r, who) { r.drop("x-acs-action"); }, 400, "MissingAction"},
    {"the action as a parameter only", v3_query, [](request& r, who a) { r.drop("x-acs-action"); r.target += "&Action=DescribeContainerGroups"; sign_again(r, a); }, 400, "MissingAction"},
    {"another version", v3_query, [](request& r, who) { r.header("x-acs-version") = "2018-08-09"; }, 400, mismatch},
    {"another version, signed", v3_query, [](request& r, who a) { r.header("x-acs-version") = "2018-08-09"; sign_again(r, a); }, 400, "InvalidVersion"},
    {"another host", v3_query, [](request& r, who) { r.header("host") = "eci.cn-beijing.aliyuncs.com"; }, 400, mismatch},
    {"signed for another host", v3_query, [](request& r, who a) { r.header("host") = "eci.cn-beijing.aliyuncs.com"; sign_again(r, a); r.header("host") = a.host; }, 400, mismatch},
    {"no host", v3_query, [](request& r, who) { r.drop("host"); }, 400, ""},
    {"two hosts", v3_query, [](request& r, who a) { r.add("Host", a.host); }, 400, ""},
    {"x-acs-accesskey-id of another key", v3_query, [](request& r, who a) { r.add("x-acs-accesskey-id", "other"); sign_again(r, a); }, 400, incomplete},
    {"a header with a NUL", v3_query, [](request& r, who) { r.header("x-acs-action") += std::string("\0x", 2); }, 400, ""},
    {"a header of 17 KB", v3_query, [](request& r, who a) { r.add("x-acs-big", std::string(17'000, 'a')); sign_again(r, a); }, 400, "InvalidParameter.ValueExceeded"},
    {"300 headers", v3_query, [](request& r, who) { for (int i = 0; i < 300; ++i) r.add("h" + std::to_string(i), ""); }, 431, ""},

    // Hash of the body
    {"the hash of another body", v3_query, [](request& r, who) { r.header("x-acs-content-sha256") = core::sha256_hex("x"); }, 400, mismatch},
    {"UNSIGNED-PAYLOAD", v3_query, [](request& r, who) { r.header("x-acs-content-sha256") = "UNSIGNED-PAYLOAD"; }, 400, mismatch},
    {"the hash in upper case", v3_query, [](request& r, who) { for (char& c : r.header("x-acs-content-sha256")) if (c >= 'a') c = static_cast<char>(c - 32); }, 400, mismatch},
    {"no hash", v3_query, [](request& r, who) { r.drop("x-acs-content-sha256"); }, 400, incomplete},

    // Signature and algorithm
    {"an empty signature", v3_query, [](request& r, who) { set_signature(r, ""); }, 400, incomplete},
    {"a signature of zeros", v3_query, [](request& r, who) { set_signature(r, std::string(64, '0')); }, 400, mismatch},
    {"one bit of the signature", v3_query, [](request& r, who) { auto s = signature(r); s[63] = s[63] == '0' ? '1' : '0'; set_signature(r, s); }, 400, mismatch},
    {"a truncated signature", v3_query, [](request& r, who) { set_signature(r, signature(r).substr(0, 32)); }, 400, incomplete},
    {"a longer signature", v3_query, [](request& r, who) { set_signature(r, signature(r) + "00"); }, 400, incomplete},
    {"a signature in upper case", v3_query, [](request& r, who) { auto s = signature(r); for (char& c : s) if (c >= 'a') c = static_cast<char>(c - 32); if (s == signature(r)) s = "A"; set_signature(r, s); }, 400, incomplete},
    {"another algorithm", v3_query, [](request& r, who) { replace(authorization(r), "ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"); }, 400, incomplete},
    {"an algorithm without a key", v3_query, [](request& r, who) { replace(authorization(r), "ACS3-HMAC-SHA256", "ACS3-SHA256"); }, 400, incomplete},
    {"algorithm none", v3_query, [](request& r, who) { replace(authorization(r), "ACS3-HMAC-SHA256", "none"); }, 400, "MissingAccessKeyId"},
    {"the algorithm in lower case", v3_query, [](request& r, who) { replace(authorization(r), "ACS3-HMAC-SHA256", "acs3-hmac-sha256"); }, 400, "MissingAccessKeyId"},
    {"no Authorization", v3_query, [](request& r, who) { r.drop("authorization"); }, 400, "MissingAccessKeyId"},
    {"an empty Authorization", v3_query, [](request& r, who) { authorization(r).clear(); }, 400, "MissingAccessKeyId"},
    {"Basic", v3_query, [](request& r, who) { authorization(r) = "Basic YWRtaW46YWRtaW4="; }, 400, "MissingAccessKeyId"},
    {"Authorization twice, equal", v3_query, [](request& r, who) { r.add("Authorization", authorization(r)); }, 400, incomplete},
    {"Authorization twice, garbage last", v3_query, [](request& r, who) { r.add("Authorization", "x"); }, 400, incomplete},
    {"Authorization twice, garbage first", v3_query, [](request& r, who) { r.headers.insert(r.headers.begin(), {"Authorization", "x"}); }, 400, incomplete},
    {"a folded Authorization", v3_query, [](request& r, who) { replace(authorization(r), ",Signature", ",\r\n Signature"); }, 400, ""},
    {"a space before the colon", v3_query, [](request& r, who) { auto value = authorization(r); r.drop("authorization"); r.add("authorization ", value); }, 400, ""},
    {"a part twice", v3_query, [](request& r, who a) { authorization(r) += ",Credential=" + a.id; }, 400, incomplete},
    {"an unknown part", v3_query, [](request& r, who) { authorization(r) += ",Admin=true"; }, 400, incomplete},
    {"an Authorization of 5 KB", v3_query, [](request& r, who) { authorization(r) += std::string(5000, ' ') + "x"; }, 400, incomplete},
    {"a signature of the first generation beside it", v3_query, [](request& r, who) { r.target += "&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D"; }, 400, mismatch},

    // Keys
    {"an unknown key", v3_query, [](request& r, who a) { account b = a; b.id = "nobody"; sign_again(r, b); }, 404, "InvalidAccessKeyId.NotFound"},
    {"the id of the key in lower case", v3_query, [](request& r, who a) { account b = a; for (char& c : b.id) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; sign_again(r, b); }, 404, "InvalidAccessKeyId.NotFound"},
    {"the start of the key's id", v3_query, [](request& r, who a) { account b = a; b.id.pop_back(); sign_again(r, b); }, 404, "InvalidAccessKeyId.NotFound"},
    {"no key id", v3_query, [](request& r, who a) { account b = a; b.id.clear(); sign_again(r, b); }, 400, "MissingAccessKeyId"},
    {"a key id with a NUL", v3_query, [](request& r, who a) { account b = a; b.id += '\0'; sign_again(r, b); }, 400, ""},
    {"a key id with a space", v3_query, [](request& r, who a) { replace(authorization(r), a.id, a.id + " "); }, 400, incomplete},
    {"an empty secret", v3_query, [](request& r, who a) { account b = a; b.key = secret(); sign_again(r, b); }, 400, mismatch},
    {"the secret of the first generation", v3_query, [](request& r, who a) { account b = a; b.key = secret(std::string(a.key.reveal()) + "&"); sign_again(r, b); }, 400, mismatch},
    {"a secret cut by one", v3_query, [](request& r, who a) { account b = a; b.key = secret(std::string(a.key.reveal().substr(1))); sign_again(r, b); }, 400, mismatch},
    {"a token for a permanent key", v3_query, [](request& r, who a) { r.add("x-acs-security-token", "made-up"); sign_again(r, a); }, 400, "InvalidSecurityToken.MismatchWithAccessKey"},

    // Time and nonce
    {"16 minutes old", v3_query, [](request& r, who a) { dated(r, a, core::utc_now() - std::chrono::minutes(16)); }, 400, "InvalidTimeStamp.Expired"},
    {"16 minutes ahead", v3_query, [](request& r, who a) { dated(r, a, core::utc_now() + std::chrono::minutes(16)); }, 400, "InvalidTimeStamp.Expired"},
    {"the year 9999", v3_query, [](request& r, who a) { dated(r, a, "9999-12-31T23:59:59Z"); }, 400, "InvalidTimeStamp.Expired"},
    {"the epoch", v3_query, [](request& r, who a) { dated(r, a, "1970-01-01T00:00:00Z"); }, 400, "InvalidTimeStamp.Expired"},
    {"an impossible date", v3_query, [](request& r, who a) { dated(r, a, "2026-02-30T00:00:00Z"); }, 400, "InvalidTimeStamp.Format"},
    {"a date with an offset", v3_query, [](request& r, who a) { dated(r, a, "2026-01-01T00:00:00+08:00"); }, 400, "InvalidTimeStamp.Format"},
    {"a date that is none", v3_query, [](request& r, who a) { dated(r, a, "yesterday"); }, 400, "InvalidTimeStamp.Format"},
    {"a number of seconds", v3_query, [](request& r, who a) { dated(r, a, "1767322800"); }, 400, "InvalidTimeStamp.Format"},
    {"no date", v3_query, [](request& r, who) { r.drop("x-acs-date"); }, 400, "MissingTimestamp"},
    {"a date moved within the window", v3_query, [](request& r, who) { r.header("x-acs-date") = core::format_rfc3339(core::utc_now() + std::chrono::seconds(90)); }, 400, mismatch},
    {"another nonce", v3_query, [](request& r, who) { r.header("x-acs-signature-nonce") = "another"; }, 400, mismatch},
    {"no nonce", v3_query, [](request& r, who) { r.drop("x-acs-signature-nonce"); }, 400, "MissingSignatureNonce"},
    {"an empty nonce, signed", v3_query, [](request& r, who a) { r.header("x-acs-signature-nonce").clear(); sign_again(r, a); }, 400, "MissingSignatureNonce"},
    {"a nonce of 200 characters", v3_query, [](request& r, who a) { r.header("x-acs-signature-nonce") = std::string(200, 'n'); sign_again(r, a); }, 400, "InvalidParameter"},
    {"replayed", v3_query, [](request&, who) {}, 400, "SignatureNonceUsed", true},
    {"replayed, parameters in another order", v3_query, [](request& r, who) { r.target = "/?Limit=7&RegionId=cn-shanghai"; }, 400, "SignatureNonceUsed", true},
    {"replayed, parameters encoded otherwise", v3_query, [](request& r, who) { replace(r.target, "cn-", "%63n%2D"); }, 400, "SignatureNonceUsed", true},
    {"replayed, blanks around the nonce", v3_query, [](request& r, who) { r.header("x-acs-signature-nonce") += " \t"; }, 400, "SignatureNonceUsed", true},
    {"replayed, header names in upper case", v3_query, [](request& r, who) { for (auto& h : r.headers) for (char& c : h.first) if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32); }, 400, "SignatureNonceUsed", true},
    {"replayed, signed again with a new date", v3_query, [](request& r, who a) { dated(r, a, core::utc_now() + std::chrono::seconds(60)); }, 400, "SignatureNonceUsed", true},
    {"replayed, the nonce in upper case", v3_query, [](request& r, who) { for (char& c : r.header("x-acs-signature-nonce")) if (c >= 'a') c = static_cast<char>(c - 32); r.header("x-acs-signature-nonce") += 'X'; }, 400, mismatch, true},
    {"replayed, another action", v3_query, [](request& r, who) { r.header("x-acs-action") = "DeleteContainerGroup"; }, 400, mismatch, true},
};

}  // namespace

std::span<const tampering> v3_tamperings() {
    return rows;
}

}  // namespace ecisbx::security
