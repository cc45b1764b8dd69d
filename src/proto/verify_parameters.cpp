#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "core/utf8.hpp"
#include "proto/verify_steps.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace ecisbx::proto {

namespace {

bool says_form(std::string_view content_type) {
    auto type = core::trimmed(content_type.substr(0, content_type.find(';')));
    return core::ascii_lower(type) == "application/x-www-form-urlencoded";
}

/// Before decoding, so that a body of separators costs nothing.
void check_count(std::string_view encoded, std::size_t most) {
    auto separators = static_cast<std::size_t>(std::count(encoded.begin(), encoded.end(), '&'));
    if (separators > most)
        refuse(400, "InvalidParameter.ValueExceeded",
               "The request has more than " + std::to_string(most) + " parameters.");
}

parameter_list decode(std::string_view encoded, const char* where, std::size_t most) {
    check_count(encoded, most);
    auto fields = core::parse_form(encoded);
    if (!fields)
        refuse(400, "InvalidParameter", std::string("The ") + where + " is badly encoded.");
    return std::move(*fields);
}

void check_parameters(const parameter_list& all, const verify_limits& limits) {
    if (all.size() > limits.parameters)
        check_count(std::string(all.size(), '&'), limits.parameters);
    std::unordered_set<std::string_view> seen;
    for (const auto& [name, value] : all) {
        if (name.empty()) refuse(400, "InvalidParameter", "A parameter has no name.");
        if (name.size() > limits.parameter_name)
            refuse(400, "InvalidParameter.ValueExceeded", "The name of a parameter is too long.");
        if (!core::is_valid_utf8(name) || !core::is_valid_utf8(value))
            throw api_refusal(invalid_parameter(name, "it is not UTF-8"));
        if (!seen.insert(name).second)
            throw api_refusal(invalid_parameter(name, "it is given more than once"));
    }
}

}  // namespace

void read_parameters(verification& on) {
    const auto& [method, target, headers, body] = on.request;
    if (target.size() > on.limits.target)
        refuse(400, "InvalidParameter.ValueExceeded", "The request target is too long.");
    if (body.size() > on.limits.body)
        refuse(400, "InvalidParameter.ValueExceeded", "The request body is too long.");
    auto mark = target.find('?');
    if (target.substr(0, mark) != "/")
        refuse(404, "InvalidAction.NotFound",
               "Specified api is not found, please check your url and method.");
    if (mark != std::string_view::npos)
        on.query = decode(target.substr(mark + 1), "query", on.limits.parameters);
    on.merged = on.query;
    if (!body.empty()) {
        if (!says_form(on.header("content-type").value_or("")))
            refuse(400, "InvalidParameter",
                   "A request body must be application/x-www-form-urlencoded.");
        auto form = decode(body, "request body", on.limits.parameters);
        std::move(form.begin(), form.end(), std::back_inserter(on.merged));
    }
    check_parameters(on.merged, on.limits);
}

}  // namespace ecisbx::proto
