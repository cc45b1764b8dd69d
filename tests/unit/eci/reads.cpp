// The typed reads: what they send, what they make of answers, what they refuse before a call.
#include "scripted_service.hpp"

#include "eci/read_models.hpp"
#include "eci/read_options.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <map>
#include <string>
#include <vector>

namespace {

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace json = boost::json;

json::object object(const std::string& text) {
    return json::parse(text).as_object();
}

std::map<std::string, std::string> sent(const proto::parameter_list& parameters) {
    return {parameters.begin(), parameters.end()};
}

template <class Call>
std::string refusal_of(Call call) {
    try {
        call();
    } catch (const error& e) {
        CHECK(e.code() == errc::invalid_argument);
        return e.info().message;
    }
    return "none";
}

template <class Parse>
std::string broken(Parse parse, const std::string& text) {
    try {
        parse(object(text));
    } catch (const error& e) {
        CHECK(e.code() == errc::protocol);
        return e.info().message;
    }
    return "none";
}

const auto day = std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2026) / 1 / 2));

}  // namespace

TEST_CASE("reads: every log option is a parameter") {
    auto all = sent(eci::log_parameters(
        eci::log_options().tail(7).start_time(day).previous().limit_bytes(9).timestamps()));
    CHECK(all == std::map<std::string, std::string>{{"Tail", "7"},
                                                    {"StartTime", "2026-01-02T00:00:00Z"},
                                                    {"LastTime", "true"},
                                                    {"LimitBytes", "9"},
                                                    {"Timestamps", "true"}});
    CHECK(sent(eci::log_parameters(eci::log_options())).empty());
    CHECK(sent(eci::log_parameters(eci::log_options().since_seconds(60)))["SinceSeconds"] == "60");
}

TEST_CASE("reads: log options out of bounds are refused by name") {
    using options = eci::log_options;
    auto logs = [](options o) { return refusal_of([&] { eci::check_logs(o); }); };
    auto follow = [](options o) { return refusal_of([&] { eci::check_follow(o); }); };
    CHECK(logs(options().tail(1)) == "none");
    CHECK(logs(options().tail(2000).limit_bytes(1'048'576)) == "none");
    CHECK(logs(options().tail(0)) == "log_options: tail must be 1 to 2000");
    CHECK(logs(options().tail(2001)) == "log_options: tail must be 1 to 2000");
    CHECK(logs(options().since_seconds(0)).starts_with("log_options: since_seconds must be 1 to"));
    CHECK(logs(options().limit_bytes(0)) == "log_options: limit_bytes must be 1 to 1048576");
    CHECK(logs(options().limit_bytes(1'048'577)) ==
          "log_options: limit_bytes must be 1 to 1048576");
    CHECK(logs(options().since_seconds(1).start_time(day)) ==
          "log_options: since_seconds must be without start_time");
    CHECK(logs(options().container(std::string("a\0b", 3))) ==
          "log_options: container must be text without NUL");
    CHECK(follow(options().tail(10).pace(10ms, 10ms)) == "none");
    CHECK(follow(options().previous()).starts_with("log_options: previous"));
    CHECK(follow(options().limit_bytes(4095)) ==
          "log_options: limit_bytes must be 4096 to 1048576");
    CHECK(follow(options().pace(9ms, 1s)).starts_with("log_options: pace"));
    CHECK(follow(options().pace(2s, 1s)).starts_with("log_options: pace"));
    CHECK(follow(options().pace(1s, 2h)).starts_with("log_options: pace"));
}

TEST_CASE("reads: event parameters and bounds") {
    auto one = sent(
        eci::event_parameters("eci-1", eci::event_options().source("K8sAgent").since_seconds(5)));
    CHECK(one == std::map<std::string, std::string>{{"ContainerGroupIds", "[\"eci-1\"]"},
                                                    {"EventSource", "K8sAgent"},
                                                    {"SinceSecond", "5"}});
    auto many = sent(eci::event_parameters(
        eci::event_query().id("a").id("b").tag("k", "v").limit(3).next_token("t")));
    CHECK(many == std::map<std::string, std::string>{{"ContainerGroupIds", "[\"a\",\"b\"]"},
                                                     {"Tag.1.Key", "k"},
                                                     {"Tag.1.Value", "v"},
                                                     {"Limit", "3"},
                                                     {"NextToken", "t"}});
    auto refused = [](eci::event_query q) { return refusal_of([&] { eci::event_parameters(q); }); };
    CHECK(refused(eci::event_query().limit(0)) == "event_query: limit must be 1 to 200");
    CHECK(refused(eci::event_query().limit(201)) == "event_query: limit must be 1 to 200");
    CHECK(refused(eci::event_query().source("kubelet")) ==
          "event_query: source must be one of EciService, K8sAgent");
    CHECK(refused(eci::event_query().id("")) ==
          "event_query: ids must be texts that are not empty");
    eci::event_query crowd;
    for (int i = 0; i < 21; ++i) crowd.id("eci-" + std::to_string(i));
    CHECK(refused(crowd) == "event_query: ids must be at most 20 in one call");
    CHECK(refusal_of([] {
              eci::event_parameters("eci-1", eci::event_options().since_seconds(0));
          }).starts_with("event_options: since_seconds"));
}

