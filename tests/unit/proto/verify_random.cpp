// Whatever is signed is accepted and read back the same; one changed byte is not accepted.
#include "proto/verify.hpp"

#include "unit/proto/signed_request.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace signed_request;

namespace {

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
    }
    std::string text(std::size_t longest) {
        static const std::vector<std::string> pieces = {
            "a",   "Z",   "0", "-",  "_",  ".",    "~",
            " ",   "+",   "%", "&",  "=",  "*",    "/",
            "#",   "?",   ";", "\"", "'",  "\n",   "\t",
            "%20", "%2B", "é", "你", "😀", "\x7f", std::string(1, '\0'),
            "[",   "\\"};
        std::string out;
        for (auto n = below(longest + 1); n > 0; --n) out += pieces[below(pieces.size())];
        return out;
    }
    parameter_list parameters() {
        parameter_list list;
        std::set<std::string> names;
        for (auto n = below(12); n > 0; --n)
            if (auto name = "P" + text(6); names.insert(name).second)
                list.emplace_back(name, text(12));
        return list;
    }
    std::string hex() {
        std::string out;
        while (out.size() < 32) out += "0123456789abcdef"[below(16)];
        return out;
    }

private:
    std::mt19937 random_;
};

parameter_list sorted(parameter_list list) {
    std::sort(list.begin(), list.end());
    return list;
}

}  // namespace

TEST_CASE("verify: random V3 requests, signed as any client signs") {
    generator make(2026);
    server check;
    for (int round = 0; round < 400; ++round) {
        auto query = make.parameters();
        http request;
        request.method = make.below(2) ? "POST" : "GET";
        for (const auto& [name, value] : query) {
            request.target += request.target == "/" ? '?' : '&';
            request.target +=
                ecisbx::core::percent_encode(name) + '=' + ecisbx::core::percent_encode(value);
        }
        request.headers = {{"host", "h:" + std::to_string(make.below(65536))},
                           {"x-acs-action", "A" + std::to_string(make.below(100))},
                           {"x-acs-version", "2018-08-08"},
                           {"x-acs-date", date_text},
                           {"x-acs-signature-nonce", make.hex()}};
        auto all = query;
        if (make.below(3) == 0) {
            for (auto& [name, value] : make.parameters()) {
                parameter_list one{{"Body." + name, value}};
                request.body += (request.body.empty() ? "" : "&") + form(one);
                all.push_back(one[0]);
            }
            request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
        }
        bool ambiguous = std::any_of(query.begin(), query.end(), [](const name_value& p) {
            return p.first.find_first_of(std::string("&=%\n\t\0", 6)) != std::string::npos;
        });
        sign(request, query, "testid",
             ambiguous || make.below(2) ? v3_keys::encoded : v3_keys::raw);
        std::shuffle(request.headers.begin(), request.headers.end(), std::mt19937(7));

        auto forged = request;
        auto at = make.below(forged.target.size());
        forged.target[at] = forged.target[at] == 'x' ? 'y' : 'x';
        CHECK(check.code(forged) != "ok");

        auto result = check(request);
        REQUIRE(std::holds_alternative<verified_request>(result));
        CHECK(sorted(std::get<verified_request>(result).parameters) == sorted(all));
        CHECK(check.code(request) == "SignatureNonceUsed");
    }
    CHECK(check.nonces.size() == 400);
}

TEST_CASE("verify: random V1 requests") {
    generator make(8);
    server check;
    for (int round = 0; round < 400; ++round) {
        auto business = make.parameters();
        auto all = v1_parameters();
        all.resize(8);
        all[4].second = make.hex();
        all.insert(all.end(), business.begin(), business.end());
        auto request = v1_call(all, make.below(2) ? "POST" : "GET");

        auto forged = request;
        auto at = make.below(forged.target.size());
        forged.target[at] = forged.target[at] == 'x' ? 'y' : 'x';
        CHECK(check.code(forged) != "ok");

        auto result = check(request);
        REQUIRE(std::holds_alternative<verified_request>(result));
        CHECK(sorted(std::get<verified_request>(result).parameters) == sorted(business));
    }
}

TEST_CASE("verify: random bytes are refused, never more") {
    generator make(99);
    server check;
    for (int round = 0; round < 2000; ++round) {
        http request;
        request.method = make.below(2) ? "POST" : "GET";
        request.target = "/?" + make.text(40);
        request.body = make.below(2) ? make.text(40) : "";
        for (const char* name : {"host", "authorization", "x-acs-action", "x-acs-date",
                                 "content-type", "x-acs-signature-nonce"})
            if (make.below(2)) request.headers.emplace_back(name, make.text(20));
        if (make.below(2)) request.headers.emplace_back("authorization", "ACS3-" + make.text(20));
        CHECK(check.code(request) != "ok");
    }
    CHECK(check.nonces.size() == 0);
}
