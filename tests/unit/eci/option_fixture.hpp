// Options as the parameters that they become, and what is refused of them.
#ifndef ECISBX_TESTS_UNIT_ECI_OPTION_FIXTURE_HPP
#define ECISBX_TESTS_UNIT_ECI_OPTION_FIXTURE_HPP

#include <ecisbx/error.hpp>

#include "eci/create.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace ecisbx::test {

using parameter_map = std::map<std::string, std::string>;

inline parameter_map as_map(const proto::parameter_list& list) {
    parameter_map map(list.begin(), list.end());
    CHECK(map.size() == list.size());  // no name twice
    return map;
}

inline parameter_map parameters_of(const eci::create_options& options) {
    return as_map(eci::create_parameters(options));
}

/// The message of the refusal; empty when there was none.
template <class Make>
std::string refusal_of(Make make) {
    try {
        make();
        return {};
    } catch (const error& e) {
        CHECK(e.code() == errc::invalid_argument);
        return e.info().message;
    }
}

inline std::string refused(const eci::create_options& options) {
    return refusal_of([&] { eci::create_parameters(options); });
}

inline eci::create_options base() {
    return eci::create_options("nginx");
}

}  // namespace ecisbx::test

#endif
