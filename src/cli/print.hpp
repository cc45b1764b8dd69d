// How data is printed, for people and as JSON.
#ifndef ECISBX_CLI_PRINT_HPP
#define ECISBX_CLI_PRINT_HPP

#include <ecisbx/eci/model.hpp>
#include <ecisbx/exec.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::cli {

/// A table of id, name, status, size, age and image.
void print_table(const std::vector<eci::container_group>& groups);
/// One group with its containers and events.
void print_group(const eci::container_group& group);
/// The service's own objects, as a JSON array.
void print_json(const std::vector<eci::container_group>& groups);
/// Of one command.
void print_json(const exec_result& result);

/// Text of the service and of users, without the control characters that would steer a terminal.
std::string printable(std::string text);
/// JSON holds text: bytes that are not UTF-8 go to `<key>_base64` instead of `<key>`.
void put_bytes(boost::json::object& data, std::string_view key, std::string_view bytes);

}  // namespace ecisbx::cli

#endif
