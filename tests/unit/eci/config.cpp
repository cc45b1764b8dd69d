#include <ecisbx/eci/config.hpp>
#include <ecisbx/error.hpp>

#include "eci/credentials/settings.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using ecisbx::errc;
using ecisbx::eci::config;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"ECI_SANDBOX_TIMEOUT_MS",
                                    "ECI_SANDBOX_CA_FILE",
                                    "ECI_SANDBOX_EXEC_HOSTS",
                                    "HTTPS_PROXY",
                                    "HTTP_PROXY",
                                    "NO_PROXY",
                                    "https_proxy",
                                    "http_proxy",
                                    "no_proxy",
                                    "ALIBABA_CLOUD_TIMEOUT_MS"};
    for (std::string prefix : {"ECI_SANDBOX_", "ALIBABA_CLOUD_"})
        for (const char* name : {"ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN",
                                 "REGION_ID", "ENDPOINT", "VPC_ENDPOINT_ENABLED"})
            all.push_back(prefix + name);
    for (auto name : ecisbx::eci::chain_variable_names)
        if (std::find(all.begin(), all.end(), name) == all.end()) all.emplace_back(name);
    return all;
}();

/// A working folder and an environment of the test's own; both are put back.
class place {
public:
    place() : before_(fs::current_path()) {
        for (const auto& n : names) {
            const char* value = ::getenv(n.c_str());
            saved_.emplace_back(n, value ? std::optional<std::string>(value) : std::nullopt);
            ::unsetenv(n.c_str());
        }
        char name[] = "/tmp/ecisbx-config-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        folder = name;
        fs::create_directories(folder / "sub");
        fs::current_path(folder / "sub");
        write(folder / "sub" / ".env", "");  // so that no file above the test's is found
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        fs::current_path(before_);
        fs::remove_all(folder);
        for (const auto& [n, value] : saved_) {
            if (value)
                ::setenv(n.c_str(), value->c_str(), 1);
            else
                ::unsetenv(n.c_str());
        }
    }
    void env(const std::string& name, const std::string& value) {
        REQUIRE(std::find(names.begin(), names.end(), name) != names.end());
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    void dotenv(const std::string& text) { write(folder / "sub" / ".env", text); }
    static void write(const fs::path& file, const std::string& text) {
        std::ofstream(file, std::ios::binary) << text;
    }
    std::string file() const { return (folder / "sub" / ".env").string(); }

    fs::path folder;

private:
    fs::path before_;
    std::vector<std::pair<std::string, std::optional<std::string>>> saved_;
};

ecisbx::error_info failure_of(const std::string& file = {}) {
    try {
        config::from_env(file);
    } catch (const ecisbx::error& e) {
        return e.info();
    }
    return {};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

bool has_line(const config& c, const std::string& line) {
    return std::find(c.sources().begin(), c.sources().end(), line) != c.sources().end();
}

}  // namespace

TEST_CASE("config: defaults") {
    place p;
    auto c = config::from_env();
    CHECK(c.region() == "cn-shanghai");
    CHECK(c.access_key_id().empty());
    CHECK(c.access_key_secret().empty());
    CHECK(c.security_token().empty());
    CHECK(c.endpoint().empty());
    CHECK(c.timeout() == 60s);
    CHECK(c.proxy().empty());
    CHECK_FALSE(c.plain_http_allowed());
    CHECK(has_line(c, ".env file: " + p.file()));
    CHECK(has_line(c, "access key: not set"));
    CHECK(has_line(c, "region: cn-shanghai (default)"));
}

TEST_CASE("config: everything from the environment") {
    place p;
    p.env("ECI_SANDBOX_ACCESS_KEY_ID", "id1");
    p.env("ECI_SANDBOX_ACCESS_KEY_SECRET", "key1");
    p.env("ECI_SANDBOX_SECURITY_TOKEN", "token1");
    p.env("ECI_SANDBOX_REGION_ID", "cn-hangzhou");
    p.env("ECI_SANDBOX_ENDPOINT", "https://eci.example.com:8443");
    p.env("ECI_SANDBOX_TIMEOUT_MS", "1500");
    p.env("ECI_SANDBOX_CA_FILE", "/etc/ca.pem");
    p.env("ECI_SANDBOX_EXEC_HOSTS", "a.example.com, .b.example.com\t,, ");
    p.env("HTTPS_PROXY", "http://user:pa55@proxy:3128");
    p.env("HTTP_PROXY", "http://other:1");
    p.env("NO_PROXY", "localhost,.corp");
    auto c = config::from_env();
    CHECK(c.access_key_id() == "id1");
    CHECK(c.access_key_secret().reveal() == "key1");
    CHECK(c.security_token().reveal() == "token1");
    CHECK(c.region() == "cn-hangzhou");
    CHECK(c.endpoint() == "https://eci.example.com:8443");
    CHECK(c.timeout() == 1500ms);
    CHECK(c.ca_file() == "/etc/ca.pem");
    CHECK(c.exec_hosts() == std::vector<std::string>{"a.example.com", ".b.example.com"});
    CHECK(c.proxy().reveal() == "http://user:pa55@proxy:3128");
    CHECK(c.no_proxy() == "localhost,.corp");

    CHECK(has_line(c, "access key id: from ECI_SANDBOX_ACCESS_KEY_ID (environment)"));
    CHECK(has_line(c, "access key secret: from ECI_SANDBOX_ACCESS_KEY_SECRET (environment)"));
    CHECK(has_line(c, "security token: from ECI_SANDBOX_SECURITY_TOKEN (environment)"));
    CHECK(has_line(c, "region: cn-hangzhou from ECI_SANDBOX_REGION_ID (environment)"));
    CHECK(has_line(c, "timeout in ms: 1500 from ECI_SANDBOX_TIMEOUT_MS (environment)"));
    CHECK(has_line(c, "proxy: from HTTPS_PROXY (environment)"));
    for (const auto& line : c.sources())
        for (const char* hidden : {"id1", "key1", "token1", "pa55"})
            CHECK_FALSE(contains(line, hidden));
}

TEST_CASE("config: everything from a file") {
    place p;
    p.dotenv(
        "# my settings\nexport ALIBABA_CLOUD_ACCESS_KEY_ID=id2\n"
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET='key 2'\nALIBABA_CLOUD_SECURITY_TOKEN=\"token2\"\n"
        "ALIBABA_CLOUD_REGION_ID=cn-beijing\nALIBABA_CLOUD_ENDPOINT=http://127.0.0.1:8080\n"
        "ECI_SANDBOX_TIMEOUT_MS=7\nhttp_proxy=http://plain:1\nHTTPS_PROXY=http://secure:2\n");
    auto c = config::from_env();
    CHECK(c.access_key_id() == "id2");
    CHECK(c.access_key_secret().reveal() == "key 2");
    CHECK(c.security_token().reveal() == "token2");
    CHECK(c.region() == "cn-beijing");
    CHECK(c.endpoint() == "http://127.0.0.1:8080");
    CHECK(c.timeout() == 7ms);
    CHECK(c.proxy().reveal() == "http://plain:1");  // the endpoint is plain http
    CHECK(has_line(c, "region: cn-beijing from ALIBABA_CLOUD_REGION_ID (" + p.file() + ":5)"));
    CHECK(has_line(c,
                   "access key secret: from ALIBABA_CLOUD_ACCESS_KEY_SECRET (" + p.file() + ":3)"));
}

TEST_CASE("config: who wins") {
    // In this order; each later one is overridden by all before it.
    const std::pair<bool, std::string> order[] = {{true, "ECI_SANDBOX_"},
                                                  {true, "ALIBABA_CLOUD_"},
                                                  {false, "ECI_SANDBOX_"},
                                                  {false, "ALIBABA_CLOUD_"}};
    for (int set = 1; set < 16; ++set) {
        CAPTURE(set);
        place p;
        std::string text, expected;
        for (int i = 0; i < 4; ++i) {
            if (!(set >> i & 1)) continue;
            const auto& [environment, prefix] = order[i];
            auto tag = std::to_string(i);
            if (expected.empty()) expected = tag;
            for (const auto& [name, value] :
                 {std::pair{"REGION_ID", "r" + tag}, std::pair{"ENDPOINT", "h" + tag},
                  std::pair{"ACCESS_KEY_ID", "i" + tag}, std::pair{"ACCESS_KEY_SECRET", "k" + tag},
                  std::pair{"SECURITY_TOKEN", "t" + tag}}) {
                if (environment)
                    p.env(prefix + name, value);
                else
                    text += prefix + name + "=" + value + "\n";
            }
        }
        p.dotenv(text);
        auto c = config::from_env();
        CHECK(c.region() == "r" + expected);
        CHECK(c.endpoint() == "h" + expected);
        CHECK(c.access_key_id() == "i" + expected);
        CHECK(c.access_key_secret().reveal() == "k" + expected);
        CHECK(c.security_token().reveal() == "t" + expected);
    }
}

TEST_CASE("config: setters win over what was found") {
    place p;
    p.env("ECI_SANDBOX_REGION_ID", "cn-hangzhou");
    p.env("ECI_SANDBOX_EXEC_HOSTS", "a");
    auto c = config::from_env().region("cn-beijing").exec_host("b").timeout(5ms);
    CHECK(c.region() == "cn-beijing");
    CHECK(c.exec_hosts() == std::vector<std::string>{"a", "b"});
    CHECK(c.timeout() == 5ms);
}

TEST_CASE("config: a variable that is set but empty counts as unset") {
    place p;
    for (const auto& n : names) p.env(n, "");
    p.dotenv("ECI_SANDBOX_REGION_ID=\nALIBABA_CLOUD_REGION_ID=cn-beijing\nHTTPS_PROXY=''\n");
    auto c = config::from_env();
    CHECK(c.region() == "cn-beijing");
    CHECK(c.proxy().empty());
    CHECK(c.timeout() == 60s);
    CHECK(c.access_key_id().empty());
    CHECK(has_line(c, "access key: not set"));
}

TEST_CASE("config: credentials are never mixed from two sources") {
    const char* const own_id = "ECI_SANDBOX_ACCESS_KEY_ID";
    const char* const own_key = "ECI_SANDBOX_ACCESS_KEY_SECRET";
    SUBCASE("an id in the environment, its secret in the file") {
        place p;
        p.env(own_id, "id1");
        p.dotenv("ECI_SANDBOX_ACCESS_KEY_SECRET=key1\n");
        auto e = failure_of();
        CHECK(e.code == errc::unauthenticated);
        CHECK(e.message ==
              "ECI_SANDBOX_ACCESS_KEY_SECRET is not set in the same place as "
              "ECI_SANDBOX_ACCESS_KEY_ID (environment)");
    }
    SUBCASE("a secret without its id, a whole pair under the other prefix") {
        place p;
        p.env(own_key, "key1");
        p.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id2");
        p.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "key2");
        auto e = failure_of();
        CHECK(e.code == errc::unauthenticated);
        CHECK(contains(e.message, std::string(own_id) + " is not set"));
        CHECK_FALSE(contains(e.message, "key1"));
    }
    SUBCASE("an id in the file whose secret is empty there") {
        place p;
        p.dotenv("\nECI_SANDBOX_ACCESS_KEY_ID=id1\nECI_SANDBOX_ACCESS_KEY_SECRET=\n");
        auto e = failure_of();
        CHECK(e.code == errc::unauthenticated);
        CHECK(contains(e.message, own_key));
        CHECK(contains(e.message, p.file() + ":2"));
    }
    SUBCASE("a half pair that a whole one overrides does not matter") {
        place p;
        p.env(own_id, "id1");
        p.env(own_key, "key1");
        p.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id2");
        CHECK(config::from_env().access_key_id() == "id1");
    }
    SUBCASE("a token alone, or of another source, is not taken") {
        place p;
        p.env("ALIBABA_CLOUD_SECURITY_TOKEN", "token2");
        CHECK(config::from_env().security_token().empty());
        p.env(own_id, "id1");
        p.env(own_key, "key1");
        CHECK(config::from_env().security_token().empty());
        p.dotenv("ECI_SANDBOX_SECURITY_TOKEN=token1\n");
        CHECK(config::from_env().security_token().empty());
        p.env("ECI_SANDBOX_SECURITY_TOKEN", "token1");
        CHECK(config::from_env().security_token().reveal() == "token1");
    }
}

