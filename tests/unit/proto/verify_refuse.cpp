// What the server refuses, and in which words.
#include "proto/verify.hpp"

#include "unit/proto/signed_request.hpp"

#include <doctest/doctest.h>

using namespace signed_request;
using namespace std::chrono_literals;

TEST_CASE("verify: unknown and disabled keys") {
    auto unknown = refused(python_call(create_parameters(), "nobody"));
    CHECK(unknown.http_status == 404);
    CHECK(unknown.code == "InvalidAccessKeyId.NotFound");
    CHECK(unknown.message == "Specified access key is not found.");
    CHECK(refused(v1_call(v1_parameters("nobody"))).code == "InvalidAccessKeyId.NotFound");
    auto disabled = refused(python_call(create_parameters(), "disabled"));
    CHECK(disabled.http_status == 403);
    CHECK(disabled.code == "InvalidAccessKeyId.Inactive");
}

TEST_CASE("verify: what is missing is named") {
    struct row {
        const char *header, *code;
    } rows[] = {{"x-acs-action", "MissingAction"},
                {"x-acs-version", "MissingVersion"},
                {"x-acs-date", "MissingTimestamp"},
                {"x-acs-signature-nonce", "MissingSignatureNonce"},
                {"x-acs-content-sha256", "IncompleteSignature"},
                {"host", "IncompleteSignature"},
                {"accept", "IncompleteSignature"},
                {"authorization", "MissingAccessKeyId"}};
    for (const auto& r : rows) {
        auto request = python_call(create_parameters());
        request.drop(r.header);
        CHECK_MESSAGE(refused(request).code == r.code, r.header);
        if (std::string_view(r.header) == "accept") continue;
        request.headers.emplace_back(r.header, " ");
        CHECK_MESSAGE(refused(request).http_status == 400, r.header);
    }
    struct v1_row {
        const char *parameter, *code;
    } v1_rows[] = {{"Action", "MissingAction"},
                   {"Version", "MissingVersion"},
                   {"Timestamp", "MissingTimestamp"},
                   {"SignatureNonce", "MissingSignatureNonce"},
                   {"SignatureMethod", "MissingSignatureMethod"},
                   {"SignatureVersion", "MissingSignatureVersion"},
                   {"AccessKeyId", "MissingAccessKeyId"}};
    for (const auto& r : v1_rows) {
        auto parameters = v1_parameters();
        std::erase_if(parameters, [&](const name_value& p) { return p.first == r.parameter; });
        auto failure = refused(v1_call(parameters));
        CHECK(failure.code == r.code);
        CHECK(failure.http_status == 400);
        CHECK(failure.message == std::string(r.parameter) + " is mandatory for this action.");
        parameters.emplace_back(r.parameter, "");
        CHECK(refused(v1_call(parameters)).code == r.code);
    }
    http without_signature;
    without_signature.target = "/?" + form(v1_parameters());
    CHECK(refused(without_signature).code == "IncompleteSignature");
    CHECK(refused(http()).code == "MissingAccessKeyId");
}

