#include "proto/verify.hpp"

#include "unit/proto/signed_request.hpp"

#include <doctest/doctest.h>

using namespace signed_request;

TEST_CASE("verify: a call as the Python SDK sends it, spaces as plus") {
    auto request = python_call(create_parameters());
    REQUIRE(request.target.find("=x+y%2A~%2F") != std::string::npos);
    auto result = accepted(request);
    CHECK(result.action == "CreateContainerGroup");
    CHECK(result.version == "2018-08-08");
    CHECK(result.access_key_id == "testid");
    CHECK(result.generation == signature_generation::v3);
    CHECK(result.parameters == create_parameters());
}

TEST_CASE("verify: the asyncio variant: a bare asterisk, headers added after signing") {
    auto request = python_call(create_parameters());
    REQUIRE(request.replace_in_target("%2A", "*"));
    request.headers.emplace_back("content-type", "application/octet-stream");
    request.header("accept-encoding") = "gzip, deflate";
    CHECK(accepted(request).parameters == create_parameters());
}

TEST_CASE("verify: what our own client signs, by GET and POST, with and without a token") {
    v3_call call;
    call.host = "localhost:1";
    call.action = "DescribeContainerGroups";
    call.version = "2018-08-08";
    call.date = date;
    call.parameters = create_parameters();
    call.access_key_secret = "testsecret";
    for (const char* method : {"GET", "POST"}) {
        for (const char* id : {"testid", "sts"}) {
            call.method = method;
            call.access_key_id = id;
            call.nonce = std::string(method) + id;
            call.security_token = std::string_view(id) == "sts" ? "TOKEN+/=" : "";
            auto result = sign_v3(call);
            CHECK(accepted({method, result.target, result.headers, ""}).parameters ==
                  call.parameters);
        }
    }
}

TEST_CASE("verify: V3 with parameters in a form body, or in both places") {
    http request;
    request.target = "/?RegionId=cn-shanghai";
    request.body = "ContainerGroupIds=%5B%22eci-x%22%5D&Tag.1.Value=v+w";
    request.headers = {{"host", "h"},
                       {"x-acs-version", "2018-08-08"},
                       {"x-acs-action", "A"},
                       {"x-acs-date", date_text},
                       {"x-acs-signature-nonce", nonce},
                       {"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
    sign(request, {{"RegionId", "cn-shanghai"}}, "testid");
    CHECK(accepted(request).parameters == parameter_list{{"RegionId", "cn-shanghai"},
                                                         {"ContainerGroupIds", "[\"eci-x\"]"},
                                                         {"Tag.1.Value", "v w"}});
    auto unsigned_type = request;
    sign(unsigned_type, {{"RegionId", "cn-shanghai"}}, "testid", v3_keys::raw, "content-type");
    CHECK(refused(unsigned_type).code == "IncompleteSignature");

    for (const char* type : {"application/json", "text/plain", "", "application/x-www-form"}) {
        request.header("content-type") = type;
        sign(request, {{"RegionId", "cn-shanghai"}}, "testid");
        CHECK(refused(request).code == "InvalidParameter");
    }
    request.drop("content-type");
    sign(request, {{"RegionId", "cn-shanghai"}}, "testid");
    CHECK(refused(request).code == "InvalidParameter");
}

TEST_CASE("verify: both encodings of parameter names") {
    parameter_list query{{"DataSource.Options.#6#repoId", "x"}, {"A", "1"}};
    for (auto keys : {v3_keys::raw, v3_keys::encoded}) {
        auto request = python_call(query);
        request.drop("accept-encoding");
        sign(request, query, "testid", keys);
        CHECK(accepted(request).parameters == query);
    }
}

TEST_CASE("verify: V1 by POST with everything in the query, by GET, and split over the body") {
    parameter_list business{{"RegionId", "cn-shanghai"}, {"Tag.1.Value", "a b*~"}};
    for (const char* method : {"GET", "POST"}) {
        auto result = accepted(v1_call(v1_parameters(), method));
        CHECK(result.action == "DescribeContainerGroups");
        CHECK(result.version == "2018-08-08");
        CHECK(result.generation == signature_generation::v1);
        CHECK(result.access_key_id == "testid");
        CHECK(result.parameters == business);
    }
    auto all = v1_parameters();
    all.emplace_back("Signature", v1_signature("testsecret", v1_string_to_sign("POST", all)));
    for (std::size_t in_query = 0; in_query <= all.size(); ++in_query) {
        auto border = all.begin() + static_cast<std::ptrdiff_t>(in_query);
        http request;
        request.target = "/?" + form({all.begin(), border});
        request.body = form({border, all.end()});
        request.headers = {{"host", "h"}, {"content-type", "application/x-www-form-urlencoded"}};
        CHECK(accepted(request).parameters == business);
    }
    auto other_body = v1_call(v1_parameters());
    other_body.body = "{}";
    other_body.header("content-type") = "application/json";
    CHECK(refused(other_body).code == "InvalidParameter");
}

TEST_CASE("verify: V1 vector 4 with its token") {
    auto parameters = v1_parameters("sts");
    parameters.emplace_back("SecurityToken", "TOKEN+/=");
    CHECK(accepted(v1_call(parameters)).parameters.size() == 2);
}

TEST_CASE("verify: temporary credentials") {
    auto with_token = [](const char* id, const char* header, const char* parameter) {
        auto query = create_parameters();
        if (*parameter) query.emplace_back("SecurityToken", parameter);
        auto request = python_call(query, id);
        if (*header) {
            request.header("x-acs-security-token") = header;
            request.header("x-acs-accesskey-id") = id;
        }
        sign(request, query, id);
        return request;
    };
    CHECK(accepted(with_token("sts", "TOKEN+/=", "")).parameters == create_parameters());
    CHECK(accepted(with_token("sts", "", "TOKEN+/=")).parameters == create_parameters());
    CHECK(accepted(with_token("sts", "TOKEN+/=", "TOKEN+/=")).parameters == create_parameters());
    CHECK(refused(with_token("sts", "", "")).code == "MissingSecurityToken");
    for (const char* wrong : {"TOKEN", "TOKEN+/=x", "token+/="}) {
        CHECK(refused(with_token("sts", wrong, "")).code ==
              "InvalidSecurityToken.MismatchWithAccessKey");
        CHECK(refused(with_token("sts", "TOKEN+/=", wrong)).code ==
              "InvalidSecurityToken.MismatchWithAccessKey");
    }
    CHECK(refused(with_token("testid", "TOKEN+/=", "")).code ==
          "InvalidSecurityToken.MismatchWithAccessKey");
    CHECK(refused(with_token("expired", "TOKEN+/=", "")).code == "InvalidSecurityToken.Expired");
    for (const char* old : {"OLD", "OLDER"})
        CHECK(refused(with_token("sts", old, "")).code == "InvalidSecurityToken.Expired");

    auto other_id = with_token("sts", "TOKEN+/=", "");
    other_id.header("x-acs-accesskey-id") = "testid";
    sign(other_id, create_parameters(), "sts");
    CHECK(refused(other_id).code == "IncompleteSignature");

    auto v1 = v1_call(v1_parameters("sts"));
    CHECK(refused(v1).code == "MissingSecurityToken");
    v1.header("x-acs-security-token") = "TOKEN+/=";
    CHECK(accepted(v1).access_key_id == "sts");
}

TEST_CASE("verify: empty pieces of a query mean nothing") {
    auto request = python_call({{"A", "1"}});
    REQUIRE(request.replace_in_target("?A", "?&&A"));
    request.target += "&";
    CHECK(accepted(request).parameters == parameter_list{{"A", "1"}});
}
