// JSON of the service to the models of the client, and its error answers, in JSON or XML.
#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "eci/fields.hpp"
#include "eci/image_caches.hpp"
#include "eci/models.hpp"
#include "eci/read_models.hpp"
#include "eci/status_answer.hpp"
#include "proto/api_error.hpp"
#include "proto/retry.hpp"

#include <boost/json.hpp>

#include <string>

using namespace ecisbx;
using fuzz::check;

namespace {

namespace json = boost::json;

void check_group(const eci::container_group& group) {
    check(group.containers.size() < 10'000);
}

// A reading either gives a model or names the field that is wrong.
template <class Parse>
void read(const json::object& answer, Parse parse) {
    fuzz::accepted({errc::protocol}, [&] { parse(answer); });
}

void models(fuzz::input in) {
    const auto which = in.below(12);
    json::error_code failed;
    auto value = json::parse(in.rest(), failed);
    if (failed || !value.is_object()) return;
    const auto& answer = value.get_object();
    switch (which) {
        case 0:
            read(answer, [](const auto& from) {
                for (const auto& group : eci::parse_page(from).groups) check_group(group);
            });
            break;
        case 1: read(answer, [](const auto& from) { eci::parse_group(from, "it"); }); break;
        case 2: read(answer, eci::parse_status_page); break;
        case 3: read(answer, eci::parse_event_page); break;
        case 4: read(answer, eci::parse_log); break;
        case 5: read(answer, eci::parse_metrics); break;
        case 6: read(answer, eci::parse_many_metrics); break;
        case 7: read(answer, eci::parse_price); break;
        case 8:
            read(answer, eci::parse_regions);
            read(answer, eci::parse_resources);
            break;
        case 9: read(answer, eci::parse_usage); break;
        case 10: read(answer, eci::parse_cache_page); break;
        default: read(answer, eci::parse_new_cache); break;
    }
}

// Each way to read a member, of whatever type it is.
void members(fuzz::input in) {
    json::error_code failed;
    auto value = json::parse(in.rest(), failed);
    if (failed || !value.is_object()) return;
    const eci::fields from(value.get_object());
    for (const auto& [key, member] : value.get_object()) {
        const std::string_view name = key;
        if (fuzz::accepted({errc::protocol}, [&] { from.text(name); }))
            check(member.is_string() || member.is_null());
        fuzz::accepted({errc::protocol}, [&] { from.flag(name); });
        fuzz::accepted({errc::protocol}, [&] { from.number(name); });
        if (fuzz::accepted({errc::protocol}, [&] { from.integer(name); }))
            check(member.is_number() || member.is_null());
        fuzz::accepted({errc::protocol}, [&] { from.small_integer(name); });
        fuzz::accepted({errc::protocol}, [&] { from.amount(name); });
        fuzz::accepted({errc::protocol}, [&] { from.count(name); });
        fuzz::accepted({errc::protocol}, [&] { from.object(name); });
        fuzz::accepted({errc::protocol}, [&] { from.texts(name); });
        fuzz::accepted({errc::protocol}, [&] {
            if (const auto* list = from.list(name))
                for (std::size_t i = 0; i < list->size(); ++i) from.element(name, *list, i);
        });
    }
}

void check_text(const std::string& text) {
    check(core::is_valid_utf8(text) && text.size() < 64 * 1024);
    for (char c : text) check(!core::is_ascii_control(c) || c == '\n' || c == '\r' || c == '\t');
}

void refusals(fuzz::input in) {
    const int status = 400 + in.byte();
    const auto type = in.line();
    const auto what = proto::parse_api_error(status, type, in.rest());
    check(what.http_status == status);
    for (const auto* text : {&what.code, &what.message, &what.request_id, &what.recommend})
        check_text(*text);
    check(core::is_valid_utf8(what.access_denied_detail));
    const auto info = proto::make_error_info("it", what);
    check(info.code && info.http_status == status);
    for (char c : info.to_string()) check(!core::is_ascii_control(c));
    proto::refuses_credentials(what.code);

    // What a server renders is what a client reads.
    proto::api_failure failure{status, what.code, what.message};
    const auto again = proto::parse_api_error(status, proto::api_error_content_type,
                                              proto::render_api_failure(failure, "R", "h"));
    check((what.code.size() > 250 || again.code == what.code) && again.request_id == "R");
    check(what.message.size() > 1000 || what.message.empty() || again.message == what.message);
}

void retry_headers(fuzz::input in) {
    proto::retry_headers headers;
    headers.x_acs_retry_after = in.line();
    headers.retry_after = in.line();
    headers.x_ratelimit_user_api = in.line();
    headers.x_ratelimit_user = in.line();
    const core::utc_time now(std::chrono::seconds(1'767'323'045));
    const auto hint = proto::retry_after_hint(headers, now);
    if (hint) check(hint->count() > 0 && *hint <= std::chrono::hours(24));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(4)) {
        case 0: models(in); break;
        case 1: members(in); break;
        case 2: refusals(in); break;
        default: retry_headers(in); break;
    }
    return 0;
}
