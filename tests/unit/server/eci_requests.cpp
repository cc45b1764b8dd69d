#include "proto/sign_v1.hpp"
#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

using eci_test::fixture;
using namespace std::chrono_literals;

TEST_CASE("requests: an answer has id, date and type") {
    fixture f;
    auto a = f.call("DescribeContainerGroups", {});
    CHECK(a.code() == "ok");
    CHECK(a.text("RequestId").size() == 36);
    CHECK(a.headers.get("x-acs-request-id") == a.text("RequestId"));
    CHECK(a.headers.get("content-type") == "application/json;charset=utf-8");
    CHECK(a.headers.get("date") == "Fri, 02 Jan 2026 00:00:00 GMT");
}

TEST_CASE("requests: an error has the five fields") {
    fixture f;
    auto a = f.call("NoSuchAction", {});
    CHECK(a.status == 404);
    CHECK(a.code() == "InvalidAction.NotFound");
    for (auto name : {"RequestId", "HostId", "Code", "Message", "Recommend"})
        CHECK_FALSE(a.text(name).empty());
    CHECK(a.headers.get("date") == "Fri, 02 Jan 2026 00:00:00 GMT");
}

TEST_CASE("requests: a replay is refused") {
    fixture f;
    auto request = f.request("DescribeRegions", {});
    CHECK(f.send(request).code() == "ok");
    auto again = f.send(request);
    CHECK(again.code() == "SignatureNonceUsed");
    CHECK(again.status == 400);
}

TEST_CASE("requests: the clock window") {
    fixture f;
    auto request = f.request("DescribeRegions", {});
    f.now += 16min;
    auto late = f.send(request);
    CHECK(late.code() == "InvalidTimeStamp.Expired");
    CHECK(late.headers.get("date") == "Fri, 02 Jan 2026 00:16:00 GMT");
    auto early = f.request("DescribeRegions", {});
    f.now -= 14min;
    CHECK(f.send(early).code() == "ok");
}

TEST_CASE("requests: who is not known") {
    fixture f;
    auto none = f.get("/?Action=DescribeRegions&Version=2018-08-08");
    CHECK(none.status == 400);
    auto request = f.request("DescribeRegions", {});
    f.service->settings.access_key_id = "other";
    auto unknown = f.send(request);
    CHECK(unknown.status == 404);
    CHECK(unknown.code() == "InvalidAccessKeyId.NotFound");
    f.service->settings.access_key_id = "testid";
    f.service->settings.access_key_secret = "changed";
    CHECK(f.send(f.request("DescribeRegions", {})).code() == "SignatureDoesNotMatch");
    f.service->settings.access_key_secret = "testsecret";
    f.service->settings.security_token = "token";
    CHECK(f.send(f.request("DescribeRegions", {})).code() == "MissingSecurityToken");
    for (const auto& line : f.log) CHECK(line.find("testsecret") == std::string::npos);
}

TEST_CASE("requests: a tampered parameter") {
    fixture f;
    auto request = f.request("DescribeContainerGroups", {{"RegionId", "cn-shanghai"}});
    request.target += "&Limit=1";
    CHECK(f.send(request).code() == "SignatureDoesNotMatch");
}

TEST_CASE("requests: other methods, paths and versions") {
    fixture f;
    auto request = f.request("DescribeRegions", {});
    request.method = "PUT";
    auto a = f.send(request);
    CHECK(a.status == 405);
    CHECK(a.code() == "UnsupportedHTTPMethod");
    CHECK(f.get("/healthz").status == 200);
    CHECK(f.get("/healthz").body == "ok\n");
    CHECK(f.get("/other").status == 404);
    CHECK(f.get("/exec/?s=x").status == 426);
    CHECK(f.get("/terminal?param=x").status == 404);
}

TEST_CASE("requests: first generation by GET") {
    fixture f;
    eci_test::parameter_list p = {{"Action", "DescribeContainerGroups"},
                                  {"Version", "2018-08-08"},
                                  {"Format", "JSON"},
                                  {"AccessKeyId", "testid"},
                                  {"SignatureMethod", "HMAC-SHA1"},
                                  {"SignatureVersion", "1.0"},
                                  {"SignatureNonce", "n-1"},
                                  {"Timestamp", "2026-01-02T00:00:00Z"},
                                  {"RegionId", "cn-shanghai"}};
    auto signature =
        ecisbx::proto::v1_signature("testsecret", ecisbx::proto::v1_string_to_sign("GET", p));
    std::string query;
    for (auto& [name, value] : p) query += name + "=" + ecisbx::core::percent_encode(value) + "&";
    auto response = f.get("/?" + query + "Signature=" + ecisbx::core::percent_encode(signature));
    CHECK(response.status == 200);
    CHECK(response.body.find("TotalCount") != std::string::npos);
}

TEST_CASE("requests: another version") {
    fixture f;
    eci_test::parameter_list p = {{"Action", "DescribeRegions"},
                                  {"Version", "2014-05-26"},
                                  {"AccessKeyId", "testid"},
                                  {"SignatureMethod", "HMAC-SHA1"},
                                  {"SignatureVersion", "1.0"},
                                  {"SignatureNonce", "n-1"},
                                  {"Timestamp", "2026-01-02T00:00:00Z"}};
    auto signature =
        ecisbx::proto::v1_signature("testsecret", ecisbx::proto::v1_string_to_sign("GET", p));
    std::string query;
    for (auto& [name, value] : p) query += name + "=" + ecisbx::core::percent_encode(value) + "&";
    auto response = f.get("/?" + query + "Signature=" + ecisbx::core::percent_encode(signature));
    CHECK(response.status == 400);
    CHECK(response.body.find("InvalidVersion") != std::string::npos);
}
