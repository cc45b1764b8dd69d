// Events, metrics, prices, stock and usage.
#include "unit/server/eci_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace eci_test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> reasons(const answer& a, std::size_t group = 0) {
    std::vector<std::string> all;
    for (const auto& e : a.body.at("Data").as_array().at(group).at("Events").as_array())
        all.emplace_back(e.at("Reason").as_string());
    return all;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

json::array records(fixture& f, const std::string& id, parameter_list more = {}) {
    more.emplace_back("ContainerGroupId", id);
    auto a = f.call("DescribeContainerGroupMetric", std::move(more));
    REQUIRE_MESSAGE(a.code() == "ok", a.text("Message"));
    return a.body.at("Records").as_array();
}

void use(fixture& f, std::uint64_t cpu, std::uint64_t memory) {
    ecisbx::server::runtime::box_usage usage;
    usage.cpu = cpu;
    usage.memory = usage.rss = memory;
    f.world->last()->usage = usage;
}

std::string text(const json::value& value) {
    return std::string(value.as_string());
}

double number(const json::value& value) {
    return value.to_number<double>();
}

constexpr std::uint64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("eci events: all parts of an event, and filters") {
    fixture f;
    auto id = f.running();
    f.now += 100s;
    auto other = f.running({{"Tag.1.Key", "k"}, {"Tag.1.Value", "v"}});
    auto a = f.call("DescribeContainerGroupEvents", {{"ContainerGroupIds", "[\"" + id + "\"]"}});
    CHECK(a.code() == "ok");
    CHECK(a.body.at("TotalCount") == 1);
    const auto& group = a.body.at("Data").at(0).as_object();
    CHECK(text(group.at("ContainerGroupId")) == id);
    CHECK(group.at("Name") == "box");
    CHECK(!group.at("uuid").as_string().empty());
    CHECK(has(reasons(a), "Started"));
    const auto& event = group.at("Events").at(0).as_object();
    CHECK(event.at("Type") == "Normal");
    CHECK(event.at("Count") == 1);
    CHECK(event.at("FirstTimestamp") == "2026-01-02T00:00:00Z");
    CHECK(event.at("Source").at("Component") == "EciService");
    CHECK(event.at("involvedObject").at("Kind") == "Pod");
    CHECK(!event.at("Metadata").at("Name").as_string().empty());

    auto by_tag =
        f.call("DescribeContainerGroupEvents", {{"Tag.1.Key", "k"}, {"Tag.1.Value", "v"}});
    REQUIRE(by_tag.body.at("TotalCount") == 1);
    CHECK(text(by_tag.body.at("Data").at(0).at("ContainerGroupId")) == other);
    auto recent = f.call("DescribeContainerGroupEvents", {{"SinceSecond", "50"}});
    CHECK(has(reasons(recent, 0), "Started"));
    CHECK(reasons(recent, 1).empty());
    auto agent = f.call("DescribeContainerGroupEvents", {{"EventSource", "K8sAgent"}});
    CHECK(reasons(agent).empty());
    auto service = f.call("DescribeContainerGroupEvents", {{"EventSource", "EciService"}});
    CHECK(has(reasons(service), "Started"));
    CHECK(f.call("DescribeContainerGroupEvents", {{"EventSource", "me"}}).status == 400);
    auto page = f.call("DescribeContainerGroupEvents", {{"Limit", "1"}});
    CHECK(page.body.at("Data").as_array().size() == 1);
    auto rest = f.call("DescribeContainerGroupEvents",
                       {{"Limit", "1"}, {"NextToken", page.text("NextToken")}});
    CHECK(text(rest.body.at("Data").at(0).at("ContainerGroupId")) == id);
}

