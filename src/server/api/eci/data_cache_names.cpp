#include "server/api/eci/data_cache_names.hpp"

#include "server/api/eci/common.hpp"

namespace ecisbx::server::api::eci {
namespace {

constexpr std::size_t max_bucket = 128;
constexpr std::size_t max_path = 1024;

bool has_dots(const std::string& path) {
    auto whole = path + "/";
    return whole.find("/./") != std::string::npos || whole.find("/../") != std::string::npos;
}

}  // namespace

std::string data_bucket(const proto::flat_view& in) {
    auto bucket = in.text_or("Bucket", "");
    if (bucket.empty()) return "default";
    if (bucket == "eci-system")
        refuse_parameter(in, "Bucket", "this one is reserved for the service");
    if (length_of(bucket) > max_bucket)
        refuse_parameter(in, "Bucket", "it must be at most 128 characters");
    return bucket;
}

std::optional<std::string> data_path(const proto::flat_view& in) {
    auto path = in.text_or("Path", "");
    if (path.empty()) return std::nullopt;
    if (path.front() != '/' || path.size() > max_path || has_dots(path))
        refuse_parameter(in, "Path",
                         "it must be an absolute path of at most 1024 bytes, without . and ..");
    return path;
}

}  // namespace ecisbx::server::api::eci
