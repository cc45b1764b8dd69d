// Changing any single part of a signed request makes it refused with the documented code.
#include "proto/verify.hpp"

#include "unit/proto/signed_request.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace signed_request;

namespace {

struct change {
    const char* what;
    std::function<void(http&)> apply;
    const char* code;
};

const char* const mismatch = "SignatureDoesNotMatch";

http with_body() {
    http request;
    request.target = "/?RegionId=cn-shanghai&Name=a+b";
    request.body = "Limit=20&Status=Running";
    request.headers = {{"host", "eci.cn-shanghai.aliyuncs.com"},
                       {"x-acs-version", "2018-08-08"},
                       {"x-acs-action", "DescribeContainerGroups"},
                       {"x-acs-date", date_text},
                       {"x-acs-signature-nonce", nonce},
                       {"x-acs-accesskey-id", "sts"},
                       {"x-acs-security-token", "TOKEN+/="},
                       {"accept", "application/json"},
                       {"user-agent", "test"},
                       {"content-type", "application/x-www-form-urlencoded"}};
    sign(request, {{"RegionId", "cn-shanghai"}, {"Name", "a b"}}, "sts");
    return request;
}

change set_header(const char* name, const char* value, const char* code) {
    return {name, [=](http& r) { r.header(name) = value; }, code};
}

change in_header(const char* name, const char* from, const char* to, const char* code) {
    return {from,
            [=](http& r) {
                auto& value = r.header(name);
                auto at = value.find(from);
                REQUIRE(at != std::string::npos);
                value.replace(at, std::string_view(from).size(), to);
            },
            code};
}

change set_target(const char* target, const char* code) {
    return {target, [=](http& r) { r.target = target; }, code};
}

change set_body(const char* body, const char* code) {
    return {body, [=](http& r) { r.body = body; }, code};
}

}  // namespace

