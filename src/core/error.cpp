#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include "core/ascii.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <ostream>

namespace ecisbx {
namespace {

using boost::system::error_code;
using boost::system::error_condition;
namespace asio_error = boost::asio::error;

bool is_one_of(const error_code& code, std::initializer_list<error_code> codes) {
    for (const auto& c : codes)
        if (code == c) return true;
    return false;
}

const char* text_of(int value) {
    switch (static_cast<errc>(value)) {
        case errc::timeout: return "timeout";
        case errc::canceled: return "canceled";
        case errc::throttled: return "throttled";
        case errc::not_found: return "not_found";
        case errc::unauthenticated: return "unauthenticated";
        case errc::forbidden: return "forbidden";
        case errc::conflict: return "conflict";
        case errc::no_stock: return "no_stock";
        case errc::quota_exceeded: return "quota_exceeded";
        case errc::protocol: return "protocol";
        case errc::connection: return "connection";
        case errc::resolve: return "resolve";
        case errc::tls: return "tls";
        case errc::clock_skew: return "clock_skew";
        case errc::invalid_argument: return "invalid_argument";
        case errc::too_large: return "too_large";
        case errc::unavailable: return "unavailable";
        case errc::not_ready: return "not_ready";
        case errc::unsupported: return "unsupported";
        case errc::service: return "service";
        case errc::no_descriptors: return "no_descriptors";
    }
    return "unknown";
}

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "ecisbx"; }
    std::string message(int value) const override { return text_of(value); }

    // Lets codes of Asio and of the system compare equal to our conditions.
    bool equivalent(const error_code& code, int condition) const noexcept override {
        if (code.category() == *this) return code.value() == condition;
        switch (static_cast<errc>(condition)) {
            case errc::canceled: return code == asio_error::operation_aborted;
            case errc::timeout: return code == asio_error::timed_out;
            case errc::connection:
                return is_one_of(
                    code,
                    {asio_error::eof, asio_error::connection_refused, asio_error::connection_reset,
                     asio_error::connection_aborted, asio_error::broken_pipe,
                     asio_error::host_unreachable, asio_error::network_unreachable,
                     asio_error::network_down, asio_error::not_connected});
            case errc::resolve:
                return code.category() == asio_error::get_netdb_category() ||
                       code.category() == asio_error::get_addrinfo_category();
            case errc::no_descriptors:
                return code == boost::system::errc::too_many_files_open ||
                       code == boost::system::errc::too_many_files_open_in_system;
            default: return false;
        }
    }
};

errc condition_of(const error_code& code) {
    for (errc e :
         {errc::canceled, errc::timeout, errc::resolve, errc::connection, errc::no_descriptors})
        if (code == e) return e;
    return errc::connection;
}

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

error_condition make_error_condition(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

error_info::error_info(errc condition, std::string message_)
    : code(make_error_code(condition)), message(std::move(message_)) {}

std::string error_info::to_string() const {
    std::string line;
    if (!doing.empty()) line += doing + ": ";
    line += message.empty() ? code.message() : message;
    line += " (" + (service_code.empty() ? code.message() : service_code);
    if (http_status != 0) line += ", HTTP " + std::to_string(http_status);
    if (!request_id.empty()) line += ", request " + request_id;
    if (attempts > 1) line += ", " + std::to_string(attempts) + " attempts";
    // A service's message may have line breaks; a log's line must not.
    std::replace_if(line.begin(), line.end(), core::is_ascii_control, ' ');
    return line + ")";
}

std::ostream& operator<<(std::ostream& os, const error_info& info) {
    return os << info.to_string();
}

error::error(error_info info)
    : system_error(info.code), info_(std::move(info)), text_(info_.to_string()) {}

error::error(errc condition, std::string message)
    : error(error_info(condition, std::move(message))) {}

error_info error_info_from(std::exception_ptr failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const error& e) {
        return e.info();
    } catch (const boost::system::system_error& e) {
        error_info info(condition_of(e.code()), e.code().message());
        info.cause = e.code();
        return info;
    }
}

}  // namespace ecisbx
