#include "proto/ws_close.hpp"

namespace ecisbx::proto::ws_close {

std::string_view name(std::uint16_t code) noexcept {
    switch (code) {
        case normal: return "normal";
        case going_away: return "going away";
        case protocol_error: return "protocol error";
        case 1003: return "unsupported data";
        case no_status: return "no status";
        case abnormal: return "no close frame";
        case invalid_data: return "invalid data";
        case policy: return "policy violation";
        case too_big: return "message too big";
        case 1010: return "extension needed";
        case internal_error: return "internal error";
        case 1012: return "service restart";
        case 1013: return "try again later";
        case 1014: return "bad gateway";
        case 1015: return "TLS failure";
        default: break;
    }
    if (code < 1000 || code >= 5000) return "invalid code";
    if (code < 3000) return "unassigned code";
    return code < 4000 ? "library code" : "private code";
}

bool is_clean(std::uint16_t code) noexcept {
    return code == normal || code == no_status;
}

}  // namespace ecisbx::proto::ws_close
