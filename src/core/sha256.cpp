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

[[noreturn]] void no_sha256() {
    throw error(errc::unsupported, "OpenSSL can not make SHA-256 digests here");
}

struct free_digest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using digest_context = std::unique_ptr<EVP_MD_CTX, free_digest>;

}  // namespace

struct sha256_stream::state {
    digest_context context{EVP_MD_CTX_new()};
};

sha256_stream::sha256_stream() : state_(std::make_unique<state>()) {
    if (!state_->context || !EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr))
        no_sha256();
}
sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

void sha256_stream::update(std::string_view bytes) {
    if (!EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size())) no_sha256();
}

std::string sha256_stream::hex() const {
    unsigned char out[SHA256_DIGEST_LENGTH];
    digest_context copy(EVP_MD_CTX_new());
    if (!copy || !EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) ||
        !EVP_DigestFinal_ex(copy.get(), out, nullptr))
        no_sha256();
    return hex_encode({reinterpret_cast<const char*>(out), sizeof out});
}

std::string sha256_hex(std::string_view bytes) {
    unsigned char out[SHA256_DIGEST_LENGTH];
    if (!SHA256(data(bytes), bytes.size(), out)) no_sha256();
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
