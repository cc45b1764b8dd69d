#include "proto/exec_url.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace ecisbx;
using namespace ecisbx::proto;

namespace {

exec_url_rules vendor() {
    exec_url_rules rules;
    rules.endpoint_host = "eci.cn-shanghai.aliyuncs.com";
    return rules;
}

exec_url_rules local(const char* host = "127.0.0.1") {
    exec_url_rules rules;
    rules.endpoint_tls = false;
    rules.endpoint_host = host;
    return rules;
}

std::string refusal(const std::string& url, const exec_url_rules& rules) {
    try {
        check_exec_url(url, rules);
    } catch (const error& e) {
        CHECK(e.code() == errc::protocol);
        return e.info().message;
    }
    return "accepted";
}

}  // namespace

TEST_CASE("exec_url: what the vendor returns") {
    auto t = check_exec_url("wss://eci-cn-shanghai.aliyun.com/exec/?s=T%2B%2F=&x", vendor());
    CHECK(t.host == "eci-cn-shanghai.aliyun.com");
    CHECK(t.port == 443);
    CHECK(t.tls);
    CHECK(t.target == "/exec/?s=T%2B%2F=&x");
}

TEST_CASE("exec_url: acceptable ones") {
    auto named = local("box.example");
    named.plain_allowed = true;
    auto listed = vendor();
    listed.allowed_hosts = {"Proxy.Example", ".corp.example", "[2001:db8::1]", "10.0.0.7"};
    struct row {
        const char* url;
        exec_url_rules rules;
        const char* host;
        std::uint16_t port;
        bool tls;
        const char* target;
    } rows[] = {
        {"WSS://EcI.Aliyun.COM", vendor(), "eci.aliyun.com", 443, true, "/"},
        {"wss://aliyun.com:8443/", vendor(), "aliyun.com", 8443, true, "/"},
        {"wss://aliyuncs.com:/a", vendor(), "aliyuncs.com", 443, true, "/a"},
        {"wss://a.b.c.aliyuncs.com?x=1", vendor(), "a.b.c.aliyuncs.com", 443, true, "/?x=1"},
        {"wss://eci.cn-shanghai.aliyuncs.com/x", vendor(), "eci.cn-shanghai.aliyuncs.com", 443,
         true, "/x"},
        {"ws://127.0.0.1:8080/exec?s=1", local(), "127.0.0.1", 8080, false, "/exec?s=1"},
        {"ws://127.0.0.1/exec", local(), "127.0.0.1", 80, false, "/exec"},
        {"wss://127.0.0.1/exec", local(), "127.0.0.1", 443, true, "/exec"},
        {"ws://localhost:1/", local("LocalHost"), "localhost", 1, false, "/"},
        {"ws://[::1]:65535/", local("::1"), "::1", 65535, false, "/"},
        {"ws://[::1]/", local("[::1]"), "::1", 80, false, "/"},
        {"ws://box.example/", named, "box.example", 80, false, "/"},
        {"wss://proxy.example/", listed, "proxy.example", 443, true, "/"},
        {"wss://a.corp.example/", listed, "a.corp.example", 443, true, "/"},
        {"wss://a.b.corp.example/", listed, "a.b.corp.example", 443, true, "/"},
        {"wss://[2001:DB8::1]/", listed, "2001:db8::1", 443, true, "/"},
        {"wss://10.0.0.7/", listed, "10.0.0.7", 443, true, "/"},
    };
    for (const auto& r : rows) {
        INFO(r.url);
        REQUIRE(refusal(r.url, r.rules) == "accepted");
        auto t = check_exec_url(r.url, r.rules);
        CHECK(t.host == r.host);
        CHECK(t.port == r.port);
        CHECK(t.tls == r.tls);
        CHECK(t.target == r.target);
    }
}

