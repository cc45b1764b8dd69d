// The vendor's two kinds of profile files.
#include "eci/credentials/cli_profile.hpp"
#include "eci/credentials/ini_profile.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace ecisbx;
using namespace ecisbx::eci;
using kind = recipe::kind;

const core::utc_time now = core::parse_rfc3339("2026-01-02T03:04:05Z").value();

recipe cli(const std::string& text, const std::string& name = {}) {
    return cli_recipe(text, name, now);
}

/// A file with one profile `p`.
std::string one(const std::string& fields) {
    return R"({"current":"p","profiles":[{"name":"p",)" + fields + "}]}";
}

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

const std::string key = R"("access_key_id":"id","access_key_secret":"secret")";

TEST_CASE("cli profile: keys") {
    auto ak = cli(one(R"("mode":"AK",)" + key + R"(,"sts_token":"ignored")"));
    CHECK(ak.what == kind::keys);
    CHECK(ak.keys.access_key_id() == "id");
    CHECK(ak.keys.access_key_secret().reveal() == "secret");
    CHECK(ak.keys.security_token().empty());
    CHECK(ak.text == "profile 'p', mode AK");
    auto sts = cli(one(R"("mode":"StsToken","sts_token":"t",)" + key));
    CHECK(sts.keys.security_token().reveal() == "t");
    CHECK(cli(one(R"("mode":"ststoken","sts_token":"t",)" + key)).what == kind::keys);
    CHECK(cli("\xEF\xBB\xBF" + one(R"("mode":"AK",)" + key)).what == kind::keys);
}

TEST_CASE("cli profile: which one") {
    std::string file = R"({"current":"b","profiles":[
        {"name":"a","mode":"AK","access_key_id":"ida","access_key_secret":"k"},
        {"name":"b","mode":"AK","access_key_id":"idb","access_key_secret":"k"},
        {"name":"default","mode":"AK","access_key_id":"idd","access_key_secret":"k"}]})";
    CHECK(cli(file).keys.access_key_id() == "idb");
    CHECK(cli(file, "a").keys.access_key_id() == "ida");
    auto missing = refusal([&] { cli(file, "c"); });
    CHECK(missing.code == errc::not_found);
    CHECK(has(missing.message, "'c'"));
    auto without_current = file.substr(0, 1) + file.substr(file.find("\"profiles"));
    CHECK(cli(without_current).keys.access_key_id() == "idd");
    auto twice = R"({"profiles":[{"name":"default","mode":"AK"},{"name":"default"}]})";
    CHECK(refusal([&] { cli(twice); }).code == errc::protocol);
}

TEST_CASE("cli profile: roles") {
    auto arn = cli(one(R"("mode":"RamRoleArn","ram_role_arn":"acs:ram::1:role/r",)"
                       R"("ram_session_name":"me","expired_seconds":900,"external_id":"x",)"
                       R"("policy":"{}","sts_region":"cn-beijing","enable_vpc":true,)" +
                       key));
    CHECK(arn.what == kind::assume_role);
    CHECK(arn.role.arn == "acs:ram::1:role/r");
    CHECK(arn.role.name == "me");
    CHECK(arn.role.seconds == 900);
    CHECK(arn.role.external_id == "x");
    CHECK(arn.role.policy == "{}");
    CHECK(arn.role.region == "cn-beijing");
    CHECK(arn.role.vpc);
    REQUIRE(arn.base);
    CHECK(arn.base->keys.access_key_id() == "id");

    auto ecs = cli(one(R"("mode":"EcsRamRole","ram_role_name":"r")"));
    CHECK(ecs.what == kind::metadata);
    CHECK(ecs.role_name == "r");
    CHECK(cli(one(R"("mode":"EcsRamRole")")).role_name.empty());
    auto by_ecs =
        cli(one(R"("mode":"RamRoleArnWithRoleName","ram_role_arn":"a","ram_role_name":"r")"));
    CHECK(by_ecs.what == kind::assume_role);
    CHECK(by_ecs.base->what == kind::metadata);

    auto oidc =
        cli(one(R"("mode":"OIDC","ram_role_arn":"a","oidc_provider_arn":"p",)"
                R"("oidc_token_file":"/t","role_session_name":"me","expired_seconds":"1000")"));
    CHECK(oidc.what == kind::oidc);
    CHECK(oidc.provider_arn == "p");
    CHECK(oidc.token_file == "/t");
    CHECK(oidc.role.name == "me");
    CHECK(oidc.role.seconds == 1000);

    CHECK(cli(one(R"("mode":"External","process_command":"get 'a b'")")).command == "get 'a b'");
    CHECK(cli(one(R"("mode":"CredentialsURI","credentials_uri":"http://x")")).uri == "http://x");
}

TEST_CASE("cli profile: a chain of profiles") {
    auto file = R"({"current":"c","profiles":[
        {"name":"a","mode":"AK","access_key_id":"id","access_key_secret":"k"},
        {"name":"b","mode":"ChainableRamRoleArn","ram_role_arn":"rb","source_profile":"a"},
        {"name":"c","mode":"ChainableRamRoleArn","ram_role_arn":"rc","source_profile":"b"}]})";
    auto c = cli(file);
    CHECK(c.role.arn == "rc");
    CHECK(c.base->role.arn == "rb");
    CHECK(c.base->base->keys.access_key_id() == "id");
    CHECK(has(c.text, "profile 'c'"));
    CHECK(has(c.text, "profile 'a', mode AK"));
}