TEST_CASE("verify: other V1 methods and malformed signatures") {
    struct row {
        const char *name, *value, *code;
    } rows[] = {{"SignatureMethod", "HMAC-SHA256", "InvalidParameter"},
                {"SignatureVersion", "2.0", "InvalidParameter"},
                {"SignatureType", "BEARERTOKEN", "InvalidParameter"},
                {"SignatureType", "", "ok"}};
    for (const auto& r : rows) {
        auto parameters = v1_parameters();
        std::erase_if(parameters, [&](const name_value& p) { return p.first == r.name; });
        parameters.emplace_back(r.name, r.value);
        CHECK_MESSAGE(server().code(v1_call(parameters)) == r.code, r.name);
    }
    for (const char* bad : {"", "x", "OLeaidS1JvxuMvnyHOwuJ+uX5qY",
                            "OLeaidS1JvxuMvnyHOwuJ+uX5g==", "OLeaidS1JvxuMvnyHOwuJ uX5qY="}) {
        auto parameters = v1_parameters();
        parameters.emplace_back("Signature", bad);
        http request;
        request.target = "/?" + form(parameters);
        CHECK_MESSAGE(refused(request).code == "IncompleteSignature", bad);
    }
    auto request = python_call(create_parameters());
    for (const char* bad : {"ACS3-HMAC-SM3 Credential=testid,SignedHeaders=host,Signature=00",
                            "ACS3-HMAC-SHA256", "ACS3-HMAC-SHA256 Credential=testid"}) {
        request.header("authorization") = bad;
        CHECK_MESSAGE(refused(request).code == "IncompleteSignature", bad);
    }
    request.header("authorization") =
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=" + empty_hash;
    CHECK(refused(request).code == "MissingAccessKeyId");
}

