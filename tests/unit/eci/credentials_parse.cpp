// What gives credentials is a peer like any other: its answers are bounded and checked.
#include "eci/credentials/answers.hpp"
#include "eci/credentials/check.hpp"
#include "eci/credentials/providers.hpp"
#include "eci/credentials/sts.hpp"

#include <ecisbx/error.hpp>

#include "core/percent.hpp"
#include "proto/sign_v1.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace {

using namespace ecisbx;
using namespace ecisbx::eci;

template <class F>
error_info refusal(F f) {
    try {
        f();
    } catch (const error& e) {
        return e.info();
    }
    return {};
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string metadata(const std::string& id = "STS.id", const std::string& key = "key",
                     const std::string& token = "token",
                     const std::string& expires = "2026-01-02T03:04:05Z") {
    return R"({"Code":"Success","AccessKeyId":")" + id + R"(","AccessKeySecret":")" + key +
           R"(","SecurityToken":")" + token + R"(","Expiration":")" + expires +
           R"(","LastUpdated":"2026-01-01T00:00:00Z"})";
}

std::map<std::string, std::string> form(const std::string& text) {
    auto fields = core::parse_form(text).value();
    return {fields.begin(), fields.end()};
}

TEST_CASE("credentials: an answer of the metadata service") {
    auto keys = parse_metadata_answer(metadata());
    CHECK(keys.access_key_id() == "STS.id");
    CHECK(keys.access_key_secret().reveal() == "key");
    CHECK(keys.security_token().reveal() == "token");
    REQUIRE(keys.expires().has_value());
    CHECK(core::format_rfc3339(*keys.expires()) == "2026-01-02T03:04:05Z");
    CHECK_FALSE(parse_metadata_answer(metadata("i", "k", "t", "")).expires().has_value());
}

TEST_CASE("credentials: answers that are none") {
    const std::string bad[] = {
        "",
        "{",
        "[]",
        "null",
        "3",
        "<html>",
        "\xff\xfe",
        "{}",
        R"({"Code":"Success"})",
        R"({"Code":"Fail","AccessKeyId":"i","AccessKeySecret":"k","SecurityToken":"t"})",
        R"({"Code":3,"AccessKeyId":"i","AccessKeySecret":"k","SecurityToken":"t"})",
        R"({"Code":"Success","AccessKeyId":["i"],"AccessKeySecret":"k","SecurityToken":"t"})",
        metadata("", "k", "t"),
        metadata("i", "", "t"),
        metadata("i", "k", ""),
        metadata("i", "k", "t", "tomorrow"),
        metadata("i", "k", "t", "2026-13-02T03:04:05Z"),
        metadata() + metadata(),
    };
    for (const auto& body : bad) {
        CAPTURE(body);
        auto why = refusal([&] { parse_metadata_answer(body); });
        CHECK(why.code == errc::protocol);
    }
}

TEST_CASE("credentials: parts that could become something else in a header or a form") {
    for (const char* part :
         {"a\\r\\nx: y", "a\\nb", "a\\u0000b", "a b", "a\\tb", "\\u4f60", "a\\u007f"}) {
        CAPTURE(part);
        for (int where = 0; where < 3; ++where) {
            auto body =
                metadata(where == 0 ? part : "i", where == 1 ? part : "k", where == 2 ? part : "t");
            auto why = refusal([&] { parse_metadata_answer(body); });
            CHECK(why.code == errc::protocol);
        }
    }
    CHECK(refusal([] { parse_metadata_answer(metadata("id,SignedHeaders=host")); }).code ==
          errc::protocol);
}

