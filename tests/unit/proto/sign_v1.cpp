#include "proto/sign_v1.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ecisbx::proto;

TEST_CASE("sign_v1: vector 1, published with its string to sign") {
    parameter_list p{{"Timestamp", "2016-02-23T12:46:24Z"},
                     {"Format", "XML"},
                     {"AccessKeyId", "testid"},
                     {"Action", "DescribeRegions"},
                     {"SignatureMethod", "HMAC-SHA1"},
                     {"SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"},
                     {"Version", "2014-05-26"},
                     {"SignatureVersion", "1.0"}};
    auto text = v1_string_to_sign("GET", p);
    CHECK(text ==
          "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26"
          "SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26"
          "SignatureVersion%3D1.0%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26"
          "Version%3D2014-05-26");
    CHECK(v1_signature("testsecret", text) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");

    p.emplace_back("Signature", "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
    std::reverse(p.begin(), p.end());
    CHECK(v1_string_to_sign("GET", p) == text);
    CHECK(v1_string_to_sign("POST", p) == "POST" + text.substr(3));
}

TEST_CASE("sign_v1: vector 2, published") {
    parameter_list p{{"AccessKeyId", "testid"},
                     {"Action", "DescribeDedicatedHosts"},
                     {"Format", "JSON"},
                     {"RegionId", "cn-beijing"},
                     {"SignatureMethod", "HMAC-SHA1"},
                     {"SignatureNonce", "edb2b34af0af9a6d14deaf7c1a5315eb"},
                     {"SignatureVersion", "1.0"},
                     {"Timestamp", "2023-03-13T08:34:30Z"},
                     {"Version", "2014-05-26"}};
    CHECK(v1_signature("testsecret", v1_string_to_sign("GET", p)) ==
          "9NaGiOspFP5UPcwX8Iwt2YJXXuk=");
}

TEST_CASE("sign_v1: vector 3, published, not ASCII and a JSON value") {
    parameter_list p{{"AccessKeyId", "testId"},
                     {"Action", "SendSms"},
                     {"Format", "XML"},
                     {"OutId", "123"},
                     {"PhoneNumbers", "15300000001"},
                     {"RegionId", "cn-hangzhou"},
                     {"SignName", "阿里云短信测试专用"},
                     {"SignatureMethod", "HMAC-SHA1"},
                     {"SignatureNonce", "45e25e9b-0a6f-4070-8c85-2956eda1b466"},
                     {"SignatureVersion", "1.0"},
                     {"TemplateCode", "SMS_71390007"},
                     {"TemplateParam", "{\"customer\":\"test\"}"},
                     {"Timestamp", "2017-07-12T02:42:19Z"},
                     {"Version", "2017-05-25"}};
    CHECK(v1_signature("testSecret", v1_string_to_sign("GET", p)) ==
          "zJDF+Lrzhj/ThnlvIToysFRq6t4=");
}

TEST_CASE("sign_v1: vector 4, POST with temporary credentials") {
    parameter_list p{{"Action", "DescribeContainerGroups"},
                     {"Format", "JSON"},
                     {"Version", "2018-08-08"},
                     {"Timestamp", "2026-01-02T03:04:05Z"},
                     {"SignatureNonce", "0123456789abcdef0123456789abcdef"},
                     {"SignatureMethod", "HMAC-SHA1"},
                     {"SignatureVersion", "1.0"},
                     {"AccessKeyId", "testid"},
                     {"SecurityToken", "TOKEN+/="},
                     {"RegionId", "cn-shanghai"},
                     {"ContainerGroupIds", "[\"eci-x\"]"},
                     {"Tag.1.Key", "owner"},
                     {"Tag.1.Value", "a b*~"}};
    CHECK(v1_signature("testsecret", v1_string_to_sign("POST", p)) ==
          "EILdRWf7Vcy9wAqfeV212AKA5g8=");
}