TEST_CASE("reads: metric parameters and bounds") {
    using options = eci::metric_options;
    CHECK(sent(eci::metric_parameters("eci-1", options())) ==
          std::map<std::string, std::string>{{"ContainerGroupId", "eci-1"}});
    CHECK(sent(eci::metric_parameters("eci-1", options().start(day).end(day + 50min).period(60))) ==
          std::map<std::string, std::string>{{"ContainerGroupId", "eci-1"},
                                             {"StartTime", "2026-01-02T00:00:00Z"},
                                             {"EndTime", "2026-01-02T00:50:00Z"},
                                             {"Period", "60"}});
    CHECK(sent(eci::metric_parameters({"a", "b"})) ==
          std::map<std::string, std::string>{{"ContainerGroupIds", "[\"a\",\"b\"]"},
                                             {"MetricType", "summary"}});
    auto refused = [](options o) { return refusal_of([&] { eci::metric_parameters("x", o); }); };
    CHECK(refused(options().period(20)) == "metric_options: period must be 15, 30, 60 or 600");
    CHECK(refused(options().start(day)) == "metric_options: start and end must be given together");
    CHECK(refused(options().start(day).end(day)) == "metric_options: end must be after start");
    CHECK(refused(options().start(day).end(day + 24h * 31).period(600)) ==
          "metric_options: end must be at most 30 days after start");
    CHECK(refused(options().start(day).end(day + 1h)).starts_with("metric_options: period"));
    CHECK(refusal_of([] { eci::metric_parameters(std::vector<std::string>()); }) ==
          "metrics_of: ids must be 1 to 20");
    CHECK(refusal_of([] { eci::metric_parameters(std::vector<std::string>(21, "a")); }) ==
          "metrics_of: ids must be at most 20 in one call");
}

TEST_CASE("reads: price and resource parameters and bounds") {
    using price = eci::price_options;
    using wanted = eci::resource_query;
    CHECK(sent(eci::price_parameters(price()
                                         .cpu(0.25)
                                         .memory(2)
                                         .zone("z")
                                         .spot_strategy("SpotWithPriceLimit")
                                         .spot_price_limit(0.5)
                                         .spot_duration(0)
                                         .ephemeral_storage(30)
                                         .compute_category("economy"))) ==
          std::map<std::string, std::string>{{"Cpu", "0.25"},
                                             {"Memory", "2"},
                                             {"ZoneId", "z"},
                                             {"SpotStrategy", "SpotWithPriceLimit"},
                                             {"SpotPriceLimit", "0.5"},
                                             {"SpotDuration", "0"},
                                             {"EphemeralStorage", "30"},
                                             {"ComputeCategory", "economy"}});
    auto cost = [](price o) { return refusal_of([&] { eci::price_parameters(o); }); };
    CHECK(cost(price().instance_type("ecs.c5.large")) == "none");
    CHECK(cost(price().cpu(1)).starts_with("price_options must be given a cpu and a memory"));
    CHECK(cost(price().cpu(0).memory(1)).starts_with("price_options: cpu must be above 0"));
    CHECK(cost(price().cpu(1).memory(-1)).starts_with("price_options: memory must be above 0"));
    auto good = [] { return price().cpu(1).memory(1); };
    CHECK(cost(good().spot_strategy("Spot")).starts_with("price_options: spot_strategy"));
    CHECK(cost(good().spot_price_limit(1)).starts_with("price_options: spot_price_limit"));
    CHECK(cost(good().spot_duration(7)) == "price_options: spot_duration must be 0 to 1");
    CHECK(cost(good().ephemeral_storage(-1)).starts_with("price_options: ephemeral_storage"));
    CHECK(cost(good().compute_category("best")).starts_with("price_options: compute_category"));

    CHECK(sent(eci::resource_parameters(wanted().value("v").cores(2).memory(4).zone("z"))) ==
          std::map<std::string, std::string>{{"DestinationResource.Category", "InstanceType"},
                                             {"DestinationResource.Value", "v"},
                                             {"DestinationResource.Cores", "2"},
                                             {"DestinationResource.Memory", "4"},
                                             {"ZoneId", "z"}});
    auto stock = [](wanted o) { return refusal_of([&] { eci::resource_parameters(o); }); };
    CHECK(stock(wanted().category("Disk")).starts_with("resource_query: category"));
    CHECK(stock(wanted().category("")).starts_with("resource_query: category"));
    CHECK(stock(wanted().cores(0)).starts_with("resource_query: cores"));
    CHECK(stock(wanted().spot_price_limit(1)).starts_with("resource_query: spot_price_limit"));
}

