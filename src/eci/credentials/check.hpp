// What every source of credentials is held to, and how its parts are read.
#ifndef ECISBX_ECI_CREDENTIALS_CHECK_HPP
#define ECISBX_ECI_CREDENTIALS_CHECK_HPP

#include <ecisbx/eci/credentials.hpp>

#include "core/time.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::eci {

/// Keys and tokens become header fields and parts of other syntax: visible ASCII of bounded length,
/// an id without commas. Throws `protocol`, naming the part and never its text.
credentials checked(credentials keys);

/// For messages: quoted, cut, without control characters.
std::string shown(std::string_view text);

/// A JSON object of at most `longest` bytes; of a key that is there twice the last one counts.
/// Throws `protocol` that names `what`.
boost::json::object read_object(std::string_view text, std::string_view what,
                                std::size_t longest = 64 * 1024);

/// Throws `protocol` for another type. A key that is absent, or null, is empty.
std::string text_of(const boost::json::object& from, std::string_view key);
bool flag_of(const boost::json::object& from, std::string_view key);
std::int64_t number_of(const boost::json::object& from, std::string_view key);

/// `2026-01-02T03:04:05Z`; empty text is no expiry. Throws `protocol` for anything else.
std::optional<core::utc_time> expiry_of(const std::string& text);

/// A regular file of at most `longest` bytes; nothing when there is none.
/// Throws `invalid_argument` when it can not be read.
std::optional<std::string> read_small_file(const std::string& path,
                                           std::size_t longest = 1024 * 1024);

}  // namespace ecisbx::eci

#endif
