// The table of bounds: each from both sides, and each error with the field that it speaks of.
#include "option_fixture.hpp"

#include "eci/option_rules.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using eci::container_options;
using eci::option_limit;
using eci::option_value;
using eci::probe;
using eci::volume;
using kind = option_limit::kind;

std::string many(double count, const char* what = "x") {
    std::string text;
    for (double i = 0; i < count; ++i) text += what;
    return text;
}

option_value whole(double v) {
    return static_cast<std::int64_t>(v);
}

void check_texts(const eci::option_rule& rule) {
    const auto& limit = rule.limit;
    CHECK(fits(limit, many(std::max(limit.least, 1.0))));
    if (limit.least > 0) CHECK_FALSE(fits(limit, many(limit.least - 1)));
    CHECK(fits(limit, secret("x")));
    if (limit.most == eci::no_most) return;
    CHECK(fits(limit, many(limit.most)));
    CHECK_FALSE(fits(limit, many(limit.most + 1)));
    // Characters are counted, not bytes; a token is of ASCII.
    CHECK(fits(limit, many(limit.most, "\xe7\x95\x8c")) == (limit.what == kind::text));
}

void check_numbers(const eci::option_rule& rule) {
    const auto& limit = rule.limit;
    CHECK_FALSE(fits(limit, std::numeric_limits<double>::quiet_NaN()));
    CHECK_FALSE(fits(limit, std::numeric_limits<double>::infinity()));
    CHECK_FALSE(fits(limit, std::string("1")));
    if (limit.what == kind::above_zero) {
        CHECK(fits(limit, 0.001));
        CHECK_FALSE(fits(limit, 0.0));
        CHECK_FALSE(fits(limit, -1.0));
        return;
    }
    CHECK(fits(limit, whole(limit.least)));
    CHECK_FALSE(fits(limit, whole(limit.least - 1)));
    CHECK_FALSE(fits(limit, limit.least - 0.001));
    if (limit.most == eci::no_most) return;
    CHECK(fits(limit, whole(limit.most)));
    CHECK_FALSE(fits(limit, whole(limit.most + 1)));
}

void check_words(const eci::option_rule& rule) {
    std::string words(rule.limit.words);
    for (std::size_t at = 0; at <= words.size();) {
        auto end = std::min(words.find('|', at), words.size());
        auto word = words.substr(at, end - at);
        CHECK(fits(rule.limit, word));
        CHECK_FALSE(fits(rule.limit, word + "x"));
        CHECK_FALSE(fits(rule.limit, word.substr(1)));
        CHECK(expectation(rule.limit).find(word) != std::string::npos);
        at = end + 1;
    }
    CHECK_FALSE(fits(rule.limit, words + "|"));
}

TEST_CASE("bounds: every line of the table, from both sides") {
    std::set<std::string_view> paths;
    for (const auto& rule : eci::option_rules()) {
        CAPTURE(rule.path);
        CHECK(paths.insert(rule.path).second);
        CHECK_FALSE(rule.field.empty());
        CHECK_FALSE(expectation(rule.limit).empty());
        switch (rule.limit.what) {
            case kind::text:
            case kind::ascii: check_texts(rule); break;
            case kind::number:
            case kind::above_zero: check_numbers(rule); break;
            case kind::choice: check_words(rule); break;
            case kind::flag:
                CHECK(fits(rule.limit, true));
                CHECK_FALSE(fits(rule.limit, std::string("true")));
                break;
            case kind::special: CHECK_FALSE(fits(rule.limit, 1.0)); break;
            case kind::list: CHECK(rule.limit.most >= 10); break;
        }
    }
}

struct special_sample {
    const char* path;
    std::vector<std::string> good, bad;
};

