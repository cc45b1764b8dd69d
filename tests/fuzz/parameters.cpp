// Flat parameters of a request: form text, the server's structures read from it, what an update
// makes of them, filters and page tokens. A refusal is an answer for the client, nothing else may
// be thrown.
#include "fuzz/fuzz.hpp"

#include "core/hex.hpp"
#include "core/percent.hpp"
#include "proto/api_error.hpp"
#include "proto/flatten.hpp"
#include "proto/unflatten.hpp"
#include "server/api/eci/create_spec.hpp"
#include "server/api/eci/selection.hpp"
#include "server/api/eci/service.hpp"
#include "server/api/eci/update_merge.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace ecisbx;
using fuzz::check;
namespace face = server::api::eci;

namespace {

/// `NAME=value` lines, so that the fuzzer sees names as they are; a name is taken once.
proto::parameter_list some_parameters(fuzz::input& in) {
    proto::parameter_list all;
    std::set<std::string> names;
    while (!in.empty()) {
        const auto line = in.line();
        const auto equals = std::min(line.find('='), line.size());
        std::string name(line.substr(0, equals));
        if (name.empty() || !names.insert(name).second) continue;
        all.emplace_back(std::move(name), line.substr(std::min(equals + 1, line.size())));
    }
    return all;
}

template <class Act>
bool answered(Act act, std::source_location where = std::source_location::current()) {
    try {
        act();
        return true;
    } catch (const proto::api_refusal& refusal) {
        const auto& failure = refusal.failure();
        if (failure.http_status < 400 || failure.code.empty() || failure.message.empty())
            fuzz::fail(refusal.what(), where);
        return false;
    } catch (const std::exception& e) {
        fuzz::fail(e.what(), where);
    }
}

void specs(fuzz::input in) {
    const proto::flat_view view(some_parameters(in));
    answered([&] {
        const auto spec = face::read_group_spec(view, "zone");
        check(spec.name.size() >= 2 && spec.name.size() <= 128);
        check(!spec.containers.empty() && spec.containers.size() <= 20 &&
              spec.volumes.size() <= 20);
        check(spec.cpu > 0 && spec.memory > 0);
        std::set<std::string> names;
        for (const auto* list : {&spec.containers, &spec.init_containers})
            for (const auto& one : *list) check(names.insert(one.name).second);
    });
    answered([&] {
        face::check_group_parameters(view);
        boost::json::serialize(face::echo_of_group(view));
    });
    answered([&] { check(face::read_tags(view).size() <= 20); });
    answered([&] {
        for (const auto& one : view.elements("Container", 20)) {
            face::check_container_parameters(one, false);
            boost::json::serialize(face::echo_of_container(one, false));
            face::read_mounts(one);
        }
    });
}

void updates(fuzz::input in) {
    const bool incremental = in.flag();
    auto all = some_parameters(in);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    const proto::parameter_list before(all.begin(), middle), change(middle, all.end());
    const auto merged = face::merge_update(before, change, incremental);
    std::set<std::string> names;
    for (const auto& one : merged) check(names.insert(one.first).second);
    auto same = face::merge_update(before, {}, incremental), sorted = before;
    std::sort(same.begin(), same.end());
    std::sort(sorted.begin(), sorted.end());
    check(same == sorted);
    const auto kept = face::kept_request(face::keep_request(merged));
    check(kept.size() <= merged.size());
    check(face::keep_request(kept) == face::keep_request(merged));
}

void reads(fuzz::input in) {
    const auto most = 1 + in.below(8);
    const auto all = some_parameters(in);
    const proto::flat_view view(all);
    check(view.list().size() == all.size() && view.empty() == all.empty());
    for (const auto& [full, value] : all) {
        check(view.text(full) == value && view.has(full));
        const auto name = full.substr(0, full.find('.'));
        answered([&] { view.boolean(full); });
        answered([&] {
            if (auto number = view.integer(full, -5, 5)) check(*number >= -5 && *number <= 5);
        });
        answered([&] {
            if (auto number = view.number(full, -5, 5)) check(*number >= -5 && *number <= 5);
        });
        answered([&] { check(view.texts(name, most).size() <= most); });
        answered([&] {
            for (const auto& one : view.elements(name, most)) check(!one.empty());
        });
        answered([&] { check(view.free_map(name, most).size() <= most); });
        answered([&] {
            if (auto list = view.lenient_texts(name, most)) check(list->size() <= most);
        });
        check(view.member(name).list().size() <= all.size());
    }
}

// What the client flattens the server reads back.
void flattened(fuzz::input in) {
    std::vector<std::string> texts;
    const double number = static_cast<double>(static_cast<std::int32_t>(in.word())) / 64;
    while (!in.empty() && texts.size() < 10) texts.emplace_back(in.line());
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("Text", texts).add("Number", number).add("Flag", true);
    auto element = out.element("Struct", 3);
    element.add("Member", texts);
    const proto::flat_view view(parameters);
    check(view.texts("Text", 10) == texts && view.number("Number", -1e9, 1e9) == number);
    check(view.boolean("Flag") == true);
    const auto structs = view.elements("Struct", 5);
    check(structs.size() == (texts.empty() ? 0u : 1u));
    if (!texts.empty()) check(structs[0].texts("Member", 10) == texts);
    bool utf8 = true;
    try {
        const auto list = proto::json_list(texts);
        const auto read = proto::lenient_list(list);
        utf8 = read.has_value();
        if (read) check(*read == texts);
    } catch (const error&) {
        utf8 = false;
    }
    (void)utf8;
}

void forms(fuzz::input in) {
    const std::string text(in.rest());
    const auto fields = core::parse_form(text);
    if (!fields) return;
    std::string again;
    for (const auto& [name, value] : *fields)
        again += (again.empty() ? "" : "&") + core::percent_encode(name) + '=' +
                 core::percent_encode(value);
    check(core::parse_form(again) == fields);
}

void pages(fuzz::input in) {
    const std::string key = "0123456789abcdef0123456789abcdef";
    const std::uint64_t number = std::uint64_t{in.word()} << 32 | in.word();
    const auto token = face::seal_page(key, number);
    if (number != 0) check(face::open_page(key, token) == number);
    auto other = token;
    const auto at = other.empty() ? 0 : in.byte() % other.size();
    if (!other.empty() && other[at] != '-') {
        other[at] = other[at] == '0' ? '1' : '0';
        check(!face::open_page(key, other) || core::hex_digit(token[at]) < 0);
    }
    check(!face::open_page(key, in.rest()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(6)) {
        case 0: specs(in); break;
        case 1: updates(in); break;
        case 2: reads(in); break;
        case 3: flattened(in); break;
        case 4: forms(in); break;
        default: pages(in); break;
    }
    return 0;
}
