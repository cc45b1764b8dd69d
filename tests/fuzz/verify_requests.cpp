// The server's check of signatures, V3 and V1: what was never signed is refused, what was signed
// is accepted and read as it was meant, and after any change it is refused or means the same.

// The requests of the unit tests, without their checks.
#define DOCTEST_CONFIG_DISABLE
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-but-set-variable"
#include "unit/proto/signed_request.hpp"
#pragma clang diagnostic pop

#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

using namespace ecisbx;
using namespace signed_request;

namespace {

parameter_list some_parameters(fuzz::input& in) {
    parameter_list all;
    for (auto count = in.below(5); count > 0; --count) {
        std::string name(in.line());
        const bool known =
            std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.first == name; });
        std::string value(in.line());
        if (!known && !name.empty()) all.emplace_back(std::move(name), std::move(value));
    }
    return all;
}

void check_verified(const verified_request& request) {
    fuzz::check(request.access_key_id == "testid" || request.access_key_id == "sts");
    fuzz::check(!request.action.empty() && !request.version.empty());
    for (std::size_t i = 0; i < request.parameters.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            fuzz::check(request.parameters[i].first != request.parameters[j].first);
}

void check_failure(const api_failure& failure) {
    fuzz::check(failure.http_status >= 400 && failure.http_status <= 599);
    fuzz::check(!failure.code.empty() && !failure.message.empty());
    fuzz::check(failure.message.find("testsecret") == std::string::npos);
}

// A request line, headers and a body as the fuzzer likes: nobody signed that.
void unsigned_request(fuzz::input in) {
    http request;
    request.method = std::string(in.line());
    request.target = std::string(in.line());
    for (auto count = in.below(12); count > 0; --count) {
        auto name = core::ascii_lower(in.line());
        request.headers.emplace_back(std::move(name), std::string(in.line()));
    }
    request.body = std::string(in.rest());
    server check;
    const auto result = check(request);
    fuzz::check(std::holds_alternative<api_failure>(result));
    check_failure(std::get<api_failure>(result));
}

bool is_plain(const parameter_list& all) {
    constexpr std::string_view own[] = {"Action",          "Version",        "Signature",
                                        "SignatureMethod", "SignatureNonce", "SignatureVersion",
                                        "Timestamp",       "AccessKeyId",    "SecurityToken",
                                        "Format",          "SignatureType"};
    return std::none_of(all.begin(), all.end(), [&](const auto& one) {
        return std::find(std::begin(own), std::end(own), one.first) != std::end(own) ||
               one.first.size() > 512;
    });
}

http signed_v3(const parameter_list& parameters, bool in_body) {
    v3_call call;
    call.host = "127.0.0.1:18081";
    call.action = "DescribeContainerGroups";
    call.version = "2018-08-08";
    call.date = date;
    call.nonce = nonce;
    if (in_body && !parameters.empty()) {
        call.body = form(parameters);
        call.content_type = "application/x-www-form-urlencoded";
    } else {
        call.parameters = parameters;
    }
    call.access_key_id = "testid";
    call.access_key_secret = "testsecret";
    auto made = sign_v3(call);
    return {"POST", made.target, made.headers, call.body};
}

parameter_list sorted(parameter_list all) {
    std::sort(all.begin(), all.end());
    return all;
}

// Changes one thing about the request; what is changed may mean the same all the same (`%2f` for
// `%2F`, a header that is not signed), but then it must be read as the same.
void change(http& request, fuzz::input& in) {
    std::string* parts[] = {&request.method, &request.target, &request.body};
    const auto which = in.below(3 + request.headers.size());
    std::string& text = which < 3 ? *parts[which] : request.headers[which - 3].second;
    const auto at = text.empty() ? 0 : in.word() % (text.size() + 1);
    switch (in.below(4)) {
        case 0: text.insert(at, std::string(in.bytes(1 + in.below(8)))); break;
        case 1: text.erase(at, 1 + in.below(8)); break;
        case 2:
            if (at < text.size()) text[at] = static_cast<char>(in.byte());
            break;
        default: {
            auto name = core::ascii_lower(in.line());
            request.headers.emplace_back(std::move(name), std::string(in.line()));
        }
    }
}

void tampered(fuzz::input in) {
    const bool v1 = in.flag(), in_body = in.flag();
    auto parameters = some_parameters(in);
    if (!is_plain(parameters)) return;
    http request;
    parameter_list wanted = parameters;
    if (v1) {
        wanted = v1_parameters();
        wanted.insert(wanted.end(), parameters.begin(), parameters.end());
        request = v1_call(wanted);
    } else {
        request = signed_v3(parameters, in_body);
    }
    server first;
    const auto result = first(request);
    const bool utf8 = std::all_of(parameters.begin(), parameters.end(), [](const auto& one) {
        return core::is_valid_utf8(one.first) && core::is_valid_utf8(one.second);
    });
    if (const auto* failure = std::get_if<api_failure>(&result)) {
        check_failure(*failure);
        fuzz::check(!utf8 || failure->code != "SignatureDoesNotMatch");
        fuzz::check(!utf8 || v1);  // whose own names the fuzzer may have hit
        return;
    }
    const auto& good = std::get<verified_request>(result);
    check_verified(good);
    if (!v1) fuzz::check(sorted(good.parameters) == sorted(parameters));
    // No request is taken twice.
    fuzz::check(first.code(request) == "SignatureNonceUsed");

    change(request, in);
    server second;
    const auto after = second(request);
    if (const auto* failure = std::get_if<api_failure>(&after)) return check_failure(*failure);
    const auto& read = std::get<verified_request>(after);
    check_verified(read);
    fuzz::check(read.action == good.action && read.version == good.version &&
                read.access_key_id == good.access_key_id &&
                sorted(read.parameters) == sorted(good.parameters));
}

void authorization(fuzz::input in) {
    const auto value = in.rest();
    const auto read = parse_v3_authorization(value);
    if (!read) return;
    fuzz::check(is_v3_authorization(value) && value.size() <= 4096);
    fuzz::check(read->signature.size() == 64 && read->signed_headers.size() <= 64);
    fuzz::check(std::is_sorted(read->signed_headers.begin(), read->signed_headers.end()));
    const auto again = parse_v3_authorization(format_v3_authorization(*read));
    fuzz::check(again && again->access_key_id == read->access_key_id &&
                again->signed_headers == read->signed_headers &&
                again->signature == read->signature);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Messages may quote a request, but never the key; so it must not be in the request.
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    if (all.find("testsecret") != all.npos) return 0;
    fuzz::input in(data, size);
    switch (in.below(4)) {
        case 0: unsigned_request(in); break;
        case 1: authorization(in); break;
        default: tampered(in); break;
    }
    return 0;
}
