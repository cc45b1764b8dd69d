#include "proto/api_error.hpp"

#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "core/utf8.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace ecisbx::proto {

namespace {

namespace json = boost::json;

constexpr std::size_t max_body = 256 * 1024;  // more than any real error; beyond it: opaque
constexpr std::size_t max_message = 4096;
constexpr std::size_t max_field = 256;
constexpr std::size_t max_quote = 200;

/// Well-formed, printable, at most `most` bytes.
std::string clean(std::string_view text, std::size_t most) {
    bool cut = text.size() > most;
    if (cut) {
        text = text.substr(0, most);
        // Not in the middle of a character: U+FFFD would stand for a half that was fine.
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
            text.remove_suffix(1);
        if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.remove_suffix(1);
    }
    auto valid = core::to_valid_utf8(text);
    std::replace_if(
        valid.begin(), valid.end(),
        [](char c) { return core::is_ascii_control(c) && c != '\n' && c != '\t'; }, ' ');
    return cut ? valid + "..." : valid;
}

/// The first of these members that is a text.
std::string_view text_of(const json::object& object, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (const auto* value = object.if_contains(name); value != nullptr && value->is_string())
            return value->get_string();
    return {};
}

bool read_json(std::string_view body, api_error& to) {
    json::parse_options options;
    options.max_depth = 32;
    boost::system::error_code failed;
    auto value = json::parse(body, failed, {}, options);
    if (failed || !value.is_object()) return false;
    const auto& object = value.get_object();
    to.code = clean(text_of(object, {"Code", "code"}), max_field);
    to.message = clean(text_of(object, {"Message", "message", "Description"}), max_message);
    to.request_id = clean(text_of(object, {"RequestId", "requestId"}), max_field);
    to.recommend = clean(text_of(object, {"Recommend"}), max_message);
    if (const auto* detail = object.if_contains("AccessDeniedDetail"))
        to.access_denied_detail = clean(json::serialize(*detail), max_message);
    return !to.code.empty() || !to.message.empty();
}

std::string unescape_xml(std::string_view text) {
    constexpr std::pair<std::string_view, char> entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    std::string out;
    while (!text.empty()) {
        auto match = std::find_if(std::begin(entities), std::end(entities),
                                  [&](const auto& e) { return text.starts_with(e.first); });
        bool known = match != std::end(entities);
        out += known ? match->second : text.front();
        text.remove_prefix(known ? match->first.size() : 1);
    }
    return out;
}

/// The text of the first element `name`; its answers are flat, so that this is all XML needs.
std::string xml_text(std::string_view body, std::string_view name) {
    auto open = '<' + std::string(name) + '>';
    auto close = "</" + std::string(name) + '>';
    auto start = body.find(open);
    if (start == std::string_view::npos) return {};
    auto rest = body.substr(start + open.size());
    constexpr std::string_view cdata = "<![CDATA[";
    if (rest.starts_with(cdata)) {
        rest.remove_prefix(cdata.size());
        auto end = rest.find("]]>");
        return end == std::string_view::npos ? std::string() : std::string(rest.substr(0, end));
    }
    auto end = rest.find(close);
    return end == std::string_view::npos ? std::string() : unescape_xml(rest.substr(0, end));
}

bool read_xml(std::string_view body, api_error& to) {
    to.code = clean(xml_text(body, "Code"), max_field);
    to.message = clean(xml_text(body, "Message"), max_message);
    to.request_id = clean(xml_text(body, "RequestId"), max_field);
    to.recommend = clean(xml_text(body, "Recommend"), max_message);
    return !to.code.empty() || !to.message.empty();
}

bool says_xml(std::string_view content_type) {
    auto type = core::ascii_lower(core::trimmed(content_type.substr(0, content_type.find(';'))));
    return type == "text/xml" || type == "application/xml";
}

}  // namespace

api_error parse_api_error(int http_status, std::string_view content_type, std::string_view body) {
    api_error result;
    if (body.size() <= max_body &&
        (says_xml(content_type) ? read_xml(body, result) : read_json(body, result))) {
        result.http_status = http_status;
        return result;
    }
    result = {};
    result.http_status = http_status;
    result.message = "HTTP status " + std::to_string(http_status) + ", ";
    result.message +=
        body.empty() ? "no body" : "a body that is no error document: " + clean(body, max_quote);
    return result;
}

error_info make_error_info(std::string doing, const api_error& what) {
    error_info info(condition_of(what), what.message.empty() ? what.code : what.message);
    if (!what.access_denied_detail.empty())
        info.message += " (access denied detail: " + what.access_denied_detail + ')';
    info.doing = std::move(doing);
    info.request_id = what.request_id;
    info.service_code = what.code;
    info.http_status = what.http_status;
    return info;
}

api_failure missing_parameter(std::string_view name) {
    return {400, "Missing" + std::string(name),
            std::string(name) + " is mandatory for this action."};
}

api_failure invalid_parameter(std::string_view name, std::string_view why) {
    return {400, "InvalidParameter",
            "The specified parameter " + clean(name, max_field) +
                " is not valid: " + clean(why, max_message) + '.'};
}

std::string render_api_failure(const api_failure& failure, std::string_view request_id,
                               std::string_view host_id) {
    auto code = core::to_valid_utf8(failure.code);
    json::object body;
    body["RequestId"] = request_id;
    body["HostId"] = core::to_valid_utf8(host_id);
    body["Code"] = code;
    body["Message"] = core::to_valid_utf8(failure.message);
    body["Recommend"] = "https://api.aliyun.com/troubleshoot?q=" + core::percent_encode(code) +
                        "&product=Eci&requestId=" + core::percent_encode(request_id);
    return json::serialize(body);
}

}  // namespace ecisbx::proto