TEST_CASE("eci metrics: from the first question on, with rates between samples") {
    fixture f;
    auto id = f.running({{"Cpu", "2"}, {"Memory", "4"}});
    use(f, 0, 1000);
    f.service->supervisor->sweep();
    f.now += 100s;
    use(f, 10 * second, 2000);
    auto first = records(f, id);  // nothing was sampled before the question
    REQUIRE(first.size() == 1);
    CHECK(number(first[0].at("CPU").at("UsageNanoCores")) == 0.1 * second);
    CHECK(number(first[0].at("CPU").at("UsageCoreNanoSeconds")) == 10 * second);
    CHECK(number(first[0].at("CPU").at("Limit")) == 2000);
    CHECK(number(first[0].at("Memory").at("UsageBytes")) == 2000);
    CHECK(number(first[0].at("Memory").at("AvailableBytes")) == 4.0 * (1 << 30) - 2000);
    CHECK(!first[0].as_object().contains("Network"));
    CHECK(first[0].at("Containers").at(0).at("Name") == "sandbox");
    for (int i = 1; i <= 4; ++i) {
        f.now += 15s;
        use(f, (10 + 15 * static_cast<std::uint64_t>(i)) * second, 3000);
        f.service->supervisor->sweep();
    }
    auto more = records(f, id);
    CHECK(more.size() == 5);
    for (std::size_t i = 1; i < more.size(); ++i)
        CHECK(number(more[i].at("CPU").at("UsageNanoCores")) == second);
    CHECK(more.back().at("Timestamp") == "2026-01-02T00:02:40Z");
    auto thin = records(f, id,
                        {{"StartTime", "2026-01-02T00:01:00Z"},
                         {"EndTime", "2026-01-02T00:03:00Z"},
                         {"Period", "60"}});
    CHECK(thin.size() == 2);
    CHECK(thin.back().at("Timestamp") == "2026-01-02T00:02:40Z");
}

TEST_CASE("eci metrics: the history ends when nobody asks any more") {
    fixture f;
    auto id = f.running();
    use(f, second, 1000);
    CHECK(records(f, id).size() == 1);
    for (int i = 0; i < 60; ++i) {
        f.now += 15s;
        f.service->supervisor->sweep();
    }
    f.now += 1s;
    CHECK(records(f, id).size() == 1);  // begun anew
}

TEST_CASE("eci metrics: a restarted container counts from 0") {
    fixture f;
    auto id = f.running({{"Container.1.Command.1", "wait"}});
    f.now += 10s;
    use(f, 10 * second, 1000);
    CHECK(number(records(f, id).at(0).at("CPU").at("UsageNanoCores")) == second);
    f.now += 10s;
    f.world->last_process()->end(1);
    f.until([&] { return f.world->boxes.size() == 2 && !f.world->last()->processes.empty(); });
    f.until([&] {
        return f.service->groups->find(id)->containers[0].restarts == 1 &&
               f.status_of_container(id) == "Running";
    });
    f.now += 10s;
    use(f, second, 1000);
    auto now = records(f, id);
    CHECK(number(now.back().at("CPU").at("UsageNanoCores")) == second / 10);
}

TEST_CASE("eci metrics: what is asked wrongly") {
    fixture f;
    auto id = f.running();
    CHECK(records(f, id).empty());  // this runtime counts nothing
    for (const auto& [name, value] : parameter_list{{"Period", "20"},
                                                    {"StartTime", "now"},
                                                    {"StartTime", "2027-01-02T00:00:00Z"},
                                                    {"StartTime", "2025-01-02T00:00:00Z"},
                                                    {"StartTime", "2026-01-01T12:00:00Z"}}) {
        CAPTURE(value);
        CHECK(f.call("DescribeContainerGroupMetric", {{"ContainerGroupId", id}, {name, value}})
                  .status == 400);
    }
    CHECK(f.call("DescribeContainerGroupMetric", {{"ContainerGroupId", "eci-x"}}).status == 404);
}

TEST_CASE("eci metrics: the latest of several groups") {
    fixture f;
    auto a = f.running();
    use(f, second, 1000);
    auto b = f.running();
    use(f, second, 2000);
    auto all = f.call("DescribeMultiContainerGroupMetric",
                      {{"ContainerGroupIds", "[\"" + a + "\",\"eci-none\",\"" + b + "\"]"},
                       {"MetricType", "summary"}});
    REQUIRE(all.code() == "ok");
    const auto& data = all.body.at("MonitorDatas").as_array();
    REQUIRE(data.size() == 2);
    CHECK(text(data[0].at("ContainerGroupId")) == a);
    CHECK(data[1].at("Records").as_array().size() == 1);
    CHECK(number(data[1].at("Records").at(0).at("Memory").at("Rss")) == 2000);
    CHECK(f.call("DescribeMultiContainerGroupMetric", {}).code() == "MissingContainerGroupIds");
    CHECK(f.call("DescribeMultiContainerGroupMetric",
                 {{"ContainerGroupIds", "[\"a\"]"}, {"MetricType", "all"}})
              .status == 400);
}

