#include "proto/api_error.hpp"

#include "core/utf8.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <string>

using namespace ecisbx;
using namespace ecisbx::proto;

namespace {

errc meaning(int status, const char* code, const char* message = "") {
    api_error what;
    what.http_status = status;
    what.code = code;
    what.message = message;
    return condition_of(what);
}

bool is_clean(const std::string& text) {
    if (!core::is_valid_utf8(text)) return false;
    for (char c : text)
        if ((c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7f') return false;
    return true;
}

}  // namespace

TEST_CASE("api_error: a JSON body") {
    auto e = parse_api_error(
        403, "application/json;charset=utf-8",
        R"({"RequestId":"R-1","HostId":"eci.cn-shanghai.aliyuncs.com","Code":"Forbidden.RAM",)"
        R"("Message":"No \u4f60.","Recommend":"https://x","AccessDeniedDetail":{"AuthAction":"eci:X"}})");
    CHECK(e.http_status == 403);
    CHECK(e.code == "Forbidden.RAM");
    CHECK(e.message == "No 你.");
    CHECK(e.request_id == "R-1");
    CHECK(e.recommend == "https://x");
    CHECK(e.access_denied_detail == R"({"AuthAction":"eci:X"})");

    auto info = make_error_info("CreateContainerGroup", e);
    CHECK(info.code == errc::forbidden);
    CHECK(info.doing == "CreateContainerGroup");
    CHECK(info.message == R"(No 你. (access denied detail: {"AuthAction":"eci:X"}))");
    CHECK(info.request_id == "R-1");
    CHECK(info.service_code == "Forbidden.RAM");
    CHECK(info.http_status == 403);
    CHECK(info.attempts == 1);
}

TEST_CASE("api_error: the other spellings of the fields, whatever the content type") {
    auto e = parse_api_error(400, "text/html", R"({"code":"C","message":"M","requestId":"R"})");
    CHECK(e.code == "C");
    CHECK(e.message == "M");
    CHECK(e.request_id == "R");
    CHECK(parse_api_error(400, "", R"({"Code":"C","Description":"D"})").message == "D");
    auto only_code = parse_api_error(400, "", R"({"Code":"OnlyCode"})");
    CHECK(make_error_info("x", only_code).message == "OnlyCode");
    auto wrong_types =
        parse_api_error(400, "", R"({"Code":5,"code":"c","Message":[],"RequestId":{}})");
    CHECK(wrong_types.code == "c");
    CHECK(wrong_types.message.empty());
    CHECK(wrong_types.request_id.empty());
}

TEST_CASE("api_error: an XML body") {
    auto e =
        parse_api_error(404, "Text/XML ;charset=utf-8",
                        "<?xml version='1.0'?><Error><RequestId>R</RequestId>"
                        "<HostId>h</HostId><Code>InvalidAccessKeyId.NotFound</Code>"
                        "<Message><![CDATA[a <b> & c]]></Message>"
                        "<Recommend>x?a=1&amp;b=&lt;2&gt;&quot;&apos;&nbsp;&amp;lt;</Recommend>"
                        "</Error>");
    CHECK(e.code == "InvalidAccessKeyId.NotFound");
    CHECK(e.message == "a <b> & c");
    CHECK(e.request_id == "R");
    CHECK(e.recommend == "x?a=1&b=<2>\"'&nbsp;&lt;");
    CHECK(parse_api_error(500, "text/xml", "<Error><Code>x</Error>").code.empty());
    CHECK(parse_api_error(500, "text/xml", "<Message><![CDATA[x</Message>").code.empty());
}

TEST_CASE("api_error: anything else becomes an opaque but bounded message") {
    struct row {
        const char* type;
        std::string body;
    } rows[] = {
        {"text/html", "<html><title>502 Bad Gateway</title>"},
        {"application/json", "{"},
        {"application/json", "[]"},
        {"application/json", "null"},
        {"application/json", "{}"},
        {"application/json", "{\"Code\":1}"},
        {"application/json", std::string(100'000, '[')},
        {"application/json", std::string(1'000'000, '{')},
        {"application/json", "{\"Code\":\"" + std::string(300'000, 'x') + "\"}"},
        {"application/json", "{\"Code\":\"\xff\"}"},
        {"text/xml", "{\"Code\":\"X\"}"},
        {"", std::string("\0\x01\x1b[31m\x7f\xff\xc0", 10)},
    };
    for (const auto& r : rows) {
        auto e = parse_api_error(502, r.type, r.body);
        CHECK(e.code.empty());
        CHECK(e.http_status == 502);
        CHECK(e.message.starts_with("HTTP status 502, a body that is no error document: "));
        CHECK(e.message.size() < 1000);
        CHECK(is_clean(e.message));
        CHECK(make_error_info("x", e).code == errc::unavailable);
    }
    CHECK(parse_api_error(503, "", "").message == "HTTP status 503, no body");
}

TEST_CASE("api_error: long and dirty fields are cut and cleaned") {
    std::string long_text;
    for (int i = 0; i < 3000; ++i) long_text += "你";
    boost::json::object body;
    body["Code"] = std::string(1000, 'C') + "\r\n";
    body["Message"] = "\x1b[31m\r\n" + long_text;
    body["RequestId"] = "R\x7f\0";
    auto e = parse_api_error(400, "", boost::json::serialize(body));
    CHECK(e.code == std::string(256, 'C') + "...");
    CHECK(e.message.starts_with(" [31m \n你"));
    CHECK(e.message.ends_with("你..."));
    CHECK(e.message.size() <= 4100);
    CHECK(is_clean(e.message));
    CHECK(e.message.find("\xef\xbf\xbd") == std::string::npos);
    CHECK(e.request_id == "R ");
}

TEST_CASE("api_error: what each documented code means") {
    struct row {
        errc means;
        std::vector<std::pair<int, const char*>> codes;
    } rows[] = {
        {errc::clock_skew, {{400, "InvalidTimeStamp.Expired"}}},
        {errc::unauthenticated,
         {{400, "MissingAccessKeyId"},
          {400, "IncompleteSignature"},
          {404, "InvalidAccessKeyId.NotFound"},
          {404, "InvalidAccessKeyId"},
          {403, "InvalidAccessKeyId.Inactive"},
          {403, "Forbidden.AccessKeyDisabled"},
          {400, "SignatureDoesNotMatch"},
          {400, "InvalidSecurityToken.Expired"},
          {400, "InvalidSecurityToken.Malformed"},
          {400, "InvalidSecurityToken.MismatchWithAccessKey"},
          {400, "MissingSecurityToken"},
          {401, "Unknown"}}},
        {errc::throttled,
         {{400, "Throttling"},
          {400, "Throttling.User"},
          {400, "Throttling.Api"},
          {400, "Rejected.Throttling"},
          {400, "Degrade.Api"},
          {400, "EipPurchaseFlowControl"},
          {503, "Throttling.User"},
          {429, "Anything"}}},
        {errc::quota_exceeded,
         {{403, "QuotaExceeded"},
          {403, "QuotaExceeded.ImageCache"},
          {403, "Throttling.Vcpu.PerDay"},
          {400, "DiskNumber.LimitExceed"},
          {400, "NumberExceed.Tags"}}},
        {errc::no_stock,
         {{403, "OperationDenied.NoStock"},
          {403, "Zone.NotOnSale"},
          {403, "Spot.NotMatched"},
          {403, "InvalidVSwitchId.IpNotEnough"},
          {400, "EipAddressPoolIpNotEnough"}}},
        {errc::conflict,
         {{400, "IncorrectStatus"},
          {400, "IncorrectOperation"},
          {400, "OperationConflict"},
          {400, "ImageSnapshot.IncorrectStatus"},
          {400, "ImageCache.IncorrectStatus"},
          {403, "IncorrectStatusDetail"},
          {400, "IdempotentParameterMismatch"},
          {400, "PrivateIpAddress.Already.InUse"},
          {400, "SignatureNonceUsed"},
          {409, "Unknown"}}},
        {errc::unsupported,
         {{404, "InvalidAction.NotFound"},
          {400, "InvalidVersion"},
          {405, "UnsupportedHTTPMethod"},
          {400, "ImageSnapshot.NotSupport"},
          {400, "ImageCacheNotSupport"},
          {400, "DiskVolume.NotSupport"},
          {400, "RamRole.NotSupport"},
          {400, "Ipv6AddressNotSupportX"},
          {400, "RegionDissolved"}}},
        {errc::forbidden,
         {{403, "Forbidden.RAM"},
          {403, "NoPermission"},
          {400, "NoPermission.Tag"},
          {403, "Forbidden.SubUser"},
          {403, "Forbidden.Unauthorized"},
          {403, "Forbidden.RiskControl"},
          {403, "Forbidden.OnlyForInvitedTest"},
          {403, "Forbidden.UserNotRealNameAuthentication"},
          {403, "Forbidden.AccountClosed"},
          {403, "InvalidUser.PassRoleForbidden"},
          {403, "CreateServiceLinkedRole.Denied"},
          {403, "FeatureAccessRestricted"},
          {400, "Account.Arrearage"},
          {400, "ServiceNotEnabled"},
          {400, "InvalidPaymentMethod.InsufficientBalance"},
          {400, "Payfor.CreditPayInsufficientBalance"},
          {400, "EipPayInsufficientBalance"},
          {503, "containerRepositoryAuthorizationFailed"},
          {403, "Unknown"}}},
        {errc::not_found,
         {{404, "ImageSnapshot.NotFound"},
          {404, "InvalidDiskId.NotFound"},
          {404, "InvalidContainerGroupId.NotFound"},
          {400, "InvalidInstanceId.NotFound"},
          {404, "Unknown"}}},
        {errc::too_large, {{400, "InvalidParameter.ValueExceeded"}, {413, "Unknown"}}},
        {errc::invalid_argument,
         {{400, "MissingAction"},
          {400, "MissingVersion"},
          {400, "MissingTimestamp"},
          {400, "MissingContainerGroupName"},
          {400, "InvalidTimeStamp.Format"},
          {400, "InvalidParameter"},
          {400, "InvalidParameter.CPU.Memory"},
          {400, "InvalidParameter.DuplicatedName"},
          {400, "InvalidParameter.DuplicatedVolumeName"},
          {400, "InvalidSpotCpuMemorySpec"},
          {400, "DiskVolume.NotInSameZone"},
          {400, "CloudDisk.NotInSameZone"},
          {400, "HighCpuMemConfigRequired"},
          {400, "RecommendEmpty.InstanceTypeFamilyNotMatched"},
          {400, "LocalDiskAmountNotMatch"},
          {400, "InstanceTypeNotMatchCpuArch"},
          {400, "FeatureBasedConstraintConflict"},
          {400, "Tcpdump.InvalidValue"},
          {403, "OperationDenied.VswZoneMisMatch"},
          {403, "OperationDenied.SecurityGroupMisMatch"},
          {403, "InvalidVolumeType"}}},
        {errc::unavailable,
         {{500, "InternalError"},
          {503, "ServiceUnavailable"},
          {408, "Request Timeout"},
          {500, "Unknown"},
          {502, ""},
          {408, ""}}},
        {errc::service, {{400, "DryRunOperation"}, {400, "Unknown"}, {400, ""}, {418, ""}}},
    };
    for (const auto& r : rows)
        for (const auto& [status, code] : r.codes)
            CHECK_MESSAGE(meaning(status, code) == r.means, code);
}

TEST_CASE("api_error: an unknown group is recognised by the words where the code is vague") {
    const char* text = "The specified container group does not exist.";
    CHECK(meaning(400, "InvalidParameter", text) == errc::not_found);
    CHECK(meaning(400, "Whatever", "ContainerGroup not exists") == errc::not_found);
    CHECK(meaning(403, "", text) == errc::not_found);
    CHECK(meaning(404, "InvalidAccessKeyId.NotFound", text) == errc::unauthenticated);
    CHECK(meaning(400, "IncorrectStatus", text) == errc::conflict);
    CHECK(meaning(500, "", text) == errc::unavailable);
}

TEST_CASE("api_error: what a server renders, a client reads") {
    api_failure failure{400, "InvalidParameter", "Bad \"quote\" \xff 你\n."};
    auto body = render_api_failure(failure, "0A1B", "eci.cn-shanghai.aliyuncs.com");
    CHECK(body ==
          "{\"RequestId\":\"0A1B\",\"HostId\":\"eci.cn-shanghai.aliyuncs.com\","
          "\"Code\":\"InvalidParameter\",\"Message\":\"Bad \\\"quote\\\" \xef\xbf\xbd 你\\n.\","
          "\"Recommend\":\"https://api.aliyun.com/troubleshoot?q=InvalidParameter&product=Eci&"
          "requestId=0A1B\"}");
    auto e = parse_api_error(400, api_error_content_type, body);
    CHECK(e.code == "InvalidParameter");
    CHECK(e.message == "Bad \"quote\" \xef\xbf\xbd 你\n.");
    CHECK(e.request_id == "0A1B");
    CHECK(boost::json::parse(render_api_failure({400, "a&b\xff", ""}, "r&", "h\xff")).is_object());
}

TEST_CASE("api_error: failures that name a parameter stay bounded") {
    CHECK(missing_parameter("Action").code == "MissingAction");
    auto failure = invalid_parameter(std::string(10'000, 'n') + '\xff', std::string(10'000, 'w'));
    CHECK(failure.message.size() < 5000);
    CHECK(core::is_valid_utf8(failure.message));
}

TEST_CASE("api_error: which refusals another key may mend") {
    for (const char* code : {"InvalidSecurityToken.Expired", "InvalidAccessKeyId",
                             "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"})
        CHECK(refuses_credentials(code));
    for (const char* code : {"", "InvalidSecurityToken.MismatchWithAccessKey", "Forbidden.RAM",
                             "SignatureDoesNotMatch", "MissingSecurityToken", "Throttling",
                             "InvalidTimeStamp.Expired"})
        CHECK_FALSE(refuses_credentials(code));
}