TEST_CASE("reads: events with all their parts") {
    auto page = eci::parse_event_page(object(R"({"RequestId":"R","TotalCount":"2","Data":[
        {"ContainerGroupId":"eci-1","Name":"n","uuid":"u","Events":[{"Type":"Warning","Reason":"BackOff",
         "Message":"m","Count":"3","FirstTimestamp":"f","LastTimestamp":"l","ReportingComponent":"rc",
         "Source":{"Component":"EciService","Host":"h"},"Metadata":{"Name":"n.1"},
         "involvedObject":{"Kind":"Pod","Name":"n"}}]},{"ContainerGroupId":"eci-2"}]})"));
    CHECK(page.total_count == 2);
    CHECK(page.request_id == "R");
    CHECK(page.next_token.empty());
    REQUIRE(page.groups.size() == 2);
    CHECK(page.groups[1].events.empty());
    REQUIRE(page.groups[0].events.size() == 1);
    const auto& one = page.groups[0].events[0];
    CHECK(one.type == "Warning");
    CHECK(one.reason == "BackOff");
    CHECK(one.message == "m");
    CHECK(one.count == 3);
    CHECK(one.first_time == "f");
    CHECK(one.last_time == "l");
    CHECK(one.name == "n.1");
    CHECK(one.component == "EciService");
    CHECK(one.host == "h");
    CHECK(one.reporting_component == "rc");
    CHECK(one.object_kind == "Pod");
    CHECK(one.object_name == "n");
}

TEST_CASE("reads: metrics in both spellings, absent numbers stay absent") {
    auto all = eci::parse_metrics(object(R"({"RequestId":"R","ContainerGroupId":"eci-1","Records":[
        {"Timestamp":"t","CPU":{"UsageNanoCores":5,"UsageCoreNanoSeconds":"12345678901","Limit":2000.0},
         "Memory":{"UsageBytes":1,"WorkingSet":2,"Rss":3,"Cache":4,"AvailableBytes":5},
         "Network":{"Interfaces":[{"Name":"eth0","RxBytes":1,"TxBytes":"2"}]},
         "Disk":[{"Device":"vda","ReadIO":7,"WriteIO":8,"ReadBytes":9}],
         "Filesystem":[{"FsName":"/","Category":"c","Capacity":10,"Usage":4,"Available":6}],
         "Containers":[{"Name":"main","CPU":{"UsageNanoCores":5}}]},{}]})"));
    REQUIRE(all.records.size() == 2);
    const auto& one = all.records[0];
    CHECK(one.cpu->usage_nano_cores == 5);
    CHECK(one.cpu->usage_core_nano_seconds == 12345678901);
    CHECK(one.cpu->limit == 2000);
    CHECK(!one.cpu->load);
    CHECK(one.memory->available == 5);
    CHECK(one.network.at(0).tx_bytes == 2);
    CHECK(!one.network.at(0).rx_drops);
    CHECK(one.disks.at(0).reads == 7);
    CHECK(one.disks.at(0).writes == 8);
    CHECK(!one.disks.at(0).write_bytes);
    CHECK(one.filesystems.at(0).available == 6);
    CHECK(one.containers.at(0).name == "main");
    CHECK(!one.containers.at(0).memory);
    CHECK(!all.records[1].cpu);

    auto many = eci::parse_many_metrics(object(R"({"RequestId":"R","MonitorDatas":[
        {"ContainerGroupId":"eci-1","Records":[{"Disk":[{"ReadIo":1,"WriteIo":2}]}]}]})"));
    REQUIRE(many.size() == 1);
    CHECK(many[0].request_id == "R");
    CHECK(many[0].records.at(0).disks.at(0).reads == 1);
    CHECK(many[0].records.at(0).disks.at(0).writes == 2);
}

