#include "server/api/eci/actions.hpp"

#include <boost/json/array.hpp>

namespace ecisbx::server::api::eci {

boost::json::object describe_regions(service& s, const call&) {
    boost::json::array zones;
    zones.emplace_back(s.zone());
    boost::json::object region;
    region["RegionId"] = s.settings.region;
    region["RegionEndpoint"] = s.settings.authority;
    region["Zones"] = zones;
    region["RecommendZones"] = zones;
    region["UnavailableZones"] = boost::json::array();
    boost::json::array regions;
    regions.push_back(std::move(region));
    boost::json::object out;
    out["Regions"] = std::move(regions);
    return out;
}

}  // namespace ecisbx::server::api::eci
