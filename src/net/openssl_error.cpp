#include "net/openssl_error.hpp"

#include <openssl/err.h>

#include <cstring>

namespace ecisbx::net {

std::string take_openssl_errors() {
    std::string text;
    while (unsigned long code = ERR_get_error()) {
        const char* reason = ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code))
                                                    : ERR_reason_error_string(code);
        if (reason == nullptr) continue;
        if (!text.empty()) text += ", ";
        text += reason;
    }
    return text.empty() ? "no reason given" : text;
}

}  // namespace ecisbx::net