TEST_CASE("reads: price, regions, stock and usage") {
    auto price = eci::parse_price(object(R"({"RequestId":"R","PriceInfo":{"Price":{"Currency":"CNY",
        "OriginalPrice":2.5,"DiscountPrice":"0.5","TradePrice":2,"DetailInfos":{"DetailInfo":[
        {"Resource":"cpu","OriginalPrice":1,"TradePrice":0.5,"Rules":{"Rule":[{"RuleId":7},{"Description":"d"}]}}]}},
        "Rules":{"Rule":[{"RuleId":12,"Description":"half"}]},
        "SpotPrices":{"SpotPrice":[{"ZoneId":"z","InstanceType":"i","SpotPrice":0.1,"OriginPrice":1}]}}})"));
    CHECK(price.currency == "CNY");
    CHECK(price.original == 2.5);
    CHECK(price.discount == 0.5);
    CHECK(price.trade == 2);
    CHECK(price.details.at(0).resource == "cpu");
    CHECK(price.details.at(0).rules == std::vector<std::string>{"7", "d"});
    CHECK(price.rules.at(0).id == "12");
    CHECK(price.rules.at(0).description == "half");
    CHECK(price.spot_prices.at(0).price == 0.1);
    CHECK(eci::parse_price(object("{}")).details.empty());

    auto regions = eci::parse_regions(object(R"({"Regions":[{"RegionId":"cn-x","RegionEndpoint":"e",
        "Zones":["a","b"],"RecommendZones":["a"],"UnavailableZones":null}]})"));
    REQUIRE(regions.size() == 1);
    CHECK(regions[0].id == "cn-x");
    CHECK(regions[0].zones.size() == 2);
    CHECK(regions[0].recommended_zones == std::vector<std::string>{"a"});
    CHECK(regions[0].unavailable_zones.empty());

    auto zones = eci::parse_resources(
        object(R"({"AvailableZones":{"AvailableZone":[{"RegionId":"r","ZoneId":"z",
        "AvailableResources":{"AvailableResource":[{"Type":"InstanceType","SupportedResources":{"SupportedResource":
        [{"Value":"v","StatusCategory":"WithStock"},{"Value":"w"}]}}]}}]}})"));
    REQUIRE(zones.size() == 1);
    CHECK(zones[0].zone == "z");
    REQUIRE(zones[0].resources.size() == 2);
    CHECK(zones[0].resources[0].type == "InstanceType");
    CHECK(zones[0].resources[0].status == "WithStock");
    CHECK(zones[0].resources[1].value == "w");

    auto usage = eci::parse_usage(object(
        R"({"RequestId":"R","Attributes":{"UsedCpu":"1.5","MaxCpu":100,"UsedImageCacheCount":"2","New":true}})"));
    CHECK(usage.used_cpu == 1.5);
    CHECK(usage.max_cpu == 100);
    CHECK(usage.used_image_caches == 2);
    CHECK(!usage.max_data_caches);
    CHECK(usage.attributes.at("UsedCpu") == "1.5");
    CHECK(usage.attributes.at("New") == "true");
    CHECK(eci::parse_usage(object("{}")).attributes.empty());
}

TEST_CASE("reads: answers of wrong types are protocol errors that name the field") {
    CHECK(broken(eci::parse_log, R"({"Content":5})") ==
          "field Content of the answer is not a string");
    CHECK(broken(eci::parse_event_page, R"({"Data":{}})") ==
          "field Data of the answer is not a list");
    CHECK(broken(eci::parse_event_page, R"({"Data":[{"Events":[{"Count":"x"}]}]})") ==
          "field Data[0].Events[0].Count of the answer is not a number");
    CHECK(broken(eci::parse_event_page, R"({"Data":[{"Events":[{"Source":[]}]}]})") ==
          "field Data[0].Events[0].Source of the answer is not an object");
    CHECK(broken(eci::parse_metrics, R"({"Records":[{"CPU":{"Limit":[]}}]})") ==
          "field Records[0].CPU.Limit of the answer is not a number");
    CHECK(broken(eci::parse_metrics, R"({"Records":[{"CPU":{"Limit":1e300}}]})") ==
          "field Records[0].CPU.Limit of the answer is not a number of at most 2^53");
    CHECK(broken(eci::parse_metrics, R"({"Records":[{"CPU":{"Limit":"nan"}}]})") ==
          "field Records[0].CPU.Limit of the answer is not a number");
    CHECK(broken(eci::parse_metrics, R"({"Records":["x"]})") ==
          "field Records[0] of the answer is not an object");
    CHECK(broken(eci::parse_many_metrics, R"({"MonitorDatas":1})") ==
          "field MonitorDatas of the answer is not a list");
    CHECK(broken(eci::parse_price, R"({"PriceInfo":{"Price":{"TradePrice":{}}}})") ==
          "field PriceInfo.Price.TradePrice of the answer is not a number");
    CHECK(broken(eci::parse_regions, R"({"Regions":[{"Zones":[1]}]})") ==
          "field Regions[0].Zones[0] of the answer is not a string");
    CHECK(broken(eci::parse_usage, R"({"Attributes":[]})") ==
          "field Attributes of the answer is not an object");
    CHECK(broken(eci::parse_usage, R"({"Attributes":{"UsedCpu":"12 apples"}})") ==
          "field Attributes.UsedCpu of the answer is not a number");
}