TEST_CASE("verify: tampering with any part of a V3 request") {
    REQUIRE(server().code(with_body()) == "ok");
    change rows[] = {
        {"method", [](http& r) { r.method = "GET"; }, mismatch},
        {"method", [](http& r) { r.method = "PUT"; }, "UnsupportedHTTPMethod"},
        set_target("/x?RegionId=cn-shanghai&Name=a+b", "InvalidAction.NotFound"),
        set_target("//?RegionId=cn-shanghai&Name=a+b", "InvalidAction.NotFound"),
        set_target("/?RegionId=cn-beijing&Name=a+b", mismatch),
        set_target("/?RegionId=&Name=a+b", mismatch),
        set_target("/?Region=cn-shanghai&Name=a+b", mismatch),
        set_target("/?RegionId=cn-shanghai", mismatch),
        set_target("/?RegionId=cn-shanghai&Name=a+b&Force=true", mismatch),
        set_target("/?RegionId=cn-shanghai&Name=a%2Bb", mismatch),
        set_target("/?RegionId=cn-shanghai%26Name%3Da%20b", mismatch),
        set_target("/?RegionId%3Dcn-shanghai&Name=a+b", mismatch),
        // these two read the same in a canonical query with raw names
        set_target("/?Name%3Da%2520b%26RegionId=cn-shanghai", mismatch),
        set_target("/?Name%3Da+b%26RegionId=cn-shanghai", mismatch),
        set_target("/?RegionId=Name&cn-shanghai=a+b", mismatch),
        set_target("/", mismatch),
        set_target("/?RegionId=cn-shanghai&RegionId=cn-shanghai&Name=a+b", "InvalidParameter"),
        set_body("Limit=21&Status=Running", mismatch),
        set_body("Status=Running&Limit=20", mismatch),
        set_body("Limit=20&Status=Running&Force=true", mismatch),
        set_body("Limit=20", mismatch),
        set_body("", mismatch),
        set_header("host", "eci.cn-beijing.aliyuncs.com", mismatch),
        set_header("host", "eci.cn-shanghai.aliyuncs.com:80", mismatch),
        set_header("x-acs-version", "2018-08-09", mismatch),
        set_header("x-acs-action", "DeleteContainerGroup", mismatch),
        set_header("x-acs-date", "2026-01-02T03:04:06Z", mismatch),
        set_header("x-acs-date", "2026-01-02T04:04:05Z", "InvalidTimeStamp.Expired"),
        set_header("x-acs-date", "now", "InvalidTimeStamp.Format"),
        set_header("x-acs-signature-nonce", "another", mismatch),
        set_header("x-acs-content-sha256", empty_hash.c_str(), mismatch),
        set_header("x-acs-accesskey-id", "testid", "IncompleteSignature"),
        set_header("x-acs-security-token", "TOKEN+/", "InvalidSecurityToken.MismatchWithAccessKey"),
        set_header("accept", "text/xml", mismatch),
        set_header("user-agent", "Test", mismatch),
        set_header("content-type", "application/x-www-form-urlencoded;x", mismatch),
        set_header("content-type", "application/json", "InvalidParameter"),
        set_header("x-acs-new", "1", "IncompleteSignature"),
        in_header("authorization", "Credential=sts", "Credential=testid", "IncompleteSignature"),
        in_header("authorization", "Credential=sts", "Credential=nobody",
                  "InvalidAccessKeyId.NotFound"),
        in_header("authorization", "Credential=sts", "Credential=", "MissingAccessKeyId"),
        in_header("authorization", "SignedHeaders=accept;", "SignedHeaders=", mismatch),
        in_header("authorization", ";user-agent", "", mismatch),
        in_header("authorization", ";host", "", "IncompleteSignature"),
        in_header("authorization", ";x-acs-action", "", "IncompleteSignature"),
        in_header("authorization", ";content-type", "", "IncompleteSignature"),
        in_header("authorization", "SignedHeaders=accept;", "SignedHeaders=accept;b;",
                  "IncompleteSignature"),
        in_header("authorization", "HMAC-SHA256", "HMAC-SM3", "IncompleteSignature"),
        in_header("authorization", "ACS3-", "ACS4-", "MissingAccessKeyId"),
    };
    for (const auto& row : rows) {
        auto request = with_body();
        row.apply(request);
        server check;
        CHECK_MESSAGE(check.code(request) == row.code, row.what);
        CHECK(check.nonces.size() == 0);
    }
}

TEST_CASE("verify: names that are ambiguous when raw are accepted encoded only") {
    for (const char* name : {"a=1&b", "a%20b", "a\nb", "a&", "="}) {
        parameter_list query{{name, "2"}};
        auto request = python_call(query);
        request.drop("accept-encoding");
        sign(request, query, "testid", v3_keys::raw);
        CHECK_MESSAGE(server().code(request) == mismatch, name);
        sign(request, query, "testid", v3_keys::encoded);
        CHECK_MESSAGE(server().code(request) == "ok", name);
    }
    // encoded name, then the same text as a name
    auto encoded = python_call({{"a b", "2"}});
    encoded.drop("accept-encoding");
    sign(encoded, {{"a b", "2"}}, "testid", v3_keys::encoded);
    REQUIRE(server().code(encoded) == "ok");
    REQUIRE(encoded.replace_in_target("a%20b", "a%2520b"));
    CHECK(server().code(encoded) == mismatch);
    // two parameters signed raw, then sent as one
    auto two = python_call({{"a", "1"}, {"b", "2"}});
    REQUIRE(two.replace_in_target("a=1&b=2", "a%3D1%26b=2"));
    CHECK(server().code(two) == mismatch);
}

TEST_CASE("verify: no digit of a V3 signature may change") {
    auto request = with_body();
    auto& value = request.header("authorization");
    auto start = value.find("Signature=") + 10;
    REQUIRE(value.size() == start + 64);
    for (auto i = start; i < value.size(); ++i) {
        char was = std::exchange(value[i], value[i] == '0' ? '1' : '0');
        CHECK(server().code(request) == mismatch);
        value[i] = was;
    }
    CHECK(server().code(request) == "ok");
}

