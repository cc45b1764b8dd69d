// From the answers of the reads to their models. Members that are missing stay empty; each throws
// `protocol` that names a member of a wrong type.
#ifndef ECISBX_ECI_READ_MODELS_HPP
#define ECISBX_ECI_READ_MODELS_HPP

#include <ecisbx/eci/events.hpp>
#include <ecisbx/eci/logs.hpp>
#include <ecisbx/eci/metrics.hpp>
#include <ecisbx/eci/price.hpp>
#include <ecisbx/eci/resources.hpp>

#include <boost/json/object.hpp>

#include <vector>

namespace ecisbx::eci {

container_log parse_log(const boost::json::object& answer);
event_page parse_event_page(const boost::json::object& answer);
group_metrics parse_metrics(const boost::json::object& answer);
std::vector<group_metrics> parse_many_metrics(const boost::json::object& answer);
group_price parse_price(const boost::json::object& answer);
std::vector<region_info> parse_regions(const boost::json::object& answer);
std::vector<available_zone> parse_resources(const boost::json::object& answer);
account_usage parse_usage(const boost::json::object& answer);

}  // namespace ecisbx::eci

#endif
