// Updates and image caches: what is sent, what is refused, what is read.
#include "option_fixture.hpp"
#include "scripted_service.hpp"

#include "eci/image_caches.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using eci::container_options;
using eci::image_cache_options;
using eci::update_options;
namespace json = boost::json;

parameter_map parameters_of(const update_options& options) {
    return as_map(eci::update_parameters("eci-1", options));
}

std::string refused(const update_options& options) {
    return refusal_of([&] { eci::update_parameters("eci-1", options); });
}

TEST_CASE("update: every setter has its parameter") {
    auto p =
        parameters_of(update_options()
                          .cpu(2)
                          .memory(4)
                          .restart_policy("Never")
                          .container(container_options("i").name("main").env("A", "b").post_start(
                              eci::lifecycle_handler::http(1).header("K", "v")))
                          .init_container(container_options("i").name("first"))
                          .add_volume(eci::volume::empty_dir("v"))
                          .tag("k", "v")
                          .dns(eci::dns_config().name_server("8.8.8.8"))
                          .registry_credential("r", "u", "p")
                          .add_acr_registry(eci::acr_registry("cri-1"))
                          .resource_group("rg")
                          .client_token("t")
                          .set("X", "y"));
    CHECK(p == parameter_map{
                   {"ContainerGroupId", "eci-1"},
                   {"UpdateType", "RenewUpdate"},
                   {"Cpu", "2"},
                   {"Memory", "4"},
                   {"RestartPolicy", "Never"},
                   {"Container.1.Name", "main"},
                   {"Container.1.Image", "i"},
                   {"Container.1.EnvironmentVar.1.Key", "A"},
                   {"Container.1.EnvironmentVar.1.Value", "b"},
                   {"Container.1.LifecyclePostStartHandlerHttpGetPort", "1"},
                   {"Container.1.LifecyclePostStartHandlerHttpGetPath", "/"},
                   {"Container.1.LifecyclePostStartHandlerHttpGetScheme", "HTTP"},
                   {"Container.1.LifecyclePostStartHandlerHttpGetHttpHeaders.1.Name", "K"},
                   {"Container.1.LifecyclePostStartHandlerHttpGetHttpHeaders.1.Value", "v"},
                   {"InitContainer.1.Name", "first"},
                   {"InitContainer.1.Image", "i"},
                   {"Volume.1.Name", "v"},
                   {"Volume.1.Type", "EmptyDirVolume"},
                   {"Tag.1.Key", "k"},
                   {"Tag.1.Value", "v"},
                   {"DnsConfig.NameServer.1", "8.8.8.8"},
                   {"ImageRegistryCredential.1.Server", "r"},
                   {"ImageRegistryCredential.1.UserName", "u"},
                   {"ImageRegistryCredential.1.Password", "p"},
                   {"AcrRegistryInfo.1.InstanceId", "cri-1"},
                   {"ResourceGroupId", "rg"},
                   {"ClientToken", "t"},
                   {"X", "y"},
               });
}

TEST_CASE("update: an incremental one needs no image, and has a token of its own") {
    auto make = [] {
        return parameters_of(update_options().incremental().container(
            container_options().name("main").env("A", "")));
    };
    auto p = make();
    CHECK(p["UpdateType"] == "IncrementalUpdate");
    CHECK_FALSE(p.contains("Container.1.Image"));
    CHECK(p["ClientToken"].size() == 36);
    CHECK(make()["ClientToken"] != p["ClientToken"]);
}

TEST_CASE("update: what is refused") {
    CHECK(refused(update_options()) == "update_options: it: expected something to change");
    CHECK(refused(update_options().client_token("t")).find("something to change") !=
          std::string::npos);
    CHECK(refused(update_options().container(container_options().name("a"))) ==
          "update_options: container[0].image: expected an image");
    CHECK(refused(update_options().cpu(0)).starts_with("update_options: cpu: "));
    CHECK(refused(update_options().tag("k", "1").tag("k", "2"))
              .starts_with("update_options: tag[1].key: "));
    CHECK(refused(update_options().incremental().container(container_options("i")))
              .starts_with("update_options: container[0].name: "));
    // The group may have the volume.
    CHECK(refused(update_options().container(container_options("i").name("a").mount("v", "/v")))
              .empty());
}