TEST_CASE("exec_url: hostile ones, and no message repeats them") {
    auto listed = vendor();
    listed.allowed_hosts = {".corp.example", "", ".", "proxy.example"};
    struct row {
        std::string url;
        exec_url_rules rules;
    } rows[] = {
        {"", vendor()},
        {" ", vendor()},
        {"SECRET", vendor()},
        {"/exec/?s=SECRET", vendor()},
        {"//eci.aliyun.com/?s=SECRET", vendor()},
        {"eci.aliyun.com/?s=SECRET", vendor()},
        {"https://eci.aliyun.com/?s=SECRET", vendor()},
        {"http://eci.aliyun.com/?s=SECRET", vendor()},
        {"file:///etc/SECRET", vendor()},
        {"javascript:SECRET", vendor()},
        {"unix:///SECRET", vendor()},
        {"wsss://eci.aliyun.com/?s=SECRET", vendor()},
        {"ws://eci.aliyun.com/?s=SECRET", vendor()},
        {"ws://127.0.0.1/?s=SECRET", vendor()},
        {"wss:eci.aliyun.com/?s=SECRET", vendor()},
        {"wss:/eci.aliyun.com/?s=SECRET", vendor()},
        {"wss:///?s=SECRET", vendor()},
        {"wss://:443/?s=SECRET", vendor()},
        {"wss://evil.example/?s=SECRET", vendor()},
        {"wss://127.0.0.1/?s=SECRET", vendor()},
        {"wss://100.100.100.200/?s=SECRET", vendor()},
        {"wss://[::1]/?s=SECRET", vendor()},
        {"wss://[::ffff:127.0.0.1]/?s=SECRET", vendor()},
        {"wss://localhost/?s=SECRET", vendor()},
        {"wss://evilaliyun.com/?s=SECRET", vendor()},
        {"wss://evil-aliyuncs.com/?s=SECRET", vendor()},
        {"wss://aliyun.com.evil.example/?s=SECRET", vendor()},
        {"wss://aliyun.comm/?s=SECRET", vendor()},
        {"wss://.aliyun.com/?s=SECRET", vendor()},
        {"wss://a..aliyun.com/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com./?s=SECRET", vendor()},
        {"wss://eci.aliyun.com\\@evil.example/?s=SECRET", vendor()},
        {"wss://evil.example\\.aliyun.com/?s=SECRET", vendor()},
        {"wss://evil.example#.aliyun.com/?s=SECRET", vendor()},
        {"wss://evil.example?.aliyun.com/?s=SECRET", vendor()},
        {"wss://evil.example%00.aliyun.com/?s=SECRET", vendor()},
        {"wss://evil.example%2f.aliyun.com/?s=SECRET", vendor()},
        {"wss://%65ci.aliyun.com/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com@evil.example/?s=SECRET", vendor()},
        {"wss://user@eci.aliyun.com/?s=SECRET", vendor()},
        {"wss://user:SECRET@eci.aliyun.com/", vendor()},
        {"wss://@eci.aliyun.com/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com/?s=SECRET#", vendor()},
        {"wss://eci.aliyun.com/?s=SECRET#x", vendor()},
        {"wss://eci.aliyun.com:0/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com:65536/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com:99999999999/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com:-1/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com:4x/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com:443:443/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com/ ?s=SECRET", vendor()},
        {" wss://eci.aliyun.com/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com/?s=SECRET\r\nHost: evil", vendor()},
        {"wss://eci.aliyun.com/?s=SECRET\n", vendor()},
        {"wss://eci.aliyun.com/\t?s=SECRET", vendor()},
        {std::string("wss://eci.aliyun.com/\0?s=SECRET", 31), vendor()},
        {"wss://eci.aliyun.com/?s=%zzSECRET", vendor()},
        {"wss://eci.aliyun.com/?s=\xffSECRET", vendor()},
        {"wss://\xd0\xb0liyun.com/?s=SECRET", vendor()},
        {"wss://eci.aliyun.com/?s=SECRET" + std::string(8192, 'x'), vendor()},
        {"wss://" + std::string(300, 'a') + ".aliyun.com/?s=SECRET", vendor()},
        {"wss://[::1/?s=SECRET", vendor()},
        {"wss://[v1.x]/?s=SECRET", vendor()},
        {"wss://corp.example/?s=SECRET", listed},
        {"wss://evilcorp.example/?s=SECRET", listed},
        {"wss://x.proxy.example/?s=SECRET", listed},
        {"wss://com/?s=SECRET", listed},
        {"ws://proxy.example/?s=SECRET", listed},
        {"ws://box.example/?s=SECRET", local("box.example")},
        {"ws://10.0.0.7/?s=SECRET", local("10.0.0.7")},
        {"ws://localhost/?s=SECRET", local("127.0.0.1")},
        {"ws://127.0.0.2/?s=SECRET", local("127.0.0.1")},
        {"ws://localhost.evil.example/?s=SECRET", local("localhost")},
        {"ws://eci.aliyun.com/?s=SECRET", local()},
        {"ws://[fe80::1%25eth0]/?s=SECRET", local("fe80::1%25eth0")},
        {"wss:///?s=SECRET", local("")},
    };
    for (const auto& r : rows) {
        auto message = refusal(r.url, r.rules);
        INFO(r.url);
        CHECK(message != "accepted");
        CHECK(message.find("SECRET") == std::string::npos);
        CHECK((r.url.size() < 2 || message.find(r.url) == std::string::npos));
    }
}

TEST_CASE("exec_url: ws is refused after an https endpoint even where plain text is allowed") {
    auto rules = vendor();
    rules.plain_allowed = true;
    CHECK(refusal("ws://eci.aliyun.com/", rules)
              .ends_with("it is ws although the endpoint is https"));
    auto plain = local("box.example");
    CHECK(refusal("ws://box.example/", plain).ends_with("it is ws to a host that is not loopback"));
}