TEST_CASE("verify: a body that agrees with another hash, signed so, is refused too") {
    auto request = with_body();
    request.drop("authorization");
    request.header("x-acs-content-sha256") = empty_hash;
    std::vector<std::string> names;
    for (const auto& header : request.headers) names.push_back(header.first);
    std::sort(names.begin(), names.end());
    parameter_list query{{"RegionId", "cn-shanghai"}, {"Name", "a b"}};
    for (const auto& hash : {empty_hash, ecisbx::core::sha256_hex(request.body)}) {
        v3_message message;
        message.parameters = query;
        message.headers = request.headers;
        message.signed_headers = names;
        message.payload_hash = hash;
        request.drop("authorization");
        request.header("authorization") = format_v3_authorization(
            {"sts", names,
             v3_signature("testsecret", v3_string_to_sign(v3_canonical_request(message)))});
        CHECK(server().code(request) == mismatch);
    }
}

TEST_CASE("verify: a signature of another secret is refused") {
    v3_call call;
    call.host = "h";
    call.action = "A";
    call.version = "V";
    call.date = date;
    call.nonce = nonce;
    call.access_key_id = "testid";
    for (const char* key : {"", "testsecre", "testsecret&", "Testsecret"}) {
        call.access_key_secret = key;
        auto result = sign_v3(call);
        CHECK(server().code({"POST", result.target, result.headers, ""}) == mismatch);
    }
}

TEST_CASE("verify: tampering with any part of a V1 request") {
    REQUIRE(server().code(v1_call(v1_parameters())) == "ok");
    struct row {
        const char *from, *to, *code;
    } rows[] = {
        {"Action=Describe", "Action=Delete", mismatch},
        {"Version=2018-08-08", "Version=2018-08-09", mismatch},
        {"Format=json", "Format=xml", mismatch},
        {"Timestamp=2026-01-02T03%3A04%3A05Z", "Timestamp=2026-01-02T03%3A04%3A06Z", mismatch},
        {"Timestamp=2026-01", "Timestamp=2025-01", "InvalidTimeStamp.Expired"},
        {"SignatureNonce=0", "SignatureNonce=1", mismatch},
        {"SignatureMethod=HMAC-SHA1", "SignatureMethod=HMAC-SHA2", "InvalidParameter"},
        {"SignatureVersion=1.0", "SignatureVersion=1", "InvalidParameter"},
        {"AccessKeyId=testid", "AccessKeyId=nobody", "InvalidAccessKeyId.NotFound"},
        {"AccessKeyId=testid", "AccessKeyId=sts", "MissingSecurityToken"},
        {"RegionId=cn-shanghai", "RegionId=cn-beijing", mismatch},
        {"RegionId=cn-shanghai&", "", mismatch},
        {"RegionId=", "Region=", mismatch},
        {"a%20b", "a%2Bb", mismatch},
        {"&Signature=", "&Force=true&Signature=", mismatch},
        {"&Signature=", "&Signature2=", "IncompleteSignature"},
        {"/?", "/x?", "InvalidAction.NotFound"},
    };
    for (const auto& r : rows) {
        auto request = v1_call(v1_parameters());
        REQUIRE_MESSAGE(request.replace_in_target(r.from, r.to), r.from);
        CHECK_MESSAGE(server().code(request) == r.code, r.from);
    }
    auto by_get = v1_call(v1_parameters());
    by_get.method = "GET";
    CHECK(server().code(by_get) == mismatch);
    auto body = v1_call(v1_parameters());
    body.body = "Force=true";
    body.header("content-type") = "application/x-www-form-urlencoded";
    CHECK(server().code(body) == mismatch);
    auto wrong = v1_call(v1_parameters());
    REQUIRE(wrong.target.ends_with("%3D"));
    auto& digit = wrong.target[wrong.target.find("&Signature=") + 11];
    digit = digit == 'A' ? 'B' : 'A';
    CHECK(server().code(wrong) == mismatch);
}