TEST_CASE("config: a timeout is a whole number of milliseconds above 0") {
    for (const char* bad : {"0", "-1", "+1", "1.5", "1s", " 1", "1 ", "x", "0x10", "2147483648",
                            "99999999999999999999", "1\n"}) {
        CAPTURE(bad);
        place p;
        p.env("ECI_SANDBOX_TIMEOUT_MS", bad);
        auto e = failure_of();
        CHECK(e.code == errc::invalid_argument);
        CHECK(contains(e.message, "ECI_SANDBOX_TIMEOUT_MS (environment) must be"));
    }
    place p;
    p.env("ECI_SANDBOX_TIMEOUT_MS", "2147483647");
    CHECK(config::from_env().timeout() == 2147483647ms);
    p.env("ECI_SANDBOX_TIMEOUT_MS", "1");
    CHECK(config::from_env().timeout() == 1ms);
    ::unsetenv("ECI_SANDBOX_TIMEOUT_MS");
    p.dotenv("ECI_SANDBOX_TIMEOUT_MS=soon");
    CHECK(contains(failure_of().message, "ECI_SANDBOX_TIMEOUT_MS (" + p.file() + ":1)"));
}

TEST_CASE("config: a bad endpoint is refused by name") {
    for (const char* bad : {"http://h/path", "ftp://h", "h h", "user:pa55@h", "h:0"}) {
        CAPTURE(bad);
        place p;
        p.env("ALIBABA_CLOUD_ENDPOINT", bad);
        auto e = failure_of();
        CHECK(e.code == errc::invalid_argument);
        CHECK(contains(e.message, "ALIBABA_CLOUD_ENDPOINT (environment): "));
        CHECK_FALSE(contains(e.message, "pa55"));
    }
}

