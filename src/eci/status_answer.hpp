// The answer of DescribeContainerGroupStatus as the model, as far as it tells.
#ifndef ECISBX_ECI_STATUS_ANSWER_HPP
#define ECISBX_ECI_STATUS_ANSWER_HPP

#include <ecisbx/eci/model.hpp>

#include "eci/status_plan.hpp"
#include "proto/name_value.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace ecisbx::eci {

struct status_page {
    /// With id, name, status, containers and their states; no events, `raw` is null.
    std::vector<container_group> groups;
    std::string next_token;
};

/// Throws `protocol` that names the field of a wrong type.
status_page parse_status_page(const boost::json::object& answer);

proto::parameter_list status_parameters(const status_ask& ask);

}  // namespace ecisbx::eci

#endif