TEST_CASE("credentials: sizes are bounded, and a message never repeats a secret") {
    auto longest = metadata("i", "k", std::string(16 * 1024, 't'));
    CHECK(parse_metadata_answer(longest).security_token().size() == 16 * 1024);
    for (const auto& body :
         {metadata(std::string(257, 'S')), metadata("i", std::string(1025, 'S')),
          metadata("i", "k", std::string(16 * 1024 + 1, 'S')), std::string(70'000, 'S'),
          metadata("i", "k", "SSSSSSSS SSSS"), metadata("i", "k", "t", "SSSSSSSS")}) {
        auto why = refusal([&] { parse_metadata_answer(body); });
        CHECK(why.code == errc::protocol);
        CHECK_FALSE(has(why.message, "SSSS"));
    }
    auto deep = R"({"Code":)" + std::string(20'000, '[');
    CHECK(refusal([&] { parse_metadata_answer(deep); }).code == errc::protocol);
}

TEST_CASE("credentials: of a key that is there twice the last one counts") {
    auto keys = parse_metadata_answer(
        R"({"Code":"Fail","Code":"Success","AccessKeyId":"old","AccessKeyId":"new",)"
        R"("AccessKeySecret":"k","SecurityToken":"t"})");
    CHECK(keys.access_key_id() == "new");
}

TEST_CASE("credentials: what an external program prints") {
    auto ak = parse_process_answer(R"({"mode":"AK","access_key_id":"i","access_key_secret":"k"})");
    CHECK(ak.access_key_id() == "i");
    CHECK(ak.security_token().empty());
    auto sts = parse_process_answer(
        R"({"mode":"ststoken","access_key_id":"i","access_key_secret":"k","sts_token":"t",)"
        "\"expiration\":\"2026-01-02T03:04:05Z\"}\n");
    CHECK(sts.security_token().reveal() == "t");
    CHECK(sts.expires().has_value());
    CHECK(refusal([] {
              parse_process_answer(
                  R"({"mode":"StsToken","access_key_id":"i","access_key_secret":"k"})");
          }).code == errc::protocol);
    auto mode = refusal([] { parse_process_answer(R"({"mode":"Ecs\nRamRole"})"); });
    CHECK(mode.code == errc::protocol);
    mode = refusal([] { parse_process_answer(R"({"mode":"EcsRamRole"})"); });
    CHECK(mode.code == errc::unsupported);
    CHECK(has(mode.message, "EcsRamRole"));
    CHECK(refusal([] { parse_process_answer("access_key_id=i"); }).code == errc::protocol);
}

TEST_CASE("credentials: the answer of STS, and its refusals") {
    auto keys = parse_sts_answer(R"({"RequestId":"R","Credentials":{"AccessKeyId":"STS.i",)"
                                 R"("AccessKeySecret":"k","SecurityToken":"t",)"
                                 R"("Expiration":"2026-01-02T03:04:05Z"}})");
    CHECK(keys.access_key_id() == "STS.i");
    for (const char* body : {"{}", R"({"Credentials":[]})", R"({"Credentials":{}})"})
        CHECK(refusal([&] { parse_sts_answer(body); }).code == errc::protocol);

    auto denied =
        sts_refusal(403, "application/json",
                    R"({"RequestId":"R-1","Code":"NoPermission","Message":"not you"})", secret());
    CHECK(denied.code == errc::forbidden);
    CHECK(denied.request_id == "R-1");
    CHECK(has(denied.message, "'NoPermission'"));
    CHECK(has(denied.message, "not you"));
}

TEST_CASE("credentials: a refusal of STS does not repeat what was sent") {
    secret token("eyJhbGciOiJSUzI1NiJ9.hidden");
    auto echo = [&](const char* code, const std::string& message) {
        auto body = R"({"Code":")" + std::string(code) + R"(","Message":")" + message + R"("})";
        return sts_refusal(400, "application/json", body, token).message;
    };
    CHECK_FALSE(has(echo("SignatureDoesNotMatch", "server string to sign is:SecurityToken%3DX"),
                    "SecurityToken"));
    CHECK_FALSE(has(echo("AuthenticationFail.OIDCToken.Invalid",
                         "the token eyJhbGciOiJSUzI1NiJ9.hidden is wrong"),
                    "hidden"));
    CHECK_FALSE(has(echo("X", std::string(301, 'y')), "yyy"));
    CHECK(has(echo("AuthenticationFail.OIDCToken.Expired", "This token has expired."), "expired"));
    const std::string sent(token.reveal());
    const auto other = sts_refusal(
        400, "application/json",
        R"({"Code":"Bad)" + sent + R"(","Message":"m","RequestId":")" + sent + R"("})", token);
    CHECK_FALSE(has(other.to_string(), "hidden"));
    CHECK(other.service_code.empty());
    CHECK(other.request_id.empty());
}

TEST_CASE("credentials: the name of a role") {
    CHECK(parse_role_name("my-Role_1") == "my-Role_1");
    CHECK(parse_role_name("first\nsecond\n") == "first");
    CHECK(parse_role_name(" first \r\n") == "first");
    for (const char* bad : {"", "\n", "a b", "../x", "<html>", "a?b", "\xe4"}) {
        CAPTURE(bad);
        CHECK(refusal([&] { parse_role_name(bad); }).code == errc::protocol);
    }
    CHECK(refusal([] { parse_role_name(std::string(129, 'a')); }).code == errc::protocol);
}

TEST_CASE("credentials: the hosts of STS") {
    CHECK(sts_host("", false) == "sts.aliyuncs.com");
    CHECK(sts_host("", true) == "sts.aliyuncs.com");
    CHECK(sts_host("cn-beijing", false) == "sts.cn-beijing.aliyuncs.com");
    CHECK(sts_host("cn-beijing", true) == "sts-vpc.cn-beijing.aliyuncs.com");
    for (const char* bad : {"x.evil.com/", "CN", "a b", "a@b"})
        CHECK(refusal([&] { sts_host(bad, false); }).code == errc::invalid_argument);
}

role_session a_role() {
    role_session role;
    role.arn = "acs:ram::1234:role/build & test";
    return role;
}

TEST_CASE("credentials: what a role session must be") {
    auto role = a_role();
    CHECK(refusal([&] { completed(role); }).code == errc::invalid_argument);  // a blank
    role.arn = "acs:ram::1234:role/build";
    auto whole = completed(role);
    CHECK(whole.name.starts_with("ecisbx-"));
    CHECK(whole.seconds == 3600);
    CHECK(completed(role).name != whole.name);
    auto refuses = [&](auto change) {
        auto other = role;
        change(other);
        return refusal([&] { completed(other); }).code == errc::invalid_argument;
    };
    CHECK(refuses([](role_session& r) { r.arn.clear(); }));
    CHECK(refuses([](role_session& r) { r.arn = std::string(2049, 'a'); }));
    CHECK(refuses([](role_session& r) { r.name = "x"; }));
    CHECK(refuses([](role_session& r) { r.name = std::string(65, 'x'); }));
    CHECK(refuses([](role_session& r) { r.name = "a b"; }));
    CHECK(refuses([](role_session& r) { r.seconds = 899; }));
    CHECK(refuses([](role_session& r) { r.seconds = 43201; }));
    CHECK(refuses([](role_session& r) { r.seconds = -1; }));
    CHECK(refuses([](role_session& r) { r.policy = std::string(8193, 'x'); }));
    CHECK(refuses([](role_session& r) { r.external_id = "a\nb"; }));
}

TEST_CASE("credentials: AssumeRole is signed with the key of the first generation") {
    auto role = a_role();
    role.arn = "acs:ram::1234:role/build&test";
    role.name = "session";
    role.policy = R"({"Version":"1"})";
    role.external_id = "their+id";
    auto now = core::parse_rfc3339("2026-01-02T03:04:05Z").value();
    auto text =
        assume_role_form(completed(role), credentials("id", "key", "to+ken/="), now, "nonce");
    auto sent = form(text);
    CHECK(sent.at("Action") == "AssumeRole");
    CHECK(sent.at("Version") == "2015-04-01");
    CHECK(sent.at("Format") == "JSON");
    CHECK(sent.at("RoleArn") == role.arn);
    CHECK(sent.at("RoleSessionName") == "session");
    CHECK(sent.at("DurationSeconds") == "3600");
    CHECK(sent.at("Policy") == role.policy);
    CHECK(sent.at("ExternalId") == "their+id");
    CHECK(sent.at("SecurityToken") == "to+ken/=");
    CHECK(sent.at("AccessKeyId") == "id");
    CHECK(sent.at("Timestamp") == "2026-01-02T03:04:05Z");
    CHECK(sent.at("SignatureNonce") == "nonce");
    CHECK_FALSE(has(text, "key&"));
    auto all = core::parse_form(text).value();
    CHECK(sent.at("Signature") ==
          proto::v1_signature(secret("key"), proto::v1_string_to_sign("POST", all)));
    CHECK_FALSE(form(assume_role_form(completed(role), credentials("id", "key"), now, "n"))
                    .contains("SecurityToken"));
}

TEST_CASE("credentials: AssumeRoleWithOIDC is not signed") {
    auto role = a_role();
    role.arn = "acs:ram::1234:role/build";
    role.name = "session";
    auto now = core::parse_rfc3339("2026-01-02T03:04:05Z").value();
    auto sent = form(oidc_form(completed(role), "acs:ram::1:oidc-provider/ack", "ey.J+/=", now));
    CHECK(sent.at("Action") == "AssumeRoleWithOIDC");
    CHECK(sent.at("OIDCProviderArn") == "acs:ram::1:oidc-provider/ack");
    CHECK(sent.at("OIDCToken") == "ey.J+/=");
    CHECK(sent.at("RoleSessionName") == "session");
    CHECK_FALSE(sent.contains("Signature"));
    CHECK_FALSE(sent.contains("AccessKeyId"));
    CHECK_FALSE(sent.contains("Policy"));
}

TEST_CASE("credentials: a command line is split without a shell") {
    using words = std::vector<std::string>;
    CHECK(command_words("get-key --as me") == words{"get-key", "--as", "me"});
    CHECK(command_words("  a\t b\n") == words{"a", "b"});
    CHECK(command_words(R"('/opt/my tool' "two words" x'y z'w "")") ==
          words{"/opt/my tool", "two words", "xy zw", ""});
    CHECK(command_words(R"(a\ b "q\"q" 'b\s' "c\n" \')") ==
          words{"a b", "q\"q", "b\\s", "c\\n", "'"});
    CHECK(command_words("a;b $(id) `id` $HOME * | > x") ==
          words{"a;b", "$(id)", "`id`", "$HOME", "*", "|", ">", "x"});
    for (const std::string& bad :
         {std::string(), std::string("  "), std::string("'a"), std::string("a \"b"),
          std::string("a\\"), std::string("'' a"), std::string("a\0b", 3)}) {
        CAPTURE(bad);
        CHECK(refusal([&] { command_words(bad); }).code == errc::invalid_argument);
    }
}

TEST_CASE("credentials: files are read whole, or not at all") {
    namespace fs = std::filesystem;
    char name[] = "/tmp/ecisbx-small-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    fs::path folder = name;
    auto path = [&](const char* file) { return (folder / file).string(); };
    CHECK_FALSE(read_small_file(path("absent")).has_value());
    CHECK_FALSE(read_small_file(path("absent/below")).has_value());
    std::ofstream(path("ten")) << "0123456789";
    CHECK(read_small_file(path("ten"), 10) == "0123456789");
    CHECK_FALSE(read_small_file(path("ten/below")).has_value());
    CHECK(refusal([&] { read_small_file(path("ten"), 9); }).code == errc::invalid_argument);
    CHECK(refusal([&] { read_small_file(folder.string()); }).code == errc::invalid_argument);
    REQUIRE(::mkfifo(path("pipe").c_str(), 0600) == 0);
    CHECK(refusal([&] { read_small_file(path("pipe")); }).code == errc::invalid_argument);
    std::ofstream(path("empty")).flush();
    CHECK(read_small_file(path("empty")) == "");
    fs::remove_all(folder);
}

}  // namespace
