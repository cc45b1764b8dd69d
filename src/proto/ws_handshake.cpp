#include "proto/ws_handshake.hpp"

#include "core/base64.hpp"
#include "core/random.hpp"

#include <openssl/sha.h>

namespace ecisbx::proto {

std::string ws_make_key() {
    return core::base64_encode(core::random_bytes(16));
}

bool ws_is_key(std::string_view key) {
    const auto bytes = core::base64_decode(key);
    return bytes && bytes->size() == 16;
}

std::string ws_accept_for(std::string_view key) {
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
    return core::base64_encode(digest);
}

}  // namespace ecisbx::proto
