#include "core/observation.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>

namespace ecisbx::core {
namespace {

constexpr std::size_t longest_identifier = 64;

constexpr bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '-';
}

}  // namespace

observation::observation(observer_list all) {
    std::erase(all, nullptr);
    if (!all.empty()) all_ = std::make_shared<const observer_list>(std::move(all));
}

std::string_view identifier(std::string_view text) noexcept {
    bool good =
        text.size() <= longest_identifier && std::all_of(text.begin(), text.end(), is_plain);
    return good ? text : std::string_view("invalid");
}

std::optional<errc> failure_in(const boost::system::error_code& code) noexcept {
    if (!code) return std::nullopt;
    if (code.category() == error_category()) return static_cast<errc>(code.value());
    for (errc e : {errc::canceled, errc::timeout, errc::resolve})
        if (code == e) return e;
    return errc::connection;
}

errc failure_in(std::exception_ptr failure) noexcept {
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const boost::system::system_error& e) {
        return failure_in(e.code()).value_or(errc::service);
    } catch (...) {
        return errc::service;
    }
}

std::string outcome_name(std::optional<errc> failure) {
    return failure ? make_error_code(*failure).message() : "ok";
}

}  // namespace ecisbx::core
