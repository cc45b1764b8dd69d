// From JSON to the model. Each throws `protocol` that names the field of a wrong type.
#ifndef ECISBX_ECI_MODELS_HPP
#define ECISBX_ECI_MODELS_HPP

#include <ecisbx/eci/model.hpp>

#include "eci/fields.hpp"
#include "proto/name_value.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <vector>

namespace ecisbx::eci {

container_group parse_group(const boost::json::value& value, const std::string& path);
/// `Tags` and `Events` of `owner`.
std::map<std::string, std::string> parse_tags(const fields& owner);
std::vector<event> parse_events(const fields& owner);
/// The answer of DescribeContainerGroups.
group_page parse_page(const boost::json::object& answer);

/// The parameters of DescribeContainerGroups. Throws `invalid_argument`.
proto::parameter_list list_parameters(const list_options& options);

}  // namespace ecisbx::eci

#endif