TEST_CASE("config: proxies follow the scheme of the endpoint, lower case first") {
    place p;
    p.env("HTTP_PROXY", "http://a:1");
    CHECK(config::from_env().proxy().empty());
    p.env("ECI_SANDBOX_ENDPOINT", "http://127.0.0.1:80");
    CHECK(config::from_env().proxy().reveal() == "http://a:1");
    p.env("http_proxy", "http://b:1");
    CHECK(config::from_env().proxy().reveal() == "http://b:1");
    p.env("ECI_SANDBOX_ENDPOINT", "h");
    CHECK(config::from_env().proxy().empty());
    p.env("HTTPS_PROXY", "http://c:1");
    CHECK(config::from_env().proxy().reveal() == "http://c:1");
    p.env("https_proxy", "http://d:1");
    p.env("NO_PROXY", "upper");
    p.env("no_proxy", "lower");
    auto c = config::from_env();
    CHECK(c.proxy().reveal() == "http://d:1");
    CHECK(c.no_proxy() == "lower");
}

TEST_CASE("config: the file is searched upward, or named") {
    place p;
    fs::remove(p.folder / "sub" / ".env");
    place::write(p.folder / ".env", "ECI_SANDBOX_REGION_ID=upper\nECI_SANDBOX_REGION_ID=last\n");
    CHECK(config::from_env().region() == "last");
    p.dotenv("ECI_SANDBOX_REGION_ID=nearest");
    CHECK(config::from_env().region() == "nearest");
    place::write(p.folder / "named.env", "ALIBABA_CLOUD_REGION_ID=named");
    auto c = config::from_env((p.folder / "named.env").string());
    CHECK(c.region() == "named");
    CHECK(has_line(c, ".env file: " + (p.folder / "named.env").string()));
    CHECK(config::from_env("../named.env").region() == "named");

    auto missing = failure_of((p.folder / "missing").string());
    CHECK(missing.code == errc::invalid_argument);
    CHECK(contains(missing.message, (p.folder / "missing").string()));
    place::write(p.folder / "bad.env", "A=1\nB\n");
    auto bad = failure_of((p.folder / "bad.env").string());
    CHECK(bad.code == errc::invalid_argument);
    CHECK(contains(bad.message, "bad.env:2: "));
}