namespace {

net::http_response answer_reads(const seen_call& call, std::size_t) {
    if (call.action == "DescribeContainerGroups")
        return json_answer(
            R"({"ContainerGroups":[{"ContainerGroupId":"eci-1","Name":"n","Containers":[{"Name":"main"}]}]})");
    if (call.action == "DescribeContainerLog")
        return json_answer(R"({"RequestId":"R-L","Content":"hello\n"})");
    if (call.action == "DescribeContainerGroupEvents")
        return json_answer(R"({"RequestId":"R-E","Data":[]})");
    if (call.action == "DescribeContainerGroupMetric")
        return json_answer(R"({"RequestId":"R-M","Records":[{}]})");
    return json_answer(R"({"RequestId":"R"})");
}

asio::awaitable<void> every_read(service_world& w) {
    auto& client = *w.client;
    auto log = co_await client.logs("eci-1");
    CHECK(log.container == "main");
    CHECK(log.content == "hello\n");
    CHECK(log.request_id == "R-L");
    auto named = co_await client.logs("eci-1", eci::log_options().container("other").tail(5));
    CHECK(w.service.calls.back().parameters.at("ContainerName") == "other");
    CHECK(w.service.calls.back().parameters.at("Tail") == "5");
    auto events = co_await client.events("eci-1", eci::event_options().since_seconds(60));
    CHECK(events.id == "eci-1");  // it is there, and has none
    auto page = co_await client.events(eci::event_query().id("eci-1"));
    CHECK(page.request_id == "R-E");
    auto metrics = co_await client.metrics("eci-1", eci::metric_options().period(15));
    CHECK(metrics.id == "eci-1");
    CHECK(metrics.records.size() == 1);
    std::vector<std::string> ids = {"eci-1"};
    auto many = co_await client.metrics_of(ids);
    CHECK(many.empty());
    auto price = co_await client.price(eci::price_options().cpu(1).memory(2));
    CHECK(price.request_id == "R");
    auto regions = co_await client.regions();
    CHECK(regions.empty());
    auto zones = co_await client.available_resources(eci::resource_query().cores(1));
    CHECK(zones.empty());
    auto usage = co_await client.usage();
    CHECK(usage.request_id == "R");
    for (const auto& call : w.service.calls) CHECK(call.parameters.at("RegionId") == "cn-shanghai");
}

asio::awaitable<void> refused_before(service_world& w) {
    auto& client = *w.client;
    auto empty = co_await failure_of(client.logs(""));
    CHECK(empty.code == errc::invalid_argument);
    auto tail = co_await failure_of(client.logs("eci-1", eci::log_options().tail(0)));
    CHECK(tail.code == errc::invalid_argument);
    auto follow = co_await failure_of(client.follow_logs("eci-1", eci::log_options().previous()));
    CHECK(follow.code == errc::invalid_argument);
    auto price = co_await failure_of(client.price(eci::price_options()));
    CHECK(price.code == errc::invalid_argument);
    CHECK(w.service.calls.empty());
}

asio::awaitable<void> unknown_group(service_world& w) {
    w.service.answer = [](const seen_call&, std::size_t) {
        return json_answer(R"({"RequestId":"R","Data":[],"ContainerGroups":[]})");
    };
    auto events = co_await failure_of(w.client->events("eci-1"));
    CHECK(events.code == errc::not_found);
}

}  // namespace

TEST_CASE("reads: every call, as the guide writes it") {
    service_world w;
    w.service.answer = answer_reads;
    w.run(every_read(w));
}

TEST_CASE("reads: bad options and ids make no call") {
    service_world w;
    w.run(refused_before(w));
}

TEST_CASE("reads: the events of a group that does not exist") {
    service_world w;
    w.run(unknown_group(w));
}
