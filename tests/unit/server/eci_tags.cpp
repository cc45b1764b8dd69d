#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using eci_test::answer;
using eci_test::fixture;
using eci_test::parameter_list;

namespace {

struct kind {
    const char* name;
    std::string (*make)(fixture&);
};

const kind kinds[] = {
    {"ContainerGroup", [](fixture& f) { return f.create(); }},
    {"ImageCache",
     [](fixture& f) {
         return f.call("CreateImageCache", {{"ImageCacheName", "c"}, {"Image.1", "x"}})
             .text("ImageCacheId");
     }},
    {"DataCache",
     [](fixture& f) {
         static int n = 0;
         return f.call("CreateDataCache", {{"Path", "/" + std::to_string(++n)}})
             .text("DataCacheId");
     }},
    {"VirtualNode",
     [](fixture& f) {
         return f.call("CreateVirtualNode", {{"SecurityGroupId", "s"}, {"VSwitchId", "v"}})
             .text("VirtualNodeId");
     }},
};

parameter_list about(const kind& k, const std::vector<std::string>& ids, parameter_list more) {
    parameter_list all = {{"ResourceType", k.name}};
    for (std::size_t i = 0; i < ids.size(); ++i)
        all.emplace_back("ResourceId." + std::to_string(i + 1), ids[i]);
    return fixture::merged(std::move(all), std::move(more));
}

// `id key=value` of each entry, in order.
std::vector<std::string> entries(const answer& a) {
    std::vector<std::string> out;
    for (const auto& e : a.body.at("TagResources").as_array())
        out.push_back(std::string(e.at("ResourceId").as_string()) + " " +
                      std::string(e.at("TagKey").as_string()) + "=" +
                      std::string(e.at("TagValue").as_string()));
    return out;
}

std::vector<std::string> list(fixture& f, const kind& k, const std::vector<std::string>& ids,
                              parameter_list more = {}) {
    auto a = f.call("ListTagResources", about(k, ids, std::move(more)));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    return entries(a);
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("tags: put on, changed, taken off, for every kind of resource") {
    for (const auto& k : kinds) {
        INFO(k.name);
        fixture f;
        auto a = k.make(f), b = k.make(f);
        auto tag = [&](const texts& ids, parameter_list more) {
            return f.call("TagResources", about(k, ids, std::move(more))).code();
        };
        CHECK(list(f, k, {}).empty());
        CHECK(tag({a, b}, {{"Tag.1.Key", "k"}, {"Tag.1.Value", "v"}, {"Tag.2.Key", "l"}}) == "ok");
        CHECK(list(f, k, {}) == texts{b + " k=v", b + " l=", a + " k=v", a + " l="});
        CHECK(tag({a}, {{"Tag.1.Key", "k"}, {"Tag.1.Value", "w"}}) == "ok");
        CHECK(list(f, k, {a}) == texts{a + " k=w", a + " l="});
        CHECK(list(f, k, {}, {{"Tag.1.Key", "k"}, {"Tag.1.Value", "w"}}) ==
              texts{a + " k=w", a + " l="});
        CHECK(list(f, k, {a, b}, {{"Tag.1.Key", "k"}, {"Tag.1.Value", "v"}}).size() == 2);
        CHECK(list(f, k, {}, {{"Tag.1.Key", "none"}}).empty());
        auto untag = [&](const texts& ids, parameter_list more) {
            return f.call("UntagResources", about(k, ids, std::move(more))).code();
        };
        CHECK(untag({a}, {{"TagKey.1", "k"}, {"TagKey.2", "none"}, {"All", "true"}}) == "ok");
        CHECK(list(f, k, {a}) == texts{a + " l="});
        CHECK(untag({a, b}, {{"All", "True"}}) == "ok");
        CHECK(list(f, k, {}).empty());
        CHECK(untag({a}, {}) == "MissingTagKey.1");
        CHECK(untag({a}, {{"All", "false"}}) == "MissingTagKey.1");
        CHECK(untag({}, {{"All", "true"}}) == "MissingResourceId.1");
    }
}

TEST_CASE("tags: all or nothing") {
    for (const auto& k : kinds) {
        INFO(k.name);
        fixture f;
        auto id = k.make(f);
        auto code = [&](const texts& ids, parameter_list more) {
            return f.call("TagResources", about(k, ids, std::move(more))).code();
        };
        CHECK(code({id, "none"}, {{"Tag.1.Key", "k"}}) == "InvalidResourceId.NotFound");
        CHECK(code({id}, {{"Tag.1.Key", "acs:k"}}) == "InvalidParameter");
        CHECK(code({id}, {{"Tag.1.Key", std::string(129, 'k')}}) == "InvalidParameter");
        CHECK(code({id}, {}) == "MissingTag.1.Key");
        CHECK(code({}, {{"Tag.1.Key", "k"}}) == "MissingResourceId.1");
        CHECK(f.call("UntagResources", about(k, {"none"}, {{"All", "true"}})).status == 404);
        CHECK(list(f, k, {}).empty());
        CHECK(code({id}, {{"Tag.1.Key", std::string(128, 'k')}}) == "ok");
        parameter_list twenty;
        for (int i = 1; i <= 20; ++i)
            twenty.emplace_back("Tag." + std::to_string(i) + ".Key", "t" + std::to_string(i));
        CHECK(code({id}, twenty) == "NumberExceed.Tags");
        CHECK(list(f, k, {}).size() == 1);
        twenty.pop_back();
        CHECK(code({id}, twenty) == "ok");
        CHECK(list(f, k, {}).size() == 20);
    }
}

TEST_CASE("tags: pages end in the middle of a resource") {
    for (const auto& k : kinds) {
        INFO(k.name);
        fixture f;
        texts ids;
        for (int i = 0; i < 7; ++i) ids.push_back(k.make(f));
        k.make(f);  // has no tags
        CHECK(f.call("TagResources",
                     about(k, ids, {{"Tag.1.Key", "a"}, {"Tag.2.Key", "b"}, {"Tag.3.Key", "c"}}))
                  .code() == "ok");
        for (const char* limit : {"1", "2", "4", "20", "21", "99"}) {
            INFO(limit);
            std::vector<std::string> seen;
            std::string token;
            int pages = 0;
            do {
                auto a = f.call("ListTagResources",
                                about(k, {}, {{"Limit", limit}, {"NextToken", token}}));
                REQUIRE(a.code() == "ok");
                auto page = entries(a);
                CHECK(page.size() <= std::stoul(limit));
                seen.insert(seen.end(), page.begin(), page.end());
                token = a.text("NextToken");
                REQUIRE(++pages <= 21);
            } while (!token.empty());
            CHECK(seen.size() == 21);
            CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 21);
            CHECK(seen.front() == ids.back() + " a=");
            CHECK(seen.back() == ids.front() + " c=");
        }
    }
}

TEST_CASE("tags: a page goes on although tags went away") {
    const auto& k = kinds[0];
    fixture f;
    auto a = k.make(f), b = k.make(f);
    CHECK(
        f.call("TagResources", about(k, {a, b}, {{"Tag.1.Key", "x"}, {"Tag.2.Key", "y"}})).code() ==
        "ok");
    auto first = f.call("ListTagResources", about(k, {}, {{"Limit", "1"}}));
    CHECK(entries(first) == texts{b + " x="});
    CHECK(f.call("UntagResources", about(k, {b}, {{"TagKey.1", "y"}})).code() == "ok");
    auto second = f.call("ListTagResources",
                         about(k, {}, {{"Limit", "1"}, {"NextToken", first.text("NextToken")}}));
    CHECK(entries(second) == texts{a + " x="});
    auto last = f.call("ListTagResources",
                       about(k, {}, {{"Limit", "1"}, {"NextToken", second.text("NextToken")}}));
    CHECK(entries(last) == texts{a + " y="});
    CHECK(last.text("NextToken").empty());
}

TEST_CASE("tags: groups are found by tags put on later") {
    fixture f;
    auto id = f.create({{"Tag.1.Key", "old"}, {"Tag.1.Value", "1"}});
    CHECK(f.call("TagResources", about(kinds[0], {id}, {{"Tag.1.Key", "new"}})).code() == "ok");
    auto total = [&](const char* key) {
        auto a = f.call("DescribeContainerGroups", {{"Tag.1.Key", key}});
        return a.body.at("TotalCount").to_number<int>();
    };
    CHECK(total("old") == 1);
    CHECK(total("new") == 1);
    CHECK(f.call("UntagResources", about(kinds[0], {id}, {{"TagKey.1", "old"}})).code() == "ok");
    CHECK(total("old") == 0);
    CHECK(f.describe(id).at("Tags").as_array().size() == 1);
}

TEST_CASE("tags: unknown kinds") {
    fixture f;
    for (const char* action : {"TagResources", "UntagResources", "ListTagResources"}) {
        INFO(action);
        CHECK(f.call(action, {}).code() == "MissingResourceType");
        CHECK(f.call(action, {{"ResourceType", "Disk"}}).code() == "InvalidParameter");
        CHECK(f.send(f.request(action, {})).code() == "MissingRegionId");
    }
}

TEST_CASE("tags: a token makes a repetition harmless") {
    fixture f;
    auto id = f.create({{"Tag.1.Key", "k"}});
    auto once = about(kinds[0], {id}, {{"All", "true"}, {"ClientToken", "t"}});
    CHECK(f.call("UntagResources", once).code() == "ok");
    CHECK(f.call("TagResources", about(kinds[0], {id}, {{"Tag.1.Key", "k"}})).code() == "ok");
    CHECK(f.call("UntagResources", once).code() == "ok");
    CHECK(f.describe(id).at("Tags").as_array().size() == 1);
}