TEST_CASE("verify: the documented texts of a mismatch quote the string to sign") {
    auto v3 = python_call(create_parameters());
    REQUIRE(v3.replace_in_target("nginx", "evil"));
    auto query = create_parameters();
    query[1].second = "evil:latest";
    auto names = parse_v3_authorization(v3.header("authorization"))->signed_headers;
    v3_message message;
    message.parameters = query;
    message.headers = v3.headers;
    message.signed_headers = names;
    message.payload_hash = empty_hash;
    CHECK(refused(v3).message ==
          "Specified signature does not match our calculation. server StringToSign is [" +
              v3_string_to_sign(v3_canonical_request(message)) + "]");

    auto v1 = v1_call(v1_parameters());
    REQUIRE(v1.replace_in_target("cn-shanghai", "cn-beijing"));
    auto parameters = v1_parameters();
    parameters[8].second = "cn-beijing";
    auto failure = refused(v1);
    CHECK(failure.http_status == 400);
    CHECK(failure.message.ends_with("server string to sign is:" +
                                    v1_string_to_sign("POST", parameters)));
    REQUIRE(v1.replace_in_target("cn-beijing", std::string(100'000, 'x')));
    CHECK(refused(v1).message.size() < 17'000);
}

TEST_CASE("verify: the clock, 15 minutes either way to the second") {
    struct row {
        std::chrono::seconds off;
        const char* code;
    } rows[] = {{0s, "ok"},
                {900s, "ok"},
                {-900s, "ok"},
                {901s, "InvalidTimeStamp.Expired"},
                {-901s, "InvalidTimeStamp.Expired"},
                {24h, "InvalidTimeStamp.Expired"},
                {-240'000h, "InvalidTimeStamp.Expired"}};
    for (const auto& r : rows) {
        server v3, v1;
        v3.now = v1.now = date + r.off;
        CHECK(v3.code(python_call(create_parameters())) == r.code);
        CHECK(v1.code(v1_call(v1_parameters())) == r.code);
    }
    server narrow;
    narrow.nonces = nonce_cache(60s);
    narrow.now = date + 61s;
    CHECK(narrow.code(python_call({})) == "InvalidTimeStamp.Expired");
    narrow.now = date + 60s;
    CHECK(narrow.code(python_call({})) == "ok");

    for (const char* bad :
         {"2026-01-02 03:04:05", "2026-01-02T03:04:05", "2026-02-30T00:00:00Z",
          "Fri, 02 Jan 2026 03:04:05 GMT", "1767323045", "2026-01-02T03:04:05+00:00"}) {
        auto v3 = python_call({});
        v3.header("x-acs-date") = bad;
        sign(v3, {}, "testid");
        CHECK_MESSAGE(refused(v3).code == "InvalidTimeStamp.Format", bad);
        auto parameters = v1_parameters();
        parameters[3].second = bad;
        CHECK_MESSAGE(refused(v1_call(parameters)).code == "InvalidTimeStamp.Format", bad);
    }
}

TEST_CASE("verify: replays") {
    server check;
    auto request = python_call(create_parameters());
    CHECK(check.code(request) == "ok");
    CHECK(check.code(request) == "SignatureNonceUsed");
    check.now += 900s;
    CHECK(check.code(request) == "SignatureNonceUsed");
    check.now += 1s;
    CHECK(check.code(request) == "InvalidTimeStamp.Expired");
    // the same nonce with other parameters, and under the other generation
    server other;
    CHECK(other.code(python_call(create_parameters())) == "ok");
    CHECK(other.code(python_call({{"A", "1"}})) == "SignatureNonceUsed");
    CHECK(other.code(v1_call(v1_parameters())) == "SignatureNonceUsed");
    server v1;
    CHECK(v1.code(v1_call(v1_parameters())) == "ok");
    CHECK(v1.code(v1_call(v1_parameters())) == "SignatureNonceUsed");
}

TEST_CASE("verify: a refused request uses no nonce up") {
    server check;
    auto forged = python_call(create_parameters());
    REQUIRE(forged.replace_in_target("nginx", "evil"));
    CHECK(check.code(forged) == "SignatureDoesNotMatch");
    CHECK(check.nonces.size() == 0);
    CHECK(check.code(python_call(create_parameters())) == "ok");

    server full;
    full.nonces = nonce_cache(900s, 1);
    CHECK(full.code(python_call({})) == "ok");
    auto next = python_call({});
    next.header("x-acs-signature-nonce") = "other";
    next.header("x-acs-date") = "2026-01-02T03:04:06Z";
    sign(next, {}, "testid");
    full.now += 1s;
    CHECK(full.code(next) == "ok");
    CHECK(full.code(python_call({})) == "InvalidTimeStamp.Expired");
}

TEST_CASE("verify: every part that has a meaning must be signed, and be there once") {
    for (const char* name :
         {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce",
          "x-acs-content-sha256", "x-acs-credentials-provider"}) {
        auto request = python_call(create_parameters());
        sign(request, create_parameters(), "testid", v3_keys::raw, name);
        CHECK_MESSAGE(refused(request).code == "IncompleteSignature", name);
    }
    auto added = python_call(create_parameters());
    added.headers.emplace_back("x-acs-security-token", "T");
    CHECK(refused(added).code == "IncompleteSignature");

    for (const char* name : {"host", "x-acs-action", "x-acs-version", "x-acs-date", "authorization",
                             "x-acs-signature-nonce", "x-acs-content-sha256"}) {
        auto request = python_call(create_parameters());
        request.headers.emplace_back(name, request.header(name));
        CHECK_MESSAGE(refused(request).code == "IncompleteSignature", name);
    }
    auto repeated = python_call(create_parameters());
    repeated.headers.emplace_back("x-acs-extra", "b");
    repeated.headers.emplace_back("x-acs-extra", "a");
    std::erase_if(repeated.headers, [](const name_value& h) { return h.first == "authorization"; });
    auto unique = repeated;
    unique.drop("x-acs-extra");
    unique.header("x-acs-extra") = "a,b";
    sign(unique, create_parameters(), "testid");
    repeated.header("authorization") = unique.header("authorization");
    repeated.header("x-acs-content-sha256") = unique.header("x-acs-content-sha256");
    CHECK(accepted(repeated).action == "CreateContainerGroup");
}

TEST_CASE("verify: a parameter given twice is refused by its name") {
    auto request = python_call({{"A", "1"}, {"B", "2"}, {"A", "1"}});
    auto failure = refused(request);
    CHECK(failure.http_status == 400);
    CHECK(failure.code == "InvalidParameter");
    CHECK(failure.message == "The specified parameter A is not valid: it is given more than once.");
    auto v1 = v1_parameters();
    v1.emplace_back("Action", "DeleteContainerGroup");
    CHECK(refused(v1_call(v1)).code == "InvalidParameter");
    http both;
    both.target = "/?A=1";
    both.body = "A=1";
    both.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    CHECK(refused(both).message.find("more than once") != std::string::npos);
}

TEST_CASE("verify: methods and paths") {
    for (const char* method : {"PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "", "post", "GET "}) {
        auto request = python_call({});
        request.method = method;
        auto failure = refused(request);
        CHECK(failure.http_status == 405);
        CHECK(failure.code == "UnsupportedHTTPMethod");
    }
    for (const char* target : {"", "/x", "//", "?A=1", "/%2F", "http://h/", "*", "/./?A=1"}) {
        auto request = python_call({});
        request.target = target;
        auto failure = refused(request);
        CHECK_MESSAGE(failure.code == "InvalidAction.NotFound", target);
        CHECK(failure.http_status == 404);
    }
}

TEST_CASE("verify: too much of anything is refused, whether signed or not") {
    parameter_list many;
    for (int i = 0; i < 2000; ++i) many.emplace_back("P" + std::to_string(i), "");
    CHECK(accepted(python_call(many)).parameters.size() == 2000);
    auto with_end = python_call(many);
    with_end.target += '&';
    CHECK(accepted(with_end).parameters.size() == 2000);
    many.emplace_back("last", "");
    auto failure = refused(python_call(many));
    CHECK(failure.code == "InvalidParameter.ValueExceeded");
    CHECK(failure.message == "The request has more than 2000 parameters.");

    auto with_form = [](const std::string& target, const std::string& body) {
        http request;
        request.target = target;
        request.body = body;
        request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
        return request;
    };
    parameter_list half(many.begin(), many.begin() + 1500);
    CHECK(refused(with_form("/?" + form(half), form(half))).message ==
          "The request has more than 2000 parameters.");
    CHECK(refused(with_form("/?" + std::string(5000, '&'), "")).code ==
          "InvalidParameter.ValueExceeded");
    CHECK(refused(with_form("/", std::string(1'000'000, '&'))).code ==
          "InvalidParameter.ValueExceeded");
    CHECK(refused(with_form("/", std::string(1024 * 1024 + 1, 'a'))).code ==
          "InvalidParameter.ValueExceeded");
    CHECK(refused(with_form("/?" + std::string(256 * 1024, 'a'), "")).code ==
          "InvalidParameter.ValueExceeded");
    CHECK(refused(with_form("/?" + std::string(513, 'a'), "")).code ==
          "InvalidParameter.ValueExceeded");

    auto headers = python_call({});
    for (int i = 0; i < 100; ++i) headers.headers.emplace_back("a" + std::to_string(i), "");
    CHECK(refused(headers).code == "InvalidParameter.ValueExceeded");
    auto long_value = python_call({});
    long_value.header("user-agent") = std::string(16 * 1024 + 1, 'a');
    CHECK(refused(long_value).code == "InvalidParameter.ValueExceeded");
    auto long_nonce = python_call({});
    long_nonce.header("x-acs-signature-nonce") = std::string(129, 'a');
    sign(long_nonce, {}, "testid");
    CHECK(refused(long_nonce).code == "InvalidParameter");
}

TEST_CASE("verify: bad bytes") {
    for (const char* target :
         {"/?A=%", "/?A=%1", "/?A=%zz", "/?%=1", "/?=1", "/?A=%FF", "/?%C0%80=1", "/?A=%ED%A0%80"})
        CHECK_MESSAGE(refused({"POST", target, {}, ""}).code == "InvalidParameter", target);
    for (const char* value : {"x\ny", "x\r\nhost:evil", "\x7f", "a\x01"}) {
        auto request = python_call({});
        request.header("accept") = value;
        CHECK(refused(request).code == "InvalidParameter");
    }
    auto nul = python_call({});
    nul.header("accept") = std::string("a\0b", 3);
    CHECK(refused(nul).code == "InvalidParameter");
}
