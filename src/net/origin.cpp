#include "net/dial.hpp"

namespace ecisbx::net {

std::string origin::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != (tls ? 443 : 80)) text += ':' + std::to_string(port);
    return text;
}

}  // namespace ecisbx::net
