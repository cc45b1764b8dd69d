// Requests of the first generation, HMAC-SHA1 over parameters in the query; and words that do not
// matter, of both.
#include "core/percent.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "proto/sign_v1.hpp"
#include "security/tampered_requests.hpp"

#include <string>

namespace ecisbx::security {

namespace {

constexpr const char* mismatch = "SignatureDoesNotMatch";
constexpr const char* incomplete = "IncompleteSignature";
using request = wire_request;
using who = const account&;

/// The encoded value of a parameter of the query.
std::string value_of(const request& r, std::string_view name) {
    auto at = r.target.find(std::string(name) + "=");
    if (at == std::string::npos) throw std::out_of_range(std::string(name));
    at += name.size() + 1;
    return r.target.substr(at, r.target.find('&', at) - at);
}

void set(request& r, const std::string& name, const std::string& value) {
    auto was = value_of(r, name);
    replace(r.target, name + "=" + was, name + "=" + value);
}

void set_signed(request& r, who a, const std::string& name, const std::string& value) {
    set(r, name, value);
    sign_v1_again(r, a);
}

void remove(request& r, const std::string& name) {
    replace(r.target, "&" + name + "=" + value_of(r, name), "");
}

const tampering rows[] = {
    {"v1: a parameter changed", v1_query, [](request& r, who) { set(r, "Limit", "8"); }, 400,
     mismatch},
    {"v1: a parameter removed", v1_query, [](request& r, who) { remove(r, "Limit"); }, 400,
     mismatch},
    {"v1: a parameter added", v1_query, [](request& r, who) { r.target += "&Status=Running"; }, 400,
     mismatch},
    {"v1: a parameter added in a body", v1_query,
     [](request& r, who) {
         r.body = "Status=Running";
         r.add("content-type", "application/x-www-form-urlencoded");
     },
     400, mismatch},
    {"v1: a parameter twice, in query and body", v1_query,
     [](request& r, who) {
         r.body = "Limit=8";
         r.add("content-type", "application/x-www-form-urlencoded");
     },
     400, "InvalidParameter"},
    {"v1: Action twice", v1_query,
     [](request& r, who) { r.target += "&Action=DeleteContainerGroup"; }, 400, "InvalidParameter"},
    {"v1: another Action", v1_query, [](request& r, who) { set(r, "Action", "DescribeRegions"); },
     400, mismatch},
    {"v1: Action in lower case, signed", v1_query,
     [](request& r, who a) { set_signed(r, a, "Action", "describecontainergroups"); }, 404,
     "InvalidAction.NotFound"},
    {"v1: another Version, signed", v1_query,
     [](request& r, who a) { set_signed(r, a, "Version", "2018-08-09"); }, 400, "InvalidVersion"},
    {"v1: Signature twice", v1_query,
     [](request& r, who) { r.target += "&Signature=" + value_of(r, "Signature"); }, 400,
     "InvalidParameter"},
    {"v1: no Signature", v1_query,
     [](request& r, who) { replace(r.target, "&Signature=" + value_of(r, "&Signature"), ""); }, 400,
     incomplete},
    {"v1: an empty Signature", v1_query,
     [](request& r, who) {
         replace(r.target, "&Signature=" + value_of(r, "&Signature"), "&Signature=");
     },
     400, incomplete},
    {"v1: one bit of the Signature", v1_query,
     [](request& r, who) {
         auto at = r.target.find("&Signature=") + 11;
         bool escaped = r.target[at] == '%';
         r.target.replace(at, escaped ? 3 : 1, r.target[at] == 'A' ? "B" : "A");
     },
     400, mismatch},
    {"v1: a Signature of zeros", v1_query,
     [](request& r, who) {
         replace(r.target, "&Signature=" + value_of(r, "&Signature"),
                 "&Signature=" + std::string(27, 'A') + "%3D");
     },
     400, mismatch},
    {"v1: a truncated Signature", v1_query,
     [](request& r, who) {
         replace(r.target, "&Signature=" + value_of(r, "&Signature"), "&Signature=AAAA");
     },
     400, incomplete},
    {"v1: a Signature in hexadecimal digits", v1_query,
     [](request& r, who) {
         replace(r.target, "&Signature=" + value_of(r, "&Signature"),
                 "&Signature=" + std::string(64, 'a'));
     },
     400, incomplete},
    {"v1: a Signature without its padding", v1_query,
     [](request& r, who) { replace(r.target, "%3D", ""); }, 400, incomplete},
    {"v1: signed without the ampersand of the key", v1_query,
     [](request& r, who a) {
         auto fields = *core::parse_form(r.target.substr(2));
         auto key = a.key.reveal();
         auto cut = secret(std::string(key.substr(0, key.size() - 1)));
         replace(r.target, "&Signature=" + value_of(r, "&Signature"),
                 "&Signature=" + core::percent_encode(proto::v1_signature(
                                     cut, proto::v1_string_to_sign("POST", fields))));
     },
     400, mismatch},
    {"v1: SignatureMethod none", v1_query,
     [](request& r, who a) { set_signed(r, a, "SignatureMethod", "none"); }, 400,
     "InvalidParameter"},
    {"v1: SignatureMethod HMAC-SHA256", v1_query,
     [](request& r, who a) { set_signed(r, a, "SignatureMethod", "HMAC-SHA256"); }, 400,
     "InvalidParameter"},
    {"v1: SignatureMethod in lower case", v1_query,
     [](request& r, who a) { set_signed(r, a, "SignatureMethod", "hmac-sha1"); }, 400,
     "InvalidParameter"},
    {"v1: no SignatureMethod", v1_query, [](request& r, who) { remove(r, "SignatureMethod"); }, 400,
     "MissingSignatureMethod"},
    {"v1: SignatureVersion 2.0", v1_query,
     [](request& r, who a) { set_signed(r, a, "SignatureVersion", "2.0"); }, 400,
     "InvalidParameter"},
    {"v1: SignatureType BEARERTOKEN", v1_query,
     [](request& r, who a) {
         r.target += "&SignatureType=BEARERTOKEN";
         sign_v1_again(r, a);
     },
     400, "InvalidParameter"},
    {"v1: an unknown key", v1_query,
     [](request& r, who a) { set_signed(r, a, "AccessKeyId", "nobody"); }, 404,
     "InvalidAccessKeyId.NotFound"},
    {"v1: a key id with a NUL", v1_query,
     [](request& r, who a) { set_signed(r, a, "AccessKeyId", a.id + "%00"); }, 404,
     "InvalidAccessKeyId.NotFound"},
    {"v1: an empty key id", v1_query,
     [](request& r, who a) { set_signed(r, a, "AccessKeyId", ""); }, 400, "MissingAccessKeyId"},
    {"v1: AccessKeyID, no such name", v1_query,
     [](request& r, who) { replace(r.target, "AccessKeyId", "AccessKeyID"); }, 400,
     "MissingAccessKeyId"},
    {"v1: a token for a permanent key", v1_query,
     [](request& r, who a) {
         r.target += "&SecurityToken=made-up";
         sign_v1_again(r, a);
     },
     400, "InvalidSecurityToken.MismatchWithAccessKey"},
    {"v1: 16 minutes old", v1_query,
     [](request& r, who a) {
         set_signed(r, a, "Timestamp",
                    core::percent_encode(
                        core::format_rfc3339(core::utc_now() - std::chrono::minutes(16))));
     },
     400, "InvalidTimeStamp.Expired"},
    {"v1: 16 minutes ahead", v1_query,
     [](request& r, who a) {
         set_signed(r, a, "Timestamp",
                    core::percent_encode(
                        core::format_rfc3339(core::utc_now() + std::chrono::minutes(16))));
     },
     400, "InvalidTimeStamp.Expired"},
    {"v1: a date that is none", v1_query,
     [](request& r, who a) { set_signed(r, a, "Timestamp", "0"); }, 400, "InvalidTimeStamp.Format"},
    {"v1: an empty nonce", v1_query,
     [](request& r, who a) { set_signed(r, a, "SignatureNonce", ""); }, 400,
     "MissingSignatureNonce"},
    {"v1: another nonce", v1_query, [](request& r, who) { set(r, "SignatureNonce", "1"); }, 400,
     mismatch},
    {"v1: GET for POST", v1_query, [](request& r, who) { r.method = "GET"; }, 400, mismatch},
    {"v1: an Authorization of the third generation beside it", v1_query,
     [](request& r, who) { r.add("authorization", "ACS3-HMAC-SHA256 x"); }, 400, incomplete},
    {"v1: replayed", v1_query, [](request&, who) {}, 400, "SignatureNonceUsed", true},
    {"v1: replayed, the nonce encoded otherwise", v1_query,
     [](request& r, who) {
         auto n = value_of(r, "SignatureNonce");
         static const char* digits = "0123456789abcdef";
         auto c = static_cast<unsigned char>(n[0]);
         set(r, "SignatureNonce", std::string("%") + digits[c >> 4] + digits[c & 15] + n.substr(1));
     },
     400, "SignatureNonceUsed", true},
    {"v1: replayed in a body", v1_query,
     [](request& r, who) {
         r.body = r.target.substr(2);
         r.target = "/";
         r.add("content-type", "application/x-www-form-urlencoded");
     },
     400, "SignatureNonceUsed", true},
};

const rewording same[] = {
    {"as it is", v3_query, [](request&, who) {}},
    {"with a body", v3_form, [](request&, who) {}},
    {"v1: as it is", v1_query, [](request&, who) {}},
    {"v1: with a body", v1_form, [](request&, who) {}},
    {"parameters in another order", v3_query,
     [](request& r, who) { r.target = "/?Limit=7&RegionId=cn-shanghai"; }},
    {"parameters encoded otherwise", v3_query,
     [](request& r, who) { replace(r.target, "cn-", "%63n%2d"); }},
    {"empty pieces in the query", v3_query, [](request& r, who) { r.target += "&&"; }},
    {"header names in upper case", v3_query,
     [](request& r, who) {
         for (auto& h : r.headers)
             for (char& c : h.first)
                 if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
     }},
    {"blanks around a header", v3_query,
     [](request& r, who) { r.header("x-acs-action") = "  " + r.header("x-acs-action") + "\t "; }},
    {"headers in another order", v3_query,
     [](request& r, who) { std::swap(r.headers.front(), r.headers.back()); }},
    {"an unsigned header without a meaning", v3_query,
     [](request& r, who) { r.add("Via", "1.1 proxy"); }},
    {"signed with one more header", v3_query,
     [](request& r, who a) {
         r.add("accept", "*/*");
         sign_again(r, a);
     }},
    {"GET, signed", v3_query,
     [](request& r, who a) {
         r.method = "GET";
         sign_again(r, a);
     }},
    {"14 minutes old", v3_query,
     [](request& r, who a) {
         r.header("x-acs-date") = core::format_rfc3339(core::utc_now() - std::chrono::minutes(14));
         sign_again(r, a);
     }},
    {"14 minutes ahead", v3_query,
     [](request& r, who a) {
         r.header("x-acs-date") = core::format_rfc3339(core::utc_now() + std::chrono::minutes(14));
         sign_again(r, a);
     }},
    {"the target in absolute form", v3_query,
     [](request& r, who a) { r.target = "http://" + a.host + r.target; }},
    {"v1: parameters in a body", v1_query,
     [](request& r, who) {
         r.body = r.target.substr(2);
         r.target = "/";
         r.add("content-type", "application/x-www-form-urlencoded");
     }},
};

}  // namespace

std::span<const tampering> v1_tamperings() {
    return rows;
}

std::span<const rewording> rewordings() {
    return same;
}

}  // namespace ecisbx::security
