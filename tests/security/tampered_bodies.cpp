// Requests with a body, and requests of temporary credentials.
#include "core/sha256.hpp"
#include "security/tampered_requests.hpp"

#include <string>

namespace ecisbx::security {

namespace {

constexpr const char* mismatch = "SignatureDoesNotMatch";
constexpr const char* foreign_token = "InvalidSecurityToken.MismatchWithAccessKey";
using request = wire_request;
using who = const account&;

const tampering of_forms[] = {
    {"body: changed", v3_form, [](request& r, who) { r.body = "Limit=8"; }, 400, mismatch},
    {"body: removed", v3_form, [](request& r, who) { r.body.clear(); }, 400, mismatch},
    {"body: one byte more", v3_form, [](request& r, who) { r.body += '0'; }, 400, mismatch},
    {"body: a parameter added", v3_form, [](request& r, who) { r.body += "&Status=Running"; }, 400,
     mismatch},
    {"body: reordered words", v3_form, [](request& r, who) { r.body = "&Limit=7"; }, 400, mismatch},
    {"body: its parameter in the query too", v3_form,
     [](request& r, who) { r.target += "&Limit=8"; }, 400, "InvalidParameter"},
    {"body: moved into the query", v3_form,
     [](request& r, who) {
         r.target += "&" + r.body;
         r.body.clear();
     },
     400, mismatch},
    {"body: changed, with the right hash of it", v3_form,
     [](request& r, who) {
         r.body = "Limit=8";
         r.header("x-acs-content-sha256") = core::sha256_hex(r.body);
     },
     400, mismatch},
    {"body: the hash of the empty one", v3_form,
     [](request& r, who) { r.header("x-acs-content-sha256") = core::sha256_hex(""); }, 400,
     mismatch},
    {"body: its type changed", v3_form,
     [](request& r, who) { r.header("content-type") += "; charset=utf-7"; }, 400, mismatch},
    {"body: JSON", v3_form,
     [](request& r, who a) {
         r.body = "{\"Limit\":7}";
         r.header("content-type") = "application/json";
         sign_again(r, a);
     },
     400, "InvalidParameter"},
    {"body: JSON, deeply nested", v3_form,
     [](request& r, who a) {
         r.body = std::string(100'000, '[');
         r.header("content-type") = "application/json";
         sign_again(r, a);
     },
     400, "InvalidParameter"},
    {"body: multipart", v3_form,
     [](request& r, who a) {
         r.header("content-type") = "multipart/form-data; boundary=x";
         sign_again(r, a);
     },
     400, "InvalidParameter"},
    {"body: two types", v3_form, [](request& r, who) { r.add("Content-Type", "text/plain"); }, 400,
     "IncompleteSignature"},
    {"body: its type not signed", v3_form,
     [](request& r, who a) { sign_again(r, a, "content-type"); }, 400, "IncompleteSignature"},
    {"body: above the limit", v3_form,
     [](request& r, who) {
         r.body.clear();
         r.add("Content-Length", "1048577");
     },
     413, ""},
    {"body: half a million separators", v3_form,
     [](request& r, who a) {
         r.body = std::string(500'000, '&');
         sign_again(r, a);
     },
     400, "InvalidParameter.ValueExceeded"},
    {"body: replayed", v3_form, [](request&, who) {}, 400, "SignatureNonceUsed", true},
    {"v1 body: changed", v1_form, [](request& r, who) { replace(r.body, "Limit=7", "Limit=8"); },
     400, mismatch},
    {"v1 body: a parameter added in the query", v1_form,
     [](request& r, who) { r.target = "/?Status=Running"; }, 400, mismatch},
    {"v1 body: its type missing", v1_form, [](request& r, who) { r.drop("content-type"); }, 400,
     "InvalidParameter"},
    {"v1 body: replayed", v1_form, [](request&, who) {}, 400, "SignatureNonceUsed", true},
};

const tampering of_tokens[] = {
    {"token: missing", v3_query,
     [](request& r, who a) {
         r.drop("x-acs-security-token");
         sign_again(r, a);
     },
     400, "MissingSecurityToken"},
    {"token: removed, still in the list", v3_query,
     [](request& r, who) { r.drop("x-acs-security-token"); }, 400, "IncompleteSignature"},
    {"token: empty", v3_query,
     [](request& r, who a) {
         r.header("x-acs-security-token").clear();
         sign_again(r, a);
     },
     400, "MissingSecurityToken"},
    {"token: foreign", v3_query,
     [](request& r, who a) {
         r.header("x-acs-security-token") = "foreign";
         sign_again(r, a);
     },
     400, foreign_token},
    {"token: cut by one", v3_query,
     [](request& r, who a) {
         r.header("x-acs-security-token").pop_back();
         sign_again(r, a);
     },
     400, foreign_token},
    {"token: in lower case", v3_query,
     [](request& r, who a) {
         for (char& c : r.header("x-acs-security-token"))
             if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
         sign_again(r, a);
     },
     400, foreign_token},
    {"token: another one in the query", v3_query,
     [](request& r, who a) {
         r.target += "&SecurityToken=foreign";
         sign_again(r, a);
     },
     400, foreign_token},
    {"token: twice", v3_query,
     [](request& r, who a) { r.add("X-Acs-Security-Token", std::string(a.token.reveal())); }, 400,
     "IncompleteSignature"},
    {"token: expired", v3_query,
     [](request& r, who a) {
         r.header("x-acs-security-token") = "EXPIRED-TOKEN";
         sign_again(r, a);
     },
     400, "InvalidSecurityToken.Expired"},
    {"token: not signed", v3_query,
     [](request& r, who a) { sign_again(r, a, "x-acs-security-token"); }, 400,
     "IncompleteSignature"},
    {"token: key and token of before", v3_query,
     [](request& r, who a) {
         account b = a;
         b.id = "OLDKEY";
         b.key = secret("old-secret");
         r.header("x-acs-accesskey-id") = b.id;
         r.header("x-acs-security-token") = "EXPIRED-TOKEN";
         sign_again(r, b);
     },
     400, "InvalidSecurityToken.Expired"},
    {"token: the key of before with the token of now", v3_query,
     [](request& r, who a) {
         account b = a;
         b.id = "OLDKEY";
         b.key = secret("old-secret");
         r.header("x-acs-accesskey-id") = b.id;
         sign_again(r, b);
     },
     400, foreign_token},
    {"token v1: missing", v1_query,
     [](request& r, who a) {
         replace(r.target, "SecurityToken", "NoToken");
         sign_v1_again(r, a);
     },
     400, "MissingSecurityToken"},
    {"token v1: foreign", v1_query,
     [](request& r, who a) {
         replace(r.target, "SecurityToken=", "SecurityToken=x");
         sign_v1_again(r, a);
     },
     400, foreign_token},
    {"token v1: another one in a header", v1_query,
     [](request& r, who) { r.add("x-acs-security-token", "foreign"); }, 400, foreign_token},
};

}  // namespace

std::span<const tampering> form_tamperings() {
    return of_forms;
}

std::span<const tampering> token_tamperings() {
    return of_tokens;
}

}  // namespace ecisbx::security
