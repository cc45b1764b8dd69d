#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using eci_test::fixture;
using eci_test::parameter_list;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

std::string made(fixture& f, parameter_list parameters) {
    auto a = f.call("CreateDataCache", std::move(parameters));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    return a.text("DataCacheId");
}

std::vector<std::string> found(fixture& f, parameter_list filter) {
    auto a = f.call("DescribeDataCaches", std::move(filter));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    std::vector<std::string> ids;
    for (const auto& c : a.body.at("DataCaches").as_array())
        ids.emplace_back(c.at("DataCacheId").as_string());
    CHECK(a.body.at("TotalCount").to_number<std::size_t>() >= ids.size());
    return ids;
}

json::object cache(fixture& f, const std::string& id) {
    auto a = f.call("DescribeDataCaches", {{"DataCacheId.1", id}});
    REQUIRE(a.body.at("DataCaches").as_array().size() == 1);
    return a.body.at("DataCaches").at(0).as_object();
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("data cache: ids and every field of the answer") {
    fixture f;
    auto id = made(f, {{"Path", "/models/a"},
                       {"Name", "model"},
                       {"Size", "30"},
                       {"RetentionDays", "1"},
                       {"ResourceGroupId", "rg-1"},
                       {"DataSource.Type", "URL"},
                       {"DataSource.Options.#6#repoId", "a/b"},
                       {"DataSource.Options.plain", "x=y"},
                       {"EipCreateParam.Bandwidth", "5"},
                       {"Tag.1.Key", "k"}});
    CHECK(id.starts_with("edc-"));
    CHECK(id.size() == 24);
    auto c = cache(f, id);
    CHECK(c.at("Bucket") == "default");
    CHECK(c.at("Path") == "/models/a");
    CHECK(c.at("Name") == "model");
    CHECK(c.at("Size") == 30);
    CHECK(c.at("RegionId") == "cn-shanghai");
    CHECK(c.at("ResourceGroupId") == "rg-1");
    CHECK(c.at("CreationTime") == "2026-01-02T00:00:00Z");
    CHECK(c.at("ExpireDateTime") == "2026-01-03T00:00:00Z");
    CHECK(c.at("DataSource").at("Type") == "URL");
    CHECK(json::parse(c.at("DataSource").at("Options").as_string()) ==
          json::object({{"repoId", "a/b"}, {"plain", "x=y"}}));
    CHECK(c.at("Tags").at(0).at("Key") == "k");
    CHECK(c.at("Events").at(0).at("Reason") == "NotSupportedHere");
    CHECK(c.at("ContainerGroupId").as_string().starts_with("eci-"));
}

TEST_CASE("data cache: Loading, Creating, Available by the clock") {
    fixture f;
    auto id = made(f, {{"Path", "/a"}});
    CHECK(cache(f, id).at("Status") == "Loading");
    CHECK(cache(f, id).at("SnapshotId") == "");
    f.now += 1250ms;
    CHECK(cache(f, id).at("Status") == "Creating");
    CHECK(cache(f, id).at("Progress") == "50%");
    f.now += 10s;
    CHECK(cache(f, id).at("Status") == "Available");
    CHECK(cache(f, id).at("SnapshotId") != "");
}

TEST_CASE("data cache: update") {
    fixture f;
    auto id = made(f, {{"Path", "/a"}, {"DataSource.Type", "OSS"}});
    auto update = [&](parameter_list more) {
        return f.call("UpdateDataCache", fixture::merged({{"DataCacheId", id}}, std::move(more)));
    };
    CHECK(update({}).code() == "IncorrectStatus");
    f.now += 10s;
    CHECK(update({{"Name", "new"}, {"Size", "x"}}).code() == "InvalidParameter");
    CHECK(cache(f, id).at("Name") == "");
    CHECK(update({{"Name", "new"}, {"Size", "50"}}).code() == "ok");
    CHECK(cache(f, id).at("Status") == "Updating");
    f.now += 2s;
    CHECK(cache(f, id).at("Status") == "Available");
    CHECK(cache(f, id).at("Name") == "new");
    CHECK(cache(f, id).at("Size") == 50);
    CHECK(cache(f, id).at("DataSource").at("Type") == "OSS");
    CHECK(f.call("UpdateDataCache", {}).code() == "MissingDataCacheId");
    CHECK(f.call("UpdateDataCache", {{"DataCacheId", "edc-none"}}).status == 404);
}

TEST_CASE("data cache: delete by id, and by bucket and path") {
    fixture f;
    auto a = made(f, {{"Path", "/a"}});
    auto b = made(f, {{"Path", "/a"}, {"Bucket", "mine"}});
    CHECK(f.call("DeleteDataCache", {}).code() == "MissingDataCacheId");
    CHECK(f.call("DeleteDataCache", {{"Path", "/b"}}).code() == "InvalidDataCacheId.NotFound");
    CHECK(f.call("DeleteDataCache", {{"Path", "/a"}, {"Bucket", "mine"}}).code() == "ok");
    CHECK(found(f, {}) == ids{a});
    CHECK(f.call("DeleteDataCache", {{"DataCacheId", a}}).code() == "ok");
    CHECK(f.call("DeleteDataCache", {{"DataCacheId", a}}).status == 404);
    CHECK(f.call("DeleteDataCache", {{"DataCacheId", b}}).status == 404);
}

TEST_CASE("data cache: copies") {
    fixture f;
    auto from = made(f, {{"Path", "/a"}, {"Name", "one"}, {"Tag.1.Key", "k"}});
    auto copy = [&](parameter_list more) {
        return f.call("CopyDataCache", fixture::merged({{"DataCacheId", from},
                                                        {"DestinationRegionId", "cn-beijing"}},
                                                       std::move(more)));
    };
    CHECK(copy({}).code() == "IncorrectStatus");
    f.now += 10s;
    auto made_copy = copy({{"RetentionDays", "1"}, {"ClientToken", "t"}});
    REQUIRE(made_copy.code() == "ok");
    auto id = made_copy.text("DataCacheId");
    CHECK(id != from);
    CHECK(copy({{"RetentionDays", "1"}, {"ClientToken", "t"}}).text("DataCacheId") == id);
    auto c = cache(f, id);
    CHECK(c.at("RegionId") == "cn-beijing");
    CHECK(c.at("Name") == "one");
    CHECK(c.at("Status") == "Loading");
    CHECK(c.at("ExpireDateTime") == "2026-01-03T00:00:10Z");
    CHECK(c.at("Tags").as_array().size() == 1);
    CHECK(copy({}).code() == "InvalidParameter.DuplicatedName");
    CHECK(copy({{"Path", "/b"}}).code() == "ok");
    CHECK(copy({{"DestinationRegionId", ""}}).code() == "MissingDestinationRegionId");
    CHECK(copy({{"DataCacheId", ""}}).code() == "MissingDataCacheId");
    CHECK(copy({{"DataCacheId", "edc-none"}}).status == 404);
}

TEST_CASE("data cache: filters and pages") {
    fixture f;
    auto a = made(f, {{"Path", "/a"}, {"Tag.1.Key", "k"}});
    auto b = made(f, {{"Path", "/a"}, {"Bucket", "mine"}, {"ResourceGroupId", "rg-1"}});
    CHECK(found(f, {}) == ids{b, a});
    CHECK(found(f, {{"DataCacheId.1", a}, {"DataCacheId.2", b}}) == ids{b, a});
    CHECK(found(f, {{"DataCacheId", "[\"" + b + "\"]"}}) == ids{b});
    CHECK(found(f, {{"Bucket", "mine"}}) == ids{b});
    CHECK(found(f, {{"Path", "/a"}}) == ids{a});  // of the default bucket
    CHECK(found(f, {{"Path", "/a"}, {"Bucket", "mine"}}) == ids{b});
    CHECK(found(f, {{"ResourceGroupId", "rg-1"}}) == ids{b});
    CHECK(found(f, {{"Tag.1.Key", "k"}}) == ids{a});
    auto page = f.call("DescribeDataCaches", {{"Limit", "1"}});
    CHECK(page.body.at("TotalCount") == 2);
    REQUIRE(!page.text("NextToken").empty());
    CHECK(found(f, {{"Limit", "1"}, {"NextToken", page.text("NextToken")}}) == ids{a});
}

TEST_CASE("data cache: what a create refuses") {
    fixture f;
    auto code = [&](parameter_list parameters) {
        return f.call("CreateDataCache", std::move(parameters)).code();
    };
    CHECK(f.send(f.request("CreateDataCache", {})).code() == "MissingRegionId");
    CHECK(code({{"Bucket", "eci-system"}}) == "InvalidParameter");
    CHECK(code({{"Bucket", std::string(129, 'x')}}) == "InvalidParameter");
    CHECK(code({{"Path", "relative"}}) == "InvalidParameter");
    CHECK(code({{"Path", "/a/../b"}}) == "InvalidParameter");
    CHECK(code({{"Path", "/a/."}}) == "InvalidParameter");
    CHECK(code({{"Path", "/" + std::string(1024, 'x')}}) == "InvalidParameter");
    CHECK(code({{"Size", "19"}}) == "InvalidParameter");
    CHECK(code({{"Name", std::string(129, 'x')}}) == "InvalidParameter");
    CHECK(code({{"DataSource.Type", "FTP"}}) == "InvalidParameter");
    CHECK(code({{"DataSource.Options.#1#a", "x"}}) == "MissingDataSource.Type");
    CHECK(code({{"DataSource.Type", "URL"}, {"DataSource.Options.#2#a", "x"}}) ==
          "InvalidParameter");
    CHECK(code({{"EipCreateParam.Bandwidth", "0"}}) == "InvalidParameter");
    CHECK(code({{"Path", "/a/..b/c."}}) == "ok");
    CHECK(code({{"Path", "/a/..b/c."}}) == "InvalidParameter.DuplicatedName");
}

TEST_CASE("data cache: a full table") {
    fixture f;
    auto& caches = f.service->resources.data_caches;
    while (caches.size() < caches.capacity()) {
        ecisbx::server::store::data_cache filler;
        filler.id = "edc-" + std::to_string(caches.size());
        REQUIRE(caches.insert(filler));
    }
    CHECK(f.call("CreateDataCache", {}).code() == "QuotaExceeded");
}
