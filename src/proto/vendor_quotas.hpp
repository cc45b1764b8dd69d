// Calls a minute that the service publishes for its actions; the others have no published limit.
#ifndef ECISBX_PROTO_VENDOR_QUOTAS_HPP
#define ECISBX_PROTO_VENDOR_QUOTAS_HPP

#include <string_view>

namespace ecisbx::proto {

struct vendor_quota {
    std::string_view action;
    unsigned per_minute;
};

inline constexpr vendor_quota vendor_quotas[] = {{"DescribeContainerGroups", 2000},
                                                 {"DescribeContainerGroupMetric", 2000},
                                                 {"CreateContainerGroup", 1000},
                                                 {"DeleteContainerGroup", 1000},
                                                 {"DescribeContainerGroupPrice", 1000},
                                                 {"ExecContainerCommand", 500},
                                                 {"DescribeContainerLog", 500},
                                                 {"RestartContainerGroup", 500},
                                                 {"UpdateContainerGroup", 500},
                                                 {"DescribeMultiContainerGroupMetric", 500},
                                                 {"CreateImageCache", 200}};

}  // namespace ecisbx::proto

#endif
