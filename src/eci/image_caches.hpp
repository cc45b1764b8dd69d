// The parameters and the answers of the image cache actions.
#ifndef ECISBX_ECI_IMAGE_CACHES_HPP
#define ECISBX_ECI_IMAGE_CACHES_HPP

#include <ecisbx/eci/image_cache.hpp>

#include "proto/name_value.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace ecisbx::eci {

/// Throw `invalid_argument` that names the field.
proto::parameter_list new_cache_parameters(const image_cache_options& options);
proto::parameter_list cache_update_parameters(const std::string& id,
                                              const image_cache_options& options);
proto::parameter_list cache_query_parameters(const image_cache_query& query);

/// Throw `protocol` that names the field of a wrong type.
new_image_cache parse_new_cache(const boost::json::object& answer);
image_cache_page parse_cache_page(const boost::json::object& answer);

}  // namespace ecisbx::eci

#endif