TEST_CASE("config: only the five vendor names exist under the vendor's prefix") {
    place p;
    p.env("ALIBABA_CLOUD_TIMEOUT_MS", "5");
    CHECK(config::from_env().timeout() == 60s);
}

TEST_CASE("config: a source is one line, whatever the value") {
    place p;
    p.env("ECI_SANDBOX_REGION_ID", "cn\n\x1b[31m");
    auto c = config::from_env();
    CHECK(c.region() == "cn\n\x1b[31m");
    CHECK(has_line(c, "region: cn??[31m from ECI_SANDBOX_REGION_ID (environment)"));
}

TEST_CASE("config: without a key the chain is on, and its variables are those of this moment") {
    place p;
    p.env("ALIBABA_CLOUD_PROFILE", "of the environment");
    p.dotenv("ALIBABA_CLOUD_PROFILE=of-the-file\nALIBABA_CLOUD_ROLE_ARN=arn\nOTHER=x\n");
    auto c = config::from_env();
    CHECK(c.credentials_from() == ecisbx::eci::key_origin::chain);
    CHECK(has_line(c, "credentials: from the credential chain, asked at the first call"));
    ::unsetenv("ALIBABA_CLOUD_PROFILE");
    auto with = ecisbx::eci::credentials_settings_of(c, nullptr);
    CHECK(with->variable("ALIBABA_CLOUD_PROFILE") == "of the environment");
    CHECK(with->variable("ALIBABA_CLOUD_ROLE_ARN") == "arn");
    CHECK(with->variables.size() == 2);
    // Without from_env they are read when the client is made.
    p.env("ALIBABA_CLOUD_ROLE_ARN", "now");
    with = ecisbx::eci::credentials_settings_of(config().credential_chain(), nullptr);
    CHECK(with->variable("ALIBABA_CLOUD_ROLE_ARN") == "now");
    CHECK(with->variable("ALIBABA_CLOUD_PROFILE").empty());
}

