#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using eci_test::answer;
using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

parameter_list creation(parameter_list more = {}) {
    return fixture::merged({{"ImageCacheName", "cache"}, {"Image.1", "nginx:1"}}, std::move(more));
}

std::string made(fixture& f, parameter_list more = {}) {
    auto a = f.call("CreateImageCache", creation(std::move(more)));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    return a.text("ImageCacheId");
}

std::vector<std::string> found(fixture& f, parameter_list filter) {
    auto a = f.call("DescribeImageCaches", std::move(filter));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    std::vector<std::string> ids;
    for (const auto& c : a.body.at("ImageCaches").as_array())
        ids.emplace_back(c.at("ImageCacheId").as_string());
    return ids;
}

json::object cache(fixture& f, const std::string& id) {
    auto a = f.call("DescribeImageCaches", {{"ImageCacheId", id}});
    REQUIRE(a.body.at("ImageCaches").as_array().size() == 1);
    return a.body.at("ImageCaches").at(0).as_object();
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("image cache: ids and every field of the answer") {
    fixture f;
    auto a = f.call("CreateImageCache", creation({{"Image.2", "redis:7"},
                                                  {"ImageCacheSize", "40"},
                                                  {"RetentionDays", "2"},
                                                  {"EliminationStrategy", "LRU"},
                                                  {"ResourceGroupId", "rg-1"},
                                                  {"Tag.1.Key", "k"},
                                                  {"Tag.1.Value", "v"}}));
    REQUIRE(a.code() == "ok");
    auto id = a.text("ImageCacheId");
    CHECK(id.starts_with("imc-"));
    CHECK(id.size() == 24);
    CHECK(a.text("ContainerGroupId").starts_with("eci-"));
    auto c = cache(f, id);
    CHECK(c.at("ImageCacheName") == "cache");
    CHECK(c.at("Images") == json::array({"nginx:1", "redis:7"}));
    CHECK(c.at("ImageCacheSize") == 40);
    CHECK(c.at("ContainerGroupId").as_string() == a.text("ContainerGroupId"));
    CHECK(c.at("RegionId") == "cn-shanghai");
    CHECK(c.at("ResourceGroupId") == "rg-1");
    CHECK(c.at("CreationTime") == "2026-01-02T00:00:00Z");
    CHECK(c.at("ExpireDateTime") == "2026-01-04T00:00:00Z");
    CHECK(c.at("LastMatchedTime") == "");
    CHECK(c.at("EliminationStrategy") == "LRU");
    CHECK(c.at("Tags").at(0).at("Key") == "k");
    CHECK(c.at("Tags").at(0).at("Value") == "v");
    CHECK(c.at("Events").at(0).at("Reason") == "NotSupportedHere");
}

TEST_CASE("image cache: Preparing, Creating, Ready by the clock") {
    fixture f;
    auto id = made(f);
    CHECK(cache(f, id).at("Status") == "Preparing");
    CHECK(cache(f, id).at("Progress") == "0%");
    CHECK(cache(f, id).at("SnapshotId") == "");
    f.now += 1250ms;
    CHECK(cache(f, id).at("Status") == "Creating");
    CHECK(cache(f, id).at("Progress") == "50%");
    f.now += 10s;
    CHECK(cache(f, id).at("Status") == "Ready");
    CHECK(cache(f, id).at("Progress") == "100%");
    CHECK(cache(f, id).at("SnapshotId").as_string().starts_with("s-"));
}

TEST_CASE("image cache: update") {
    fixture f;
    auto id = made(f);
    auto update = [&](parameter_list more) {
        return f.call("UpdateImageCache", fixture::merged({{"ImageCacheId", id}}, std::move(more)));
    };
    CHECK(update({}).code() == "ImageCache.IncorrectStatus");
    f.now += 10s;
    CHECK(update({{"ImageCacheSize", "1"}, {"ImageCacheName", "other"}}).code() ==
          "InvalidParameter");
    CHECK(cache(f, id).at("ImageCacheName") == "cache");  // nothing of a refused one stays
    CHECK(update({{"ImageCacheName", "other"},
                  {"Image.1", "redis:7"},
                  {"RetentionDays", "1"},
                  {"Tag.1.Key", "k"}})
              .code() == "ok");
    CHECK(cache(f, id).at("Status") == "Updating");
    CHECK(cache(f, id).at("SnapshotId") != "");
    CHECK(update({}).code() == "ImageCache.IncorrectStatus");
    f.now += 2s;
    auto c = cache(f, id);
    CHECK(c.at("Status") == "Ready");
    CHECK(c.at("ImageCacheName") == "other");
    CHECK(c.at("Images") == json::array({"redis:7"}));
    CHECK(c.at("ImageCacheSize") == 20);
    CHECK(c.at("ExpireDateTime") == "2026-01-03T00:00:10Z");
    CHECK(f.call("UpdateImageCache", {{"ImageCacheId", "imc-none"}}).status == 404);
    CHECK(f.call("UpdateImageCache", {}).code() == "MissingImageCacheId");
}

TEST_CASE("image cache: delete and retention") {
    fixture f;
    auto kept = made(f), gone = made(f), short_lived = made(f, {{"RetentionDays", "1"}});
    CHECK(f.call("DeleteImageCache", {{"ImageCacheId", gone}}).code() == "ok");
    CHECK(f.call("DeleteImageCache", {{"ImageCacheId", gone}}).code() ==
          "InvalidImageCacheId.NotFound");
    CHECK(f.call("DeleteImageCache", {}).code() == "MissingImageCacheId");
    CHECK(found(f, {}) == ids{short_lived, kept});
    f.now += 24h;
    CHECK(found(f, {}) == ids{kept});
    CHECK(f.call("DeleteImageCache", {{"ImageCacheId", short_lived}}).status == 404);
}

TEST_CASE("image cache: filters") {
    fixture f;
    auto a = made(f, {{"Image.2", "redis:7"}, {"Tag.1.Key", "k"}, {"Tag.1.Value", "v"}});
    auto b = made(f, {{"ImageCacheName", "other"}, {"ResourceGroupId", "rg-1"}});
    f.now += 10s;
    std::string snapshot(cache(f, b).at("SnapshotId").as_string());
    CHECK(found(f, {}) == ids{b, a});
    CHECK(found(f, {{"ImageCacheId", a}}) == ids{a});
    CHECK(found(f, {{"ImageCacheId", "imc-none"}}).empty());
    CHECK(found(f, {{"ImageCacheName", "other"}}) == ids{b});
    CHECK(found(f, {{"SnapshotId", snapshot}}) == ids{b});
    CHECK(found(f, {{"Image", "redis:7"}}) == ids{a});
    CHECK(found(f, {{"ResourceGroupId", "rg-1"}}) == ids{b});
    CHECK(found(f, {{"Tag.1.Key", "k"}}) == ids{a});
    CHECK(found(f, {{"Tag.1.Key", "k"}, {"Tag.1.Value", "w"}}).empty());
    CHECK(found(f, {{"MatchImage.1", "nginx:1"}, {"MatchImage.2", "redis:7"}}) == ids{b, a});
    CHECK(found(f, {{"MatchImage.1", "nginx:1"},
                    {"MatchImage.2", "redis:7"},
                    {"ImageFullMatch", "true"}}) == ids{a});
    CHECK(found(f, {{"MatchImage.1", "nginx:1"}, {"ImageMatchCountRequest", "1"}}) == ids{b});
    CHECK(found(f, {{"MatchImage.1", "absent"}}).empty());
}

TEST_CASE("image cache: pages") {
    fixture f;
    for (int i = 0; i < 45; ++i) made(f);
    std::vector<std::string> seen;
    std::string token;
    do {
        auto a = f.call("DescribeImageCaches", {{"NextToken", token}, {"Limit", "30"}});
        REQUIRE(a.code() == "ok");
        CHECK(a.body.at("TotalCount") == 45);
        CHECK(a.body.at("ImageCaches").as_array().size() <= 20);
        for (const auto& c : a.body.at("ImageCaches").as_array())
            seen.emplace_back(c.at("ImageCacheId").as_string());
        token = a.text("NextToken");
    } while (!token.empty());
    CHECK(seen.size() == 45);
    std::sort(seen.begin(), seen.end());
    CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
    CHECK(f.call("DescribeImageCaches", {{"NextToken", "bad"}}).code() == "InvalidParameter");
}

TEST_CASE("image cache: client tokens") {
    fixture f;
    auto first = f.call("CreateImageCache", creation({{"ClientToken", "t"}}));
    auto again = f.call("CreateImageCache", creation({{"ClientToken", "t"}}));
    CHECK(again.text("ImageCacheId") == first.text("ImageCacheId"));
    CHECK(again.text("ContainerGroupId") == first.text("ContainerGroupId"));
    CHECK(found(f, {}).size() == 1);
    CHECK(f.call("CreateImageCache", creation({{"ClientToken", "t"}, {"Image.1", "x"}})).code() ==
          "IdempotentParameterMismatch");
    auto id = first.text("ImageCacheId");
    parameter_list remove = {{"ImageCacheId", id}, {"ClientToken", "d"}};
    CHECK(f.call("DeleteImageCache", remove).code() == "ok");
    CHECK(f.call("DeleteImageCache", remove).code() == "ok");  // a repetition, no second delete
}

TEST_CASE("image cache: what a create refuses") {
    fixture f;
    auto code = [&](parameter_list more) {
        return f.call("CreateImageCache", creation(std::move(more))).code();
    };
    CHECK(f.send(f.request("CreateImageCache", {})).code() == "MissingRegionId");
    CHECK(code({{"ImageCacheName", ""}}) == "MissingImageCacheName");
    CHECK(f.call("CreateImageCache", {{"ImageCacheName", "x"}}).code() == "MissingImage.1");
    CHECK(code({{"Image.1", ""}}) == "InvalidParameter");
    CHECK(code({{"Image.1", std::string(1025, 'x')}}) == "InvalidParameter");
    CHECK(code({{"ImageCacheName", std::string(129, 'x')}}) == "InvalidParameter");
    CHECK(code({{"ImageCacheSize", "19"}}) == "InvalidParameter");
    CHECK(code({{"ImageCacheSize", "32769"}}) == "InvalidParameter");
    CHECK(code({{"RetentionDays", "-1"}}) == "InvalidParameter");
    CHECK(code({{"EliminationStrategy", "FIFO"}}) == "InvalidParameter");
    CHECK(code({{"OsType", "Plan9"}}) == "InvalidParameter");
    CHECK(code({{"Flash", "maybe"}}) == "InvalidParameter");
    CHECK(code({{"VSwitchId", "1,2,3,4,5,6,7,8,9,10,11"}}) == "InvalidParameter");
    CHECK(code({{"Tag.1.Key", "acs:x"}}) == "InvalidParameter");
    CHECK(code({{"ImageRegistryCredential.1.UserName", "u"}}) ==
          "MissingImageRegistryCredential.1.Server");
    CHECK(code({{"ImageRegistryCredential.1.Server", "https://x"}}) == "InvalidParameter");
    parameter_list many;
    for (int i = 1; i <= 21; ++i) many.emplace_back("Image." + std::to_string(i), "x");
    CHECK(code(many) == "InvalidParameter.ValueExceeded");
    CHECK(found(f, {}).empty());
}

TEST_CASE("image cache: a full table makes room by LRU only") {
    fixture f;
    auto& caches = f.service->resources.image_caches;
    auto kept = made(f);
    auto old = made(f, {{"EliminationStrategy", "LRU"}});
    f.now += 1s;
    auto fresh = made(f, {{"EliminationStrategy", "LRU"}});
    while (caches.size() < caches.capacity()) {
        ecisbx::server::store::image_cache filler;
        filler.id = "imc-" + std::to_string(caches.size());
        REQUIRE(caches.insert(filler));
    }
    made(f);
    CHECK_FALSE(caches.find(old));
    CHECK(caches.find(fresh));
    made(f);
    CHECK_FALSE(caches.find(fresh));
    CHECK(f.call("CreateImageCache", creation()).code() == "QuotaExceeded");
    CHECK(caches.find(kept));
}

TEST_CASE("image cache: use by a new group") {
    fixture f;
    auto id = made(f, {{"Image.1", "nginx:latest"}});
    auto code = [&](parameter_list more) {
        return f.call("CreateContainerGroup", fixture::creation(std::move(more))).code();
    };
    CHECK(code({{"ImageSnapshotId", "imc-none"}}) == "ImageSnapshot.NotFound");
    CHECK(code({{"ImageSnapshotId", id}}) == "ImageSnapshot.IncorrectStatus");
    CHECK(code({{"AutoMatchImageCache", "true"}}) == "ok");  // none is ready: none is used
    CHECK(cache(f, id).at("LastMatchedTime") == "");
    f.now += 10s;
    CHECK(code({{"ImageSnapshotId", id}}) == "ok");
    CHECK(cache(f, id).at("LastMatchedTime") == "2026-01-02T00:00:10Z");
    f.now += 10s;
    CHECK(code({{"AutoMatchImageCache", "true"}, {"Container.1.Image", "other"}}) == "ok");
    CHECK(cache(f, id).at("LastMatchedTime") == "2026-01-02T00:00:10Z");
    CHECK(code({{"AutoMatchImageCache", "true"}}) == "ok");
    CHECK(cache(f, id).at("LastMatchedTime") == "2026-01-02T00:00:20Z");
}