TEST_CASE("image caches: what is sent") {
    auto p = as_map(eci::new_cache_parameters(image_cache_options()
                                                  .name("cache")
                                                  .image("a:1")
                                                  .image("b:2")
                                                  .size(40)
                                                  .retention_days(7)
                                                  .vswitch("vsw-1")
                                                  .security_group("sg-1")
                                                  .eip("eip-1")
                                                  .registry_credential("r", "u", "p")
                                                  .add_acr_registry(eci::acr_registry("cri-1"))
                                                  .match_image_cache()
                                                  .flash()
                                                  .standard_copies(2)
                                                  .flash_copies(3)
                                                  .elimination("LRU")
                                                  .annotations("{}")
                                                  .resource_group("rg")
                                                  .tag("k", "v")
                                                  .client_token("t")));
    CHECK(p == parameter_map{
                   {"ImageCacheName", "cache"},
                   {"Image.1", "a:1"},
                   {"Image.2", "b:2"},
                   {"ImageCacheSize", "40"},
                   {"RetentionDays", "7"},
                   {"VSwitchId", "vsw-1"},
                   {"SecurityGroupId", "sg-1"},
                   {"EipInstanceId", "eip-1"},
                   {"ImageRegistryCredential.1.Server", "r"},
                   {"ImageRegistryCredential.1.UserName", "u"},
                   {"ImageRegistryCredential.1.Password", "p"},
                   {"AcrRegistryInfo.1.InstanceId", "cri-1"},
                   {"AutoMatchImageCache", "true"},
                   {"Flash", "true"},
                   {"StandardCopyCount", "2"},
                   {"FlashCopyCount", "3"},
                   {"EliminationStrategy", "LRU"},
                   {"Annotations", "{}"},
                   {"ResourceGroupId", "rg"},
                   {"Tag.1.Key", "k"},
                   {"Tag.1.Value", "v"},
                   {"ClientToken", "t"},
               });
    auto changed = as_map(eci::cache_update_parameters("imc-1", image_cache_options().image("c")));
    CHECK(changed["ImageCacheId"] == "imc-1");
    CHECK(changed["Image.1"] == "c");
    CHECK(changed["ClientToken"].size() == 36);
    auto query = as_map(eci::cache_query_parameters(eci::image_cache_query()
                                                        .id("imc-1")
                                                        .name("nn")
                                                        .snapshot("s")
                                                        .image("i")
                                                        .match_image("m")
                                                        .full_match()
                                                        .match_count(2)
                                                        .tag("k", "v")
                                                        .limit(5)
                                                        .next_token("t")));
    CHECK(query == parameter_map{{"ImageCacheId", "imc-1"},
                                 {"ImageCacheName", "nn"},
                                 {"SnapshotId", "s"},
                                 {"Image", "i"},
                                 {"MatchImage.1", "m"},
                                 {"ImageFullMatch", "true"},
                                 {"ImageMatchCountRequest", "2"},
                                 {"Tag.1.Key", "k"},
                                 {"Tag.1.Value", "v"},
                                 {"Limit", "5"},
                                 {"NextToken", "t"}});
}

TEST_CASE("image caches: what is refused") {
    auto refused_cache = [](const image_cache_options& o) {
        return refusal_of([&] { eci::new_cache_parameters(o); });
    };
    auto good = [] { return image_cache_options().name("cache").image("a"); };
    CHECK(refused_cache(good()).empty());
    CHECK(refused_cache(image_cache_options().image("a")).find("name") != std::string::npos);
    CHECK(refused_cache(image_cache_options().name("cache")).find("image") != std::string::npos);
    CHECK(refused_cache(good().image("")).find("image[1]") != std::string::npos);
    CHECK(refused_cache(good().size(19)).find("size: expected at least 20") != std::string::npos);
    CHECK(refused_cache(good().retention_days(0)).find("retention_days") != std::string::npos);
    auto many = eci::image_cache_query();
    for (int i = 0; i < 101; ++i) many.match_image("i");
    CHECK(refusal_of([&] { eci::cache_query_parameters(many); }).find("match_image") !=
          std::string::npos);
}

TEST_CASE("image caches: a page of them") {
    auto page = eci::parse_cache_page(json::parse(R"({
        "RequestId": "R", "TotalCount": 1, "NextToken": "t", "ImageCaches": [{
            "ImageCacheId": "imc-1", "ImageCacheName": "n", "Status": "Ready", "Progress": "100%",
            "Images": ["a", "b"], "ImageCacheSize": 20, "SnapshotId": "s", "FlashSnapshotId": "f",
            "ContainerGroupId": "eci-1", "RegionId": "r", "ResourceGroupId": "rg",
            "CreationTime": "c", "ExpireDateTime": "e", "LastMatchedTime": "l",
            "EliminationStrategy": "LRU", "Tags": [{"Key": "k", "Value": "v"}],
            "Events": [{"Reason": "Pulled"}], "Future": 1}]})")
                                          .as_object());
    CHECK(page.request_id == "R");
    CHECK(page.total_count == 1);
    CHECK(page.next_token == "t");
    REQUIRE(page.caches.size() == 1);
    const auto& c = page.caches[0];
    CHECK(c.id == "imc-1");
    CHECK(c.name == "n");
    CHECK(c.status == "Ready");
    CHECK(c.progress == "100%");
    CHECK(c.images == std::vector<std::string>{"a", "b"});
    CHECK(c.size_gib == 20);
    CHECK(c.snapshot_id == "s");
    CHECK(c.flash_snapshot_id == "f");
    CHECK(c.group_id == "eci-1");
    CHECK(c.region == "r");
    CHECK(c.resource_group == "rg");
    CHECK(c.creation_time == "c");
    CHECK(c.expire_time == "e");
    CHECK(c.last_matched_time == "l");
    CHECK(c.elimination == "LRU");
    CHECK(c.tags.at("k") == "v");
    CHECK(c.events.at(0).reason == "Pulled");
    CHECK(c.raw->as_object().contains("Future"));
    for (const char* bad : {R"({"ImageCaches": [{"Images": [1]}]})", R"({"ImageCaches": [1]})"})
        CHECK_THROWS_AS(eci::parse_cache_page(json::parse(bad).as_object()), const error&);
    CHECK(eci::parse_cache_page({}).caches.empty());
}