TEST_CASE("config: the chain's own key is not mixed from two places") {
    place p;
    p.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id");
    p.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "key");
    p.dotenv("ALIBABA_CLOUD_SECURITY_TOKEN=of-another-key\n");
    auto c = config::from_env().credential_chain();
    auto with = ecisbx::eci::credentials_settings_of(c, nullptr);
    CHECK(with->variable("ALIBABA_CLOUD_ACCESS_KEY_ID") == "id");
    CHECK(with->variable("ALIBABA_CLOUD_SECURITY_TOKEN").empty());
}

TEST_CASE("config: a key that is found is the origin, and the last setter decides") {
    using ecisbx::eci::key_origin;
    place p;
    p.env("ECI_SANDBOX_ACCESS_KEY_ID", "id");
    p.env("ECI_SANDBOX_ACCESS_KEY_SECRET", "key");
    CHECK(config::from_env().credentials_from() == key_origin::access_key);
    CHECK(config::from_env().credential_chain().credentials_from() == key_origin::chain);
    CHECK(config::from_env().profile("p").credentials_from() == key_origin::profile);
    CHECK(config::from_env().profile("p").access_key("a", "b").credentials_from() ==
          key_origin::access_key);
    CHECK(config().credentials_from() == key_origin::none);
}

TEST_CASE("config: the switch for VPC endpoints") {
    for (const char* name :
         {"ECI_SANDBOX_VPC_ENDPOINT_ENABLED", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"}) {
        place p;
        CHECK_FALSE(config::from_env().uses_vpc_endpoint());
        p.env(name, "true");
        CHECK(config::from_env().uses_vpc_endpoint());
        p.env(name, "False");
        CHECK_FALSE(config::from_env().uses_vpc_endpoint());
        p.env(name, "on");
        auto e = failure_of();
        CHECK(e.code == errc::invalid_argument);
        CHECK(contains(e.message, std::string(name) + " (environment) must be true or false"));
    }
}