TEST_CASE("bounds: every special rule, with what it takes and what not") {
    const auto long_name = std::string(128, 'a');
    const special_sample samples[] = {
        {"ContainerGroupName",
         {"ab", "a-1", "0a", long_name},
         {"", "a", "-ab", "ab-", "aB", "a_b", "a.b", "\xc3\xa9t\xc3\xa9", long_name + "a"}},
        {"VSwitchId", {"a", "1,2,3,4,5,6,7,8,9,10"}, {"", "1,2,3,4,5,6,7,8,9,10,11"}},
        {"ImageRegistryCredential.Server", {"reg.example.com", "h:5000"}, {"", "https://h"}},
        {"Tag.Key",
         {"k", std::string(64, 'k'), many(64, "\xe7\x95\x8c"), "my-acs:x"},
         {"", std::string(65, 'k'), "aliyunx", "acs:x", "http://x", "a https://x"}},
        {"Container.Name", {"a", "a-b", long_name}, {"", "-a", "a-", "A", "a b", long_name + "a"}},
        {"Container.EnvironmentVar.Key",
         {"A", "_a9", std::string(128, 'A')},
         {"", "9A", "A-B", "A B", "\xc3\xa9", std::string(129, 'A')}},
        {"Container.VolumeMount.SubPath", {"a", "a/b", "..a"}, {"", "/a", "..", "a/../b", "a/.."}},
        {"Volume.EmptyDirVolume.SizeLimit",
         {"1", "256Mi", "2Gi", "9Ki"},
         {"", "Mi", "-1Mi", "1.5Gi", "1M", "1 Gi", std::string(16, '1')}},
        {"Volume.ConfigFileVolume.DefaultMode",
         {"0000", "0777"},
         {"", "644", "0888", "out of range"}},
        {"Volume.ConfigFileVolume.ConfigFileToPath.Mode", {"0644"}, {"", "1644", "06444"}},
        {"Volume.ConfigFileVolume.ConfigFileToPath.Path", {"a/b"}, {"", "/a", "a/../../b"}},
        {"Volume.NFSVolume.Path", {"/", "/a"}, {"", "a"}},
        {"Volume.HostPathVolume.Path", {"/", "/a"}, {"", "a"}},
        {"ImageCacheName", {"ab", long_name}, {"a", "A1", long_name + "a"}},
    };
    std::set<std::string_view> seen;
    for (const auto& one : samples) {
        CAPTURE(one.path);
        const auto* rule = eci::find_rule(one.path);
        REQUIRE(rule != nullptr);
        CHECK(rule->limit.what == kind::special);
        seen.insert(rule->path);
        for (const auto& text : one.good) CHECK_MESSAGE(fits(rule->limit, text), text);
        for (const auto& text : one.bad) CHECK_MESSAGE(!fits(rule->limit, text), text);
    }
    for (const auto& rule : eci::option_rules()) {
        CAPTURE(rule.path);
        if (rule.limit.what == kind::special) CHECK(seen.contains(rule.path));
    }
}

TEST_CASE("bounds: expectations read well") {
    auto of = [](const char* path) { return expectation(eci::find_rule(path)->limit); };
    CHECK(of("RestartPolicy") == "one of Always, OnFailure, Never");
    CHECK(of("Container.Port.Port") == "1 to 65535");
    CHECK(of("ActiveDeadlineSeconds") == "at least 1");
    CHECK(of("Ipv6AddressCount") == "exactly 1");
    CHECK(of("ClientToken") == "1 to 64 printable ASCII characters");
    CHECK(of("Tag.Value") == "at most 128 characters");
    CHECK(of("ZoneId") == "a text that is not empty");
    CHECK(of("Cpu") == "a number above 0");
    CHECK(of("Tag") == "at most 20 elements");
    CHECK(of("FixedIp") == "true");
    CHECK(of("StrictSpot") == "true or false");
}