TEST_CASE("cli profile: circles and endless chains are refused") {
    auto link = [](const std::string& name, const std::string& to) {
        return R"({"name":")" + name +
               R"(","mode":"ChainableRamRoleArn","ram_role_arn":"r","source_profile":")" + to +
               R"("})";
    };
    auto self = refusal([&] { cli(R"({"profiles":[)" + link("a", "a") + "]}", "a"); });
    CHECK(self.code == errc::invalid_argument);
    CHECK(has(self.message, "back to itself"));
    auto two = R"({"profiles":[)" + link("a", "b") + "," + link("b", "a") + "]}";
    CHECK(refusal([&] { cli(two, "a"); }).code == errc::invalid_argument);
    std::string many = R"({"profiles":[)";
    for (int i = 0; i < 10'000; ++i)
        many += (i ? "," : "") + link("p" + std::to_string(i), "p" + std::to_string(i + 1));
    auto deep = refusal([&] { cli(many + "]}", "p0"); });
    CHECK(deep.code == errc::invalid_argument);
    CHECK(has(deep.message, "more than 8"));
    auto gone = refusal([&] { cli(R"({"profiles":[)" + link("a", "zz") + "]}", "a"); });
    CHECK(gone.code == errc::not_found);
    CHECK(has(gone.message, "'zz'"));
}

TEST_CASE("cli profile: a browser's session is used while it lasts") {
    auto at = now.time_since_epoch().count();
    for (std::string mode : {"CloudSSO", "OAuth"}) {
        CAPTURE(mode);
        auto with = [&](long long expires) {
            return one(R"("mode":")" + mode + R"(","sts_token":"t","sts_expiration":)" +
                       std::to_string(expires) + "," + key);
        };
        auto good = cli(with(at + 1));
        CHECK(good.keys.security_token().reveal() == "t");
        CHECK(good.keys.expires() == now + std::chrono::seconds(1));
        CHECK(cli(with(9223372036854775807)).keys.expires().has_value());
        for (const auto& file : {with(at), with(0), with(-5), one(R"("mode":")" + mode + "\"")}) {
            auto why = refusal([&] { cli(file); });
            CHECK(why.code == errc::unsupported);
            CHECK(has(why.message, mode));
            CHECK(has(why.message, "not supported, because"));
        }
    }
    for (const char* mode : {"RsaKeyPair", "BearerToken", "Anonymous"})
        CHECK(refusal([&] { cli(one(R"("mode":")" + std::string(mode) + "\"")); }).code ==
              errc::unsupported);
}

TEST_CASE("cli profile: what is missing is named, and no secret is shown") {
    struct sample {
        const char* fields;
        const char* named;
    };
    for (auto [fields, named] :
         {sample{R"("mode":"AK","access_key_secret":"hidden")", "access_key_id"},
          sample{R"("mode":"AK","access_key_id":"hidden")", "access_key_secret"},
          sample{R"("mode":"StsToken","access_key_id":"hidden","access_key_secret":"hidden")",
                 "sts_token"},
          sample{R"("mode":"RamRoleArn","access_key_id":"hidden","access_key_secret":"hidden")",
                 "ram_role_arn"},
          sample{R"("mode":"ChainableRamRoleArn","ram_role_arn":"r")", "source_profile"},
          sample{R"("mode":"OIDC","ram_role_arn":"r")", "oidc_provider_arn"},
          sample{R"("mode":"External")", "process_command"},
          sample{R"("access_key_id":"hidden")", "mode"},
          sample{R"("mode":"Magic","access_key_id":"hidden")", "Magic"},
          sample{R"("mode":"AK","access_key_id":"hidden\nhidden","access_key_secret":"x")",
                 "access_key_id"},
          sample{R"("mode":"AK","access_key_id":7,"access_key_secret":"hidden")", "access_key_id"},
          sample{R"("mode":"AK","access_key_id":"hid den","access_key_secret":"x")",
                 "access key id"},
          sample{R"("mode":"EcsRamRole","ram_role_name":{})", "ram_role_name"},
          sample{R"("mode":"OIDC","ram_role_arn":"r","expired_seconds":1.5)", "expired_seconds"},
          sample{R"("mode":"OIDC","ram_role_arn":"r","enable_vpc":"yes")", "enable_vpc"}}) {
        CAPTURE(fields);
        auto why = refusal([&] { cli(one(fields)); });
        CHECK(why.code);
        CHECK(has(why.message, named));
        CHECK(has(why.message, "profile 'p'"));
        CHECK_FALSE(has(why.message, "hidden"));
    }
}

