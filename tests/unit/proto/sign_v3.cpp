#include "proto/sign_v3.hpp"

#include "core/sha256.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace ecisbx;
using namespace ecisbx::proto;

namespace {

const std::string empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct signed_texts {
    std::string canonical, hash, signature;
};

/// Signs all headers given: what the published vectors do.
signed_texts sign_all(const parameter_list& query, header_list headers, const std::string& body,
                      const char* key) {
    headers.emplace_back("x-acs-content-sha256", core::sha256_hex(body));
    std::vector<std::string> names;
    for (const auto& header : headers) names.push_back(header.first);
    std::sort(names.begin(), names.end());
    auto payload = core::sha256_hex(body);
    v3_message message;
    message.parameters = query;
    message.headers = headers;
    message.signed_headers = names;
    message.payload_hash = payload;
    signed_texts texts;
    texts.canonical = v3_canonical_request(message);
    texts.hash = core::sha256_hex(texts.canonical);
    texts.signature = v3_signature(key, v3_string_to_sign(texts.canonical));
    return texts;
}

header_list eci_headers(const char* action) {
    return {{"host", "eci.cn-shanghai.aliyuncs.com"},
            {"x-acs-version", "2018-08-08"},
            {"x-acs-action", action},
            {"x-acs-date", "2026-01-02T03:04:05Z"},
            {"x-acs-signature-nonce", "0123456789abcdef0123456789abcdef"}};
}

v3_call call_like_vector_5() {
    v3_call call;
    call.host = "ecs.cn-shanghai.aliyuncs.com";
    call.action = "RunInstances";
    call.version = "2014-05-26";
    call.date = *core::parse_rfc3339("2023-10-26T10:22:32Z");
    call.nonce = "3156853299f313e23d1673dc12e1703d";
    call.parameters = {{"RegionId", "cn-shanghai"},
                       {"ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}};
    call.access_key_id = "YourAccessKeyId";
    call.access_key_secret = "YourAccessKeySecret";
    return call;
}

std::string value_of(const header_list& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return "(absent)";
}

}  // namespace

TEST_CASE("sign_v3: vector 5, the published one, byte for byte") {
    auto result = sign_v3(call_like_vector_5());
    CHECK(value_of(result.headers, "authorization") ==
          "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
          "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
          "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
    CHECK(result.target ==
          "/?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd");

    auto texts = sign_all(call_like_vector_5().parameters,
                          {{"host", "ecs.cn-shanghai.aliyuncs.com"},
                           {"x-acs-action", "RunInstances"},
                           {"x-acs-version", "2014-05-26"},
                           {"x-acs-date", "2023-10-26T10:22:32Z"},
                           {"x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"}},
                          "", "YourAccessKeySecret");
    CHECK(texts.canonical ==
          "POST\n/\n"
          "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai\n"
          "host:ecs.cn-shanghai.aliyuncs.com\nx-acs-action:RunInstances\n"
          "x-acs-content-sha256:" +
              empty_hash +
              "\nx-acs-date:2023-10-26T10:22:32Z\n"
              "x-acs-signature-nonce:3156853299f313e23d1673dc12e1703d\nx-acs-version:2014-05-26\n"
              "\nhost;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;"
              "x-acs-version\n" +
              empty_hash);
    CHECK(texts.hash == "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
    CHECK(v3_string_to_sign(texts.canonical) ==
          "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
}

TEST_CASE("sign_v3: vector 6, Python's headers and a command in two scripts") {
    auto headers = eci_headers("ExecContainerCommand");
    headers.emplace_back("accept", "application/json");
    headers.emplace_back("user-agent",
                         "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2");
    headers.emplace_back("x-acs-credentials-provider", "static_ak");
    auto texts = sign_all({{"ContainerGroupId", "eci-2ze000000000000000a1"},
                           {"ContainerName", "sandbox"},
                           {"Command", "[\"/bin/sh\", \"-c\", \"echo 你好 && ls *~\"]"},
                           {"TTY", "False"},
                           {"Stdin", "False"},
                           {"Sync", "False"},
                           {"RegionId", "cn-shanghai"}},
                          headers, "", "testsecret");
    CHECK(texts.hash == "36b9fa46ebd0e300aad7173b22a873ee558e94b4cbb0dba5239dbc5e7bbc2768");
    CHECK(texts.signature == "3e5812f3034b384a5acb5d37b40aaea3358640fd26b571aa479e5757196df217");
}

TEST_CASE("sign_v3: vector 7, temporary credentials") {
    parameter_list query{{"RegionId", "cn-shanghai"},
                         {"Limit", "20"},
                         {"Status", "Running"},
                         {"Tag.1.Key", "owner"},
                         {"Tag.1.Value", "a b"}};
    auto headers = eci_headers("DescribeContainerGroups");
    headers.emplace_back("x-acs-accesskey-id", "testid");
    headers.emplace_back("x-acs-security-token", "TOKEN+/=");
    auto texts = sign_all(query, headers, "", "testsecret");
    CHECK(texts.hash == "c81ff73dff5dc576f1f427da7a92eaf0fa82a54d971bce3c1f128f43326bc131");
    CHECK(texts.signature == "f0acffd30168b7b24e07890fd014f661caf242f7dd8fbfa9040e59c60f98b0f2");

    v3_call call;
    call.host = "eci.cn-shanghai.aliyuncs.com";
    call.action = "DescribeContainerGroups";
    call.version = "2018-08-08";
    call.date = *core::parse_rfc3339("2026-01-02T03:04:05Z");
    call.nonce = "0123456789abcdef0123456789abcdef";
    call.parameters = query;
    call.access_key_id = "testid";
    call.access_key_secret = "testsecret";
    call.security_token = "TOKEN+/=";
    auto result = sign_v3(call);
    CHECK(value_of(result.headers, "authorization").ends_with(texts.signature));
    CHECK(value_of(result.headers, "x-acs-security-token") == "TOKEN+/=");
    CHECK(value_of(result.headers, "x-acs-accesskey-id") == "testid");
    CHECK(result.target ==
          "/?RegionId=cn-shanghai&Limit=20&Status=Running&Tag.1.Key=owner&Tag.1.Value=a%20b");
}

TEST_CASE("sign_v3: vector 8, a form body") {
    std::string body =
        "ContainerGroupIds=%5B%22eci-x%22%5D&RegionId=cn-shanghai&Tag.1.Key=k&Tag.1.Value=v+w";
    CHECK(core::sha256_hex(body) ==
          "de378a4b5d6146a592701affd2c050708fcd115444f30e8e5caf60a968a0af32");
    auto headers = eci_headers("DescribeContainerGroups");
    headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    auto texts = sign_all({}, headers, body, "testsecret");
    CHECK(texts.hash == "b47868e68e799d7ff78aecfda8ad27e0d2fc34422da5a909631c656ef08d8a2f");
    CHECK(texts.signature == "a73da574e8baf8b3ae434ee304f723661a10861540e048e7c468cf5b63c34671");

    v3_call call;
    call.host = "eci.cn-shanghai.aliyuncs.com";
    call.action = "DescribeContainerGroups";
    call.version = "2018-08-08";
    call.date = *core::parse_rfc3339("2026-01-02T03:04:05Z");
    call.nonce = "0123456789abcdef0123456789abcdef";
    call.body = body;
    call.content_type = "application/x-www-form-urlencoded";
    call.access_key_id = "testid";
    call.access_key_secret = "testsecret";
    auto result = sign_v3(call);
    CHECK(value_of(result.headers, "authorization").ends_with(texts.signature));
    CHECK(result.target == "/");
}

TEST_CASE("sign_v3: the canonical query") {
    struct row {
        parameter_list parameters;
        const char *raw, *encoded;
    } rows[] = {
        {{}, "", ""},
        {{{"b", "2"}, {"a", "1"}}, "a=1&b=2", "a=1&b=2"},
        {{{"A", ""}}, "A=", "A="},
        {{{"a", "2"}, {"a", "1"}}, "a=1&a=2", "a=1&a=2"},
        {{{"a.10", ""}, {"a.2", ""}, {"B", ""}}, "B=&a.10=&a.2=", "B=&a.10=&a.2="},
        {{{"k", "a b*~+/&=%"}}, "k=a%20b%2A~%2B%2F%26%3D%25", "k=a%20b%2A~%2B%2F%26%3D%25"},
        {{{"O.#6#repoId", "x"}}, "O.#6#repoId=x", "O.%236%23repoId=x"},
        // sorted by the raw name: '#' stands before '0', although '%23' would stand before both
        {{{"O.0", "1"}, {"O.#", "2"}}, "O.#=2&O.0=1", "O.%23=2&O.0=1"},
        {{{"é", "é"}}, "é=%C3%A9", "%C3%A9=%C3%A9"},
    };
    for (const auto& r : rows) {
        CHECK(canonical_query(r.parameters, v3_keys::raw) == r.raw);
        CHECK(canonical_query(r.parameters, v3_keys::encoded) == r.encoded);
    }
}

TEST_CASE("sign_v3: header values are trimmed, repeated ones sorted and joined") {
    header_list headers{{"x-b", "  2\t"}, {"x-a", "z"}, {"x-a", "b"}, {"other", "no"}};
    std::vector<std::string> names{"x-a", "x-b", "x-c"};
    v3_message message;
    message.path = "/a b/c+d";
    message.headers = headers;
    message.signed_headers = names;
    message.payload_hash = "H";
    CHECK(v3_canonical_request(message) ==
          "POST\n/a%20b/c%2Bd\n\nx-a:b,z\nx-b:2\nx-c:\n\nx-a;x-b;x-c\nH");
}

TEST_CASE("sign_v3: an Authorization header round trips") {
    v3_authorization value{"id", {"host", "x-acs-date"}, empty_hash};
    auto text = format_v3_authorization(value);
    CHECK(is_v3_authorization(text));
    auto read = parse_v3_authorization(text);
    REQUIRE(read);
    CHECK(read->access_key_id == "id");
    CHECK(read->signed_headers == value.signed_headers);
    CHECK(read->signature == empty_hash);
    CHECK(parse_v3_authorization("ACS3-HMAC-SHA256 Signature=" + empty_hash +
                                 ", SignedHeaders=host, Credential=a=b"));
    auto no_id = parse_v3_authorization(
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,"
        "Signature=" +
        empty_hash);
    REQUIRE(no_id);
    CHECK(no_id->access_key_id.empty());
}

TEST_CASE("sign_v3: hostile Authorization headers are refused") {
    auto with = [](const std::string& credential, const std::string& names,
                   const std::string& signature) {
        return "ACS3-HMAC-SHA256 Credential=" + credential + ",SignedHeaders=" + names +
               ",Signature=" + signature;
    };
    std::string many = "a";
    for (int i = 10; i < 80; ++i) many += ";b" + std::to_string(i);
    std::string rows[] = {
        "",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256 ",
        "ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=" + empty_hash,
        "ACS3-HMAC-SHA256Credential=a,SignedHeaders=host,Signature=" + empty_hash,
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=a,Signature=" + empty_hash,
        "ACS3-HMAC-SHA256 SignedHeaders=host,Signature=" + empty_hash,
        with("a", "host", empty_hash) + ",Credential=b",
        with("a", "host", empty_hash) + ",Other=b",
        with("a", "host", empty_hash) + ",x",
        with("a", "", empty_hash),
        with("a", "host;", empty_hash),
        with("a", ";host", empty_hash),
        with("a", "host;host", empty_hash),
        with("a", "x;host", empty_hash),
        with("a", "Host", empty_hash),
        with("a", "ho st", empty_hash),
        with("a", "a:b", empty_hash),
        with("a", many, empty_hash),
        with("a", "host", ""),
        with("a", "host", "06563A" + empty_hash.substr(6)),
        with("a", "host", empty_hash.substr(1)),
        with("a", "host", empty_hash + "0"),
        with("a b", "host", empty_hash),
        with("a\x01", "host", empty_hash),
        with("\xff", "host", empty_hash),
        with(std::string(5000, 'a'), "host", empty_hash),
    };
    for (const auto& text : rows) CHECK_MESSAGE(!parse_v3_authorization(text), text);
    CHECK_FALSE(is_v3_authorization("Bearer ACS3-"));
    CHECK_FALSE(is_v3_authorization(""));
    CHECK(is_v3_authorization("  ACS3-RSA-SHA256 x"));
}