TEST_CASE("bounds: the error has the class, the place and what was expected") {
    auto options = base().add_container(
        container_options("i").name("b").env("A", "").env("B", "").env("C", "").env("1",
                                                                                    "hunter2"));
    CHECK(refused(options) ==
          "create_options: container[1].env[3].key: expected 1 to 128 of "
          "[A-Za-z0-9_], no digit at the beginning");
    auto says = [](const eci::create_options& o, const std::string& place) {
        auto text = refused(o);
        CAPTURE(text);
        CHECK(text.starts_with("create_options: " + place + ": expected "));
    };
    says(eci::create_options(""), "container[0].image");
    says(base().name("x"), "name");
    says(base().container_name(""), "container[0].name");
    says(base().cpu(0), "cpu");
    says(base().memory(-1), "memory");
    says(base().command(command(std::vector<std::string>(21, "x"))), "container[0].command");
    CHECK(refused(base().command(command(std::vector<std::string>(20, "x")))).empty());
    auto args = base();
    for (int i = 0; i < 10; ++i) args.arg("");
    CHECK(refused(args).empty());
    says(args.arg("x"), "container[0].arg");
    says(base().command(command("a", "\xff")), "container[0].command[1]");
    says(base().env("A", std::string("x\0y", 3)), "container[0].env[0].value");
    says(base().env("A", "1").env("A", "2"), "container[0].env[1].key");
    says(base().env_from("A", "status.hostIP"), "container[0].env[0].field");
    says(base().port(70000), "container[0].port[0].number");
    says(base().port(80, "tcp"), "container[0].port[0].protocol");
    says(base().tag("k", "1").tag("k", "2"), "tag[1].key");
    says(base().tag("", "1"), "tag[0].key");
    says(base().liveness(probe::http(0)), "container[0].liveness.port");
    says(base().readiness(probe::tcp(80).failures(0)), "container[0].readiness.failures");
    says(base().liveness(probe::tcp(80).successes(2)), "container[0].liveness.successes");
    says(base().pre_stop(eci::lifecycle_handler::http(80, "/", "ftp")),
         "container[0].pre_stop.scheme");
    says(base().post_start(eci::lifecycle_handler::http(80).header("a", "v").header("b", "\xff")),
         "container[0].post_start.header[1].value");
    says(base().post_start(eci::lifecycle_handler::http(80).header("", "v")),
         "container[0].post_start.header[0].name");
    says(base().sysctl("", "v"), "sysctl[0].name");
    says(base().host_sysctl("", "v"), "host_sysctl[0].name");
    says(base().dns(eci::dns_config().option("")), "dns.option[0].name");
    says(base().registry_credential("", "u", "p"), "registry_credential[0].server");
    says(base().add_acr_registry(eci::acr_registry("")), "acr_registry[0].instance_id");
    says(base().security(eci::security_context().run_as_user(-1)),
         "container[0].security.run_as_user");
    says(base().add_init_container(container_options("i").name("A")), "init_container[0].name");
    says(base().compute_category("cheap"), "compute_category[0]");
    says(base().ntp_server(""), "ntp_server[0]");
    says(base().dns(eci::dns_config().name_server("a").name_server("")), "dns.name_server[1]");
    says(base().host_alias("", "x"), "host_alias[0].ip");
    says(base().client_token(std::string(65, 'x')), "client_token");
    says(base().client_token("\xc3\xa9"), "client_token");
}

TEST_CASE("bounds: what must be there, be unique, and what excludes what") {
    auto says = [](const eci::create_options& o, const std::string& place) {
        auto text = refused(o);
        CAPTURE(text);
        CHECK(text.starts_with("create_options: " + place + ": expected "));
    };
    auto other = [](const char* name) { return container_options("i").name(name); };
    says(base().add_container(container_options("i")), "container[1].name");
    says(base().add_container(container_options().name("b")), "container[1].image");
    says(base().add_container(other("sandbox")), "container[1].name");
    says(base().add_init_container(other("sandbox")), "init_container[0].name");
    auto full = base();
    for (int i = 0; i < 19; ++i) full.add_container(other(("c" + std::to_string(i)).c_str()));
    CHECK(refused(full).empty());
    says(full.add_container(other("more")), "container");
    says(base().add_init_container(other("i").liveness(probe::tcp(1))),
         "init_container[0].liveness");
    says(base().add_init_container(other("i").readiness(probe::exec(command("x")))),
         "init_container[0].readiness");
    says(base().add_init_container(other("i").pre_stop(eci::lifecycle_handler::tcp(1))),
         "init_container[0].pre_stop");
    says(base().add_init_container(other("i").tty()), "init_container[0].tty");
    says(base().add_init_container(other("i").open_stdin()), "init_container[0].open_stdin");

    says(base().spot_strategy("SpotWithPriceLimit"), "spot_price_limit");
    says(base().spot_price_limit(1), "spot_strategy");
    says(base().eip("eip-1").auto_eip(), "eip");
    says(base().eip_isp("BGP"), "eip_isp");
    says(base().eip_bandwidth_package("x"), "eip_bandwidth_package");
    for (const char* priority : {"-1001", "1001", "x", "", "1x"})
        says(base().env("ECI_CONTAINER_LAUNCH_PRIORITY", priority), "container[0].env[0].value");
    CHECK(refused(base().env("ECI_CONTAINER_EXIT_PRIORITY", "-1000")).empty());
    CHECK(refused(base().env("ECI_CONTAINER_EXIT_PRIORITY", "1000")).empty());
}