TEST_CASE("cli profile: files that are none") {
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("[]"), std::string("\0{}", 3),
          std::string("{\"profiles\":" + std::string(100'000, '[')),
          std::string(R"({"profiles":{}})"), std::string(R"({"profiles":[3]})"),
          std::string("{\"profiles\":[]}") + std::string(1024 * 1024, ' '),
          std::string(R"({"current":3,"profiles":[]})"), std::string("{\"a\":\"\xff\"}")}) {
        CHECK(refusal([&] { cli(text); }).code == errc::protocol);
    }
    CHECK(refusal([] { cli(R"({"profiles":[]})"); }).code == errc::not_found);
}

TEST_CASE("ini profile: every type") {
    auto file =
        "# a comment\n; another\n[default]\r\ntype = access_key # behind a value\r\n"
        "access_key_id=id\naccess_key_secret = secret\n\n"
        "[role] ; why\nTYPE=ram_role_arn\naccess_key_id=id\naccess_key_secret=k\nrole_arn=r\n"
        "role_session_name=me\npolicy={}\n"
        "[oidc]\ntype=oidc_role_arn\nrole_arn=r\noidc_provider_arn=p\n"
        "oidc_token_file_path=/var/t\n"
        "[ecs]\ntype=ecs_ram_role\nrole_name=r\n[rsa]\ntype=rsa_key_pair\n[odd]\ntype=x\n"
        "[half]\ntype=access_key\naccess_key_id=hidden\n[none]";
    auto ak = ini_recipe(file, "");
    CHECK(ak.what == kind::keys);
    CHECK(ak.keys.access_key_id() == "id");
    CHECK(ak.keys.access_key_secret().reveal() == "secret");
    CHECK(ak.text == "section 'default', type access_key");
    auto role = ini_recipe(file, "role");
    CHECK(role.what == kind::assume_role);
    CHECK(role.role.arn == "r");
    CHECK(role.role.name == "me");
    CHECK(role.role.policy == "{}");
    CHECK(role.base->keys.access_key_id() == "id");
    auto oidc = ini_recipe(file, "oidc");
    CHECK(oidc.what == kind::oidc);
    CHECK(oidc.token_file == "/var/t");
    auto ecs = ini_recipe(file, "ecs");
    CHECK(ecs.what == kind::metadata);
    CHECK(ecs.role_name == "r");
    CHECK(refusal([&] { ini_recipe(file, "rsa"); }).code == errc::unsupported);
    CHECK(refusal([&] { ini_recipe(file, "odd"); }).code == errc::invalid_argument);
    CHECK(refusal([&] { ini_recipe(file, "none"); }).code == errc::invalid_argument);
    CHECK(refusal([&] { ini_recipe(file, "absent"); }).code == errc::not_found);
    auto half = refusal([&] { ini_recipe(file, "half"); });
    CHECK(has(half.message, "access_key_secret"));
    CHECK_FALSE(has(half.message, "hidden"));
}

TEST_CASE("ini profile: malformed lines are named by number") {
    struct sample {
        std::string text;
        const char* said;
    };
    const sample samples[] = {
        {"a=1\n", "line 1: a key before"},
        {"[a\n", "line 1: a [ without"},
        {"[a] b\n", "line 1: something behind"},
        {"[a]\nhidden\n", "line 2: expected"},
        {"[a]\n\nk=hidden\nk=hidden\n", "line 4: the key 'k' is there twice"},
        {"[a]\nK=hidden\nk=hidden\n", "line 3: the key 'k' is there twice"},
        {"[a]\n[b]\n[a]\n", "line 3: the section 'a' is there twice"},
        {std::string("[a]\nk=hid\0den\n", 14), "line 2: a control character"},
        {"[a]\nk=hid\rden\n", "line 2: a control character"},
        {"[a]\nk=hid\x1b[2Jden\n", "line 2: a control character"},
    };
    for (const auto& [text, said] : samples) {
        CAPTURE(text);
        auto why = refusal([&, &t = text] { ini_recipe(t, "a"); });
        CHECK(why.code == errc::protocol);
        CHECK(has(why.message, said));
        CHECK_FALSE(has(why.message, "hid"));
    }
    CHECK(refusal([] { ini_recipe("", ""); }).code == errc::not_found);
    CHECK(refusal([] {
              ini_recipe(
                  "[default]\ntype=ram_role_arn\naccess_key_id=i\n"
                  "access_key_secret=k\nrole_arn=r\nduration_seconds=1h\n",
                  "");
          }).code == errc::invalid_argument);
}

}  // namespace