TEST_CASE("eci price: a list of its own that says so") {
    fixture f;
    auto a = f.call("DescribeContainerGroupPrice",
                    {{"Cpu", "2"}, {"Memory", "4"}, {"EphemeralStorage", "10"}});
    REQUIRE(a.code() == "ok");
    const auto& info = a.body.at("PriceInfo");
    CHECK(info.at("Price").at("Currency") == "XTS");
    CHECK(number(info.at("Price").at("TradePrice")) == doctest::Approx(0.25));
    CHECK(number(info.at("Price").at("DiscountPrice")) == 0);
    CHECK(info.at("Price").at("DetailInfos").at("DetailInfo").as_array().size() == 3);
    CHECK(info.at("SpotPrices").at("SpotPrice").as_array().empty());
    std::string rule(info.at("Rules").at("Rule").at(0).at("Description").as_string());
    CHECK(rule.find("not the vendor's") != std::string::npos);

    auto spot = f.call("DescribeContainerGroupPrice",
                       {{"InstanceType", "eci.local-2c4g"}, {"SpotStrategy", "SpotAsPriceGo"}});
    REQUIRE(spot.code() == "ok");
    const auto& cheap = spot.body.at("PriceInfo");
    CHECK(number(cheap.at("Price").at("OriginalPrice")) == doctest::Approx(0.24));
    CHECK(number(cheap.at("Price").at("TradePrice")) == doctest::Approx(0.048));
    CHECK(cheap.at("SpotPrices").at("SpotPrice").at(0).at("InstanceType") == "eci.local-2c4g");

    CHECK(f.call("DescribeContainerGroupPrice", {{"Cpu", "2"}}).code() == "MissingMemory");
    CHECK(f.call("DescribeContainerGroupPrice", {{"Cpu", "99"}, {"Memory", "1"}}).code() ==
          "InvalidParameter.CPU.Memory");
    CHECK(f.call("DescribeContainerGroupPrice", {{"InstanceType", "ecs.c5.large"}}).status == 400);
}

TEST_CASE("eci stock: local instance types by size and by family") {
    fixture f;
    auto types = [&](parameter_list more) {
        more.emplace_back("DestinationResource.Category", "InstanceType");
        auto a = f.call("DescribeAvailableResource", std::move(more));
        REQUIRE(a.code() == "ok");
        std::vector<std::string> all;
        for (const auto& zone : a.body.at("AvailableZones").at("AvailableZone").as_array())
            for (const auto& item : zone.at("AvailableResources")
                                        .at("AvailableResource")
                                        .at(0)
                                        .at("SupportedResources")
                                        .at("SupportedResource")
                                        .as_array()) {
                CHECK(item.at("StatusCategory") == "WithStock");
                all.emplace_back(item.at("Value").as_string());
            }
        return all;
    };
    CHECK(types({}).size() == 44);
    CHECK(types({{"DestinationResource.Cores", "2"}, {"DestinationResource.Memory", "4"}}) ==
          std::vector<std::string>{"eci.local-2c4g"});
    CHECK(types({{"DestinationResource.Value", "eci.local-0.25c0.5g"}}).size() == 1);
    CHECK(types({{"ZoneId", "cn-elsewhere-a"}}).empty());
    auto family = f.call("DescribeAvailableResource",
                         {{"DestinationResource.Category", "InstanceTypeFamily"}});
    CHECK(json::serialize(family.body).find("\"eci.local\"") != std::string::npos);
    CHECK(f.call("DescribeAvailableResource", {}).code() == "MissingDestinationResource.Category");
}

TEST_CASE("eci usage: what is really there") {
    fixture f;
    f.running({{"Cpu", "2"}, {"Memory", "4"}});
    auto gone = f.create({{"Cpu", "4"},
                          {"Memory", "8"},
                          {"RestartPolicy", "Never"},
                          {"Container.1.Command.1", "exit"},
                          {"Container.1.Command.2", "0"}});
    f.until([&] { return f.status(gone) == "Succeeded"; });
    f.call("CreateImageCache", {{"ImageCacheName", "cache"}, {"Image.1", "nginx:latest"}});
    auto a = f.call("ListUsage", {});
    REQUIRE(a.code() == "ok");
    const auto& all = a.body.at("Attributes");
    CHECK(number(all.at("UsedCpu")) == 2);
    CHECK(number(all.at("MaxCpu")) > 1000);
    CHECK(number(all.at("UsedImageCacheCount")) ==
          static_cast<double>(f.service->resources.image_caches.size()));
    CHECK(number(all.at("UsedImageCacheCount")) == 1);
    CHECK(number(all.at("UsedDataCacheCount")) == 0);
}

TEST_CASE("eci regions: the one that is served") {
    fixture f;
    auto a = f.call("DescribeRegions", {});
    const auto& region = a.body.at("Regions").at(0).as_object();
    CHECK(region.at("RegionId") == "cn-shanghai");
    CHECK(region.at("RegionEndpoint") == "127.0.0.1:8080");
    for (auto list : {"Zones", "RecommendZones", "UnavailableZones"})
        CHECK(region.at(list).is_array());
}