TEST_CASE("bounds: volumes and mounts") {
    auto says = [](const eci::create_options& o, const std::string& place) {
        auto text = refused(o);
        CAPTURE(text);
        CHECK(text.starts_with("create_options: " + place + ": expected "));
    };
    auto full = base();
    for (int i = 0; i < 20; ++i) full.add_volume(volume::empty_dir("v" + std::to_string(i)));
    CHECK(refused(full).empty());
    says(full.add_volume(volume::empty_dir("more")), "volume");
    says(base().add_volume(volume::empty_dir("")), "volume[0].name");
    says(base().add_volume(volume::empty_dir("a")).add_volume(volume::empty_dir("a")),
         "volume[1].name");
    says(base().mount("v", "/v"), "container[0].mount[0].volume");
    says(base().add_volume(volume::empty_dir("v")).mount("v", ""), "container[0].mount[0].path");
    CHECK(refused(base().set("Volume.1.Name", "v").mount("v", "/v")).empty());
    says(base().add_volume(volume::nfs("v", "", "/")), "volume[0].server");
    says(base().add_volume(volume::flex("v", "alicloud/disk", "")), "volume[0].options");
    says(base().add_volume(volume::flex("v", "alicloud/disk", "[1]")), "volume[0].options");
    says(base().add_volume(volume::flex("v", "alicloud/tape", "{}")), "volume[0].driver");
    says(base().add_volume(volume::new_disk("v", 19)), "volume[0].options.volumeSize");
    says(base().add_volume(volume::new_disk("v", 32769)), "volume[0].options.volumeSize");
    CHECK(refused(base().add_volume(volume::new_disk("v", 20))).empty());
    CHECK(refused(base().add_volume(volume::new_disk("v", 32768))).empty());
    auto disks = base().add_volume(volume::legacy_disk("d0", "d"));
    for (int i = 1; i < 6; ++i) disks.add_volume(volume::disk("d" + std::to_string(i), "d"));
    CHECK(refused(disks).empty());
    says(disks.add_volume(volume::disk("d6", "d")), "volume[6]");

    auto config = [](std::size_t size) {
        return volume::config("c").file("f", std::string(size, 'x'));
    };
    CHECK(refused(base().add_volume(config(32 * 1024))).empty());
    says(base().add_volume(config(32 * 1024 + 1)), "volume[0].file[0].content");
    auto two = [&](std::size_t more) {
        return base().add_volume(config(32 * 1024).file("g", std::string(more, 'x')));
    };
    CHECK(refused(two(28 * 1024)).empty());
    says(two(28 * 1024 + 1), "volume[0].file");
    says(base().add_volume(volume::config("c").file("f", "").file("f", "")),
         "volume[0].file[1].path");
    says(base().add_volume(volume::config("c").file("../f", "")), "volume[0].file[0].path");
    says(base().add_volume(volume::config("c").file("f", "", 01000)), "volume[0].file[0].mode");
    says(base().add_volume(volume::config("c").default_mode(-1)), "volume[0].default_mode");
}

TEST_CASE("bounds: no error quotes a value") {
    auto text = refused(base().registry_credential("https://reg", "me", "hunter2"));
    CHECK(text.find("registry_credential[0].server") != std::string::npos);
    CHECK(text.find("hunter2") == std::string::npos);
    text = refused(base().registry_credential("reg", "me", std::string("hunter2\0", 8)));
    CHECK(text.find("registry_credential[0].password") != std::string::npos);
    CHECK(text.find("hunter2") == std::string::npos);
    text = refused(base().env("PASSWORD", "hunter2" + std::string(250, 'x')));
    CHECK(text.find("env[0].value") != std::string::npos);
    CHECK(text.find("hunter2") == std::string::npos);
}

}  // namespace
