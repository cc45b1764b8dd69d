#include "net/http.hpp"
#include "net/http_text.hpp"

namespace ecisbx::net {

std::string_view http_headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields_)
        if (iequals(key, name)) return value;
    return {};
}

bool http_headers::has(std::string_view name) const {
    for (const auto& field : fields_)
        if (iequals(field.first, name)) return true;
    return false;
}

std::string http_headers::joined(std::string_view name) const {
    std::string all;
    bool first = true;
    for (const auto& [key, value] : fields_) {
        if (!iequals(key, name)) continue;
        if (!first) all += ", ";
        all += value;
        first = false;
    }
    return all;
}

}  // namespace ecisbx::net
