#include "core/sha256.hpp"

#include "core/hex.hpp"

#include <ecisbx/error.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <climits>

namespace ecisbx::core {
namespace {

const unsigned char* data(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view bytes) {
    if (key.empty()) key = "";  // HMAC takes a null pointer for "the last key"
    if (key.size() > INT_MAX) throw error(errc::too_large, "the key of a signature is too long");
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!HMAC(digest, key.data(), static_cast<int>(key.size()), data(bytes), bytes.size(), out,
              &length))
        throw error(errc::unsupported, "OpenSSL can not make this kind of signature here");
    return {reinterpret_cast<const char*>(out), length};
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    unsigned char out[SHA256_DIGEST_LENGTH];
    if (!SHA256(data(bytes), bytes.size(), out))
        throw error(errc::unsupported, "OpenSSL can not make SHA-256 digests here");
    return hex_encode({reinterpret_cast<const char*>(out), sizeof out});
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    return hmac(EVP_sha256(), key, bytes);
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
    return hmac(EVP_sha1(), key, bytes);
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace ecisbx::core
