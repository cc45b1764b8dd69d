// Groups as DescribeContainerGroups shows them.
#ifndef ECISBX_SERVER_API_ECI_RENDER_HPP
#define ECISBX_SERVER_API_ECI_RENDER_HPP

#include "server/store/group.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace ecisbx::server::api::eci {

boost::json::object render_group(const store::group& g, const std::string& region);

/// A whole number as an integer, for peers that read `2.0` badly.
boost::json::value number(double value);

}  // namespace ecisbx::server::api::eci

#endif
