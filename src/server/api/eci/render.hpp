// Groups as DescribeContainerGroups shows them.
#ifndef ECISBX_SERVER_API_ECI_RENDER_HPP
#define ECISBX_SERVER_API_ECI_RENDER_HPP

#include "server/store/group.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ecisbx::server::api::eci {

boost::json::object render_group(const store::group& g, const std::string& region);

boost::json::array render_tags(const std::vector<std::pair<std::string, std::string>>& tags);
boost::json::array render_events(const std::vector<store::event>& events);

/// A whole number as an integer, for peers that read `2.0` badly.
boost::json::value number(double value);

}  // namespace ecisbx::server::api::eci

#endif
