// What the vendor's error codes mean.
#include "proto/api_error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace ecisbx::proto {

namespace {

enum class match { whole, front, part, back };

struct rule {
    match how;
    std::string_view text;
    errc means;
};

// The first rule that fits decides, so exceptions stand before what they are exceptions from.
constexpr rule rules[] = {
    // who asks, and when
    {match::whole, "InvalidTimeStamp.Expired", errc::clock_skew},
    {match::whole, "SignatureNonceUsed", errc::conflict},
    {match::front, "InvalidAccessKeyId", errc::unauthenticated},
    {match::whole, "MissingAccessKeyId", errc::unauthenticated},
    {match::whole, "MissingSecurityToken", errc::unauthenticated},
    {match::front, "InvalidSecurityToken", errc::unauthenticated},
    {match::whole, "IncompleteSignature", errc::unauthenticated},
    {match::whole, "SignatureDoesNotMatch", errc::unauthenticated},
    {match::whole, "Forbidden.AccessKeyDisabled", errc::unauthenticated},
    // how often, and how much
    {match::whole, "Throttling.Vcpu.PerDay", errc::quota_exceeded},
    {match::part, "Throttling", errc::throttled},
    {match::whole, "Degrade.Api", errc::throttled},
    {match::whole, "EipPurchaseFlowControl", errc::throttled},
    {match::front, "QuotaExceeded", errc::quota_exceeded},
    {match::whole, "DiskNumber.LimitExceed", errc::quota_exceeded},
    {match::front, "NumberExceed", errc::quota_exceeded},
    // no capacity of this kind
    {match::whole, "OperationDenied.NoStock", errc::no_stock},
    {match::whole, "Zone.NotOnSale", errc::no_stock},
    {match::whole, "Spot.NotMatched", errc::no_stock},
    {match::whole, "InvalidVSwitchId.IpNotEnough", errc::no_stock},
    {match::whole, "EipAddressPoolIpNotEnough", errc::no_stock},
    // the state of the thing
    {match::part, "IncorrectStatus", errc::conflict},
    {match::whole, "IncorrectOperation", errc::conflict},
    {match::whole, "OperationConflict", errc::conflict},
    {match::whole, "IdempotentParameterMismatch", errc::conflict},
    {match::whole, "PrivateIpAddress.Already.InUse", errc::conflict},
    // not here, not so
    {match::whole, "InvalidAction.NotFound", errc::unsupported},
    {match::whole, "InvalidVersion", errc::unsupported},
    {match::whole, "UnsupportedHTTPMethod", errc::unsupported},
    {match::part, "NotSupport", errc::unsupported},
    {match::whole, "RegionDissolved", errc::unsupported},
    // what may this account do
    {match::front, "Forbidden", errc::forbidden},
    {match::front, "NoPermission", errc::forbidden},
    {match::back, "InsufficientBalance", errc::forbidden},
    {match::whole, "Account.Arrearage", errc::forbidden},
    {match::whole, "ServiceNotEnabled", errc::forbidden},
    {match::whole, "InvalidUser.PassRoleForbidden", errc::forbidden},
    {match::whole, "CreateServiceLinkedRole.Denied", errc::forbidden},
    {match::whole, "FeatureAccessRestricted", errc::forbidden},
    {match::whole, "containerRepositoryAuthorizationFailed", errc::forbidden},
    // what was asked for
    {match::back, ".NotFound", errc::not_found},
    {match::whole, "InvalidParameter.ValueExceeded", errc::too_large},
    {match::whole, "OperationDenied.VswZoneMisMatch", errc::invalid_argument},
    {match::whole, "OperationDenied.SecurityGroupMisMatch", errc::invalid_argument},
    {match::whole, "HighCpuMemConfigRequired", errc::invalid_argument},
    {match::whole, "RecommendEmpty.InstanceTypeFamilyNotMatched", errc::invalid_argument},
    {match::whole, "LocalDiskAmountNotMatch", errc::invalid_argument},
    {match::whole, "InstanceTypeNotMatchCpuArch", errc::invalid_argument},
    {match::whole, "FeatureBasedConstraintConflict", errc::invalid_argument},
    {match::back, ".NotInSameZone", errc::invalid_argument},
    {match::back, ".InvalidValue", errc::invalid_argument},
    {match::front, "Missing", errc::invalid_argument},
    // the service itself
    {match::whole, "InternalError", errc::unavailable},
    {match::whole, "ServiceUnavailable", errc::unavailable},
    {match::whole, "Request Timeout", errc::unavailable},
};

bool fits(const rule& r, std::string_view code) {
    switch (r.how) {
        case match::whole: return code == r.text;
        case match::front: return code.starts_with(r.text);
        case match::part: return code.find(r.text) != std::string_view::npos;
        case match::back: return code.ends_with(r.text);
    }
    return false;
}

std::optional<errc> by_code(std::string_view code) {
    auto found = std::find_if(std::begin(rules), std::end(rules),
                              [&](const rule& r) { return fits(r, code); });
    if (found == std::end(rules)) return {};
    return found->means;
}

/// "does not exist", "not exists", "not existed": no code is documented for an unknown group.
bool says_missing(std::string_view message) {
    return message.find("not exist") != std::string_view::npos;
}

errc by_status(int status) {
    switch (status) {
        case 401: return errc::unauthenticated;
        case 403: return errc::forbidden;
        case 404: return errc::not_found;
        case 408: return errc::unavailable;
        case 409: return errc::conflict;
        case 413: return errc::too_large;
        case 429: return errc::throttled;
        default: return status >= 500 ? errc::unavailable : errc::service;
    }
}

}  // namespace

errc condition_of(const api_error& what) {
    if (auto known = by_code(what.code)) return *known;
    if (what.http_status < 500 && says_missing(what.message)) return errc::not_found;
    // Behind the message: an unknown group may well be answered as an invalid parameter.
    if (what.code.starts_with("Invalid")) return errc::invalid_argument;
    return by_status(what.http_status);
}

bool refuses_credentials(std::string_view code) {
    return code == "InvalidSecurityToken.Expired" || code.starts_with("InvalidAccessKeyId");
}

}  // namespace ecisbx::proto