net::http_response answer_changes(const seen_call& call, std::size_t) {
    if (call.action == "CreateContainerGroup")
        return refusal(400, "DryRunOperation", "Request validation has been passed.");
    if (call.action == "CreateImageCache")
        return json_answer(
            R"({"RequestId":"R","ImageCacheId":"imc-1","ContainerGroupId":"eci-9"})");
    if (call.action == "DescribeImageCaches")
        return json_answer(R"({"RequestId":"R","TotalCount":1,"ImageCaches":[{}]})");
    if (call.action == "DeleteImageCache" && call.parameters.at("ImageCacheId") == "imc-gone")
        return refusal(404, "ImageCache.NotFound", "it does not exist");
    return json_answer(R"({"RequestId":"R"})");
}

asio::awaitable<void> every_change(service_world& w) {
    auto& client = *w.client;
    co_await client.dry_run(eci::create_options("i"));
    co_await client.update("eci-1", update_options().tag("k", "v"));
    auto made = co_await client.create_image_cache(image_cache_options().name("ab").image("i"));
    CHECK(made.id == "imc-1");
    CHECK(made.group_id == "eci-9");
    CHECK(made.request_id == "R");
    auto page = co_await client.image_caches();
    CHECK(page.caches.size() == 1);
    co_await client.update_image_cache("imc-1", image_cache_options().image("i"));
    co_await client.remove_image_cache("imc-1");
    co_await client.remove_image_cache("imc-gone");
}

TEST_CASE("client: the calls that change things, with temporaries") {
    service_world w;
    w.service.answer = answer_changes;
    w.run(every_change(w));
    std::string actions;
    for (const auto& call : w.service.calls) actions += call.action + ' ';
    CHECK(actions ==
          "CreateContainerGroup UpdateContainerGroup CreateImageCache DescribeImageCaches "
          "UpdateImageCache DeleteImageCache DeleteImageCache ");
    CHECK(w.service.calls[0].parameters.at("DryRun") == "true");
    CHECK(w.service.calls[1].parameters.at("ContainerGroupId") == "eci-1");
    CHECK(w.service.calls[1].parameters.at("Tag.1.Value") == "v");
}

TEST_CASE("client: what an update meets") {
    service_world w;
    w.service.answer = [](const seen_call&, std::size_t n) {
        if (n == 0) return refusal(400, "IncorrectStatus");
        if (n == 1) return refusal(404, "InvalidContainerGroupId.NotFound", "does not exist");
        return json_answer(R"({"RequestId":"R","ContainerGroupId":"eci-1"})");
    };
    auto body = [](service_world& world) -> asio::awaitable<void> {
        auto& client = *world.client;
        auto seen = co_await failure_of(client.update("eci-1", update_options().cpu(2)));
        CHECK(seen.code == errc::conflict);
        seen = co_await failure_of(client.update("eci-1", update_options().cpu(2)));
        CHECK(seen.code == errc::not_found);
        seen = co_await failure_of(client.update("eci-1", update_options()));
        CHECK(seen.code == errc::invalid_argument);
        seen = co_await failure_of(client.update("", update_options().cpu(2)));
        CHECK(seen.code == errc::invalid_argument);
        seen = co_await failure_of(client.remove_image_cache(""));
        CHECK(seen.code == errc::invalid_argument);
        // One that creates is no dry run.
        seen = co_await failure_of(client.dry_run(eci::create_options("i")));
        CHECK(seen.code == errc::protocol);
        seen = co_await failure_of(client.dry_run(eci::create_options("")));
        CHECK(seen.code == errc::invalid_argument);
    };
    w.run(body(w));
    CHECK(w.service.calls.size() == 3);
}

}  // namespace
