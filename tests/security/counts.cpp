// How long the kept lists are: what the README says comes from here. `security -tc="*lists*"`
#include "security/escape_world.hpp"
#include "security/exec_tokens.hpp"
#include "security/smuggling.hpp"
#include "security/tampered_requests.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>

using namespace ecisbx::security;

TEST_CASE("security: the lists are kept, and this long") {
    auto tampered = v3_tamperings().size() + v1_tamperings().size() + form_tamperings().size() +
                    token_tamperings().size();
    auto scripts = escape_scripts();
    auto controls = std::count_if(scripts.begin(), scripts.end(),
                                  [](const auto& s) { return s.seen_escaping; });
    std::cout << "security: " << tampered << " tampered requests, " << rewordings().size()
              << " harmless rewordings, " << token_attempts().size() << " exec token attempts, "
              << smugglings().size() << " smuggling cases and " << bombs().size()
              << " bombs on two listeners, " << path_tricks().size() << " paths and "
              << host_tricks().size() << " hosts, " << scripts.size() << " escape scripts, "
              << controls << " of them seen escaping without isolation\n";
    CHECK(tampered >= 180);
    CHECK(rewordings().size() >= 15);
    CHECK(token_attempts().size() >= 55);
    CHECK(smugglings().size() >= 75);
    CHECK(bombs().size() >= 15);
    CHECK(path_tricks().size() + host_tricks().size() >= 70);
    CHECK(scripts.size() >= 18);
    CHECK(controls >= 5);
}
