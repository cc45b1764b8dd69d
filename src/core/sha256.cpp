#include "core/sha256.hpp"

#include "core/hex.hpp"

#include <ecisbx/error.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <cstddef>
#include <string>

namespace ecisbx::core {
namespace {

const unsigned char* data(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct free_openssl {
    void operator()(EVP_MD* p) const { EVP_MD_free(p); }
    void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
    void operator()(EVP_MAC* p) const { EVP_MAC_free(p); }
    void operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, free_openssl>;
using digest_context = owned<EVP_MD_CTX>;

[[noreturn]] void no_sha256() {
    throw error(errc::unsupported, "OpenSSL can not make SHA-256 digests here");
}

// OpenSSL 3 looks an algorithm up by its name, under locks, whenever `SHA256`, `EVP_sha256` or
// `HMAC` is used: for small messages that costs more than the digest. What was fetched is kept.
const EVP_MD* sha256() {
    static const owned<EVP_MD> fetched(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    if (!fetched) no_sha256();
    return fetched.get();
}

/// A context to copy from, without a key.
owned<EVP_MAC_CTX> hmac_context(const char* digest) {
    const owned<EVP_MAC> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    owned<EVP_MAC_CTX> context(algorithm ? EVP_MAC_CTX_new(algorithm.get()) : nullptr);
    std::string name = digest;
    const OSSL_PARAM settings[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
        OSSL_PARAM_construct_end()};
    if (context && !EVP_MAC_CTX_set_params(context.get(), settings)) context.reset();
    return context;
}

std::string hmac(const EVP_MAC_CTX* of, std::string_view key, std::string_view bytes) {
    if (key.empty()) key = "";  // a null pointer stands for "the last key"
    unsigned char out[EVP_MAX_MD_SIZE];
    std::size_t length = 0;
    const owned<EVP_MAC_CTX> context(of ? EVP_MAC_CTX_dup(of) : nullptr);
    if (!context || !EVP_MAC_init(context.get(), data(key), key.size(), nullptr) ||
        !EVP_MAC_update(context.get(), data(bytes), bytes.size()) ||
        !EVP_MAC_final(context.get(), out, &length, sizeof out))
        throw error(errc::unsupported, "OpenSSL can not make this kind of signature here");
    return {reinterpret_cast<const char*>(out), length};
}

}  // namespace

struct sha256_stream::state {
    digest_context context{EVP_MD_CTX_new()};
};

sha256_stream::sha256_stream() : state_(std::make_unique<state>()) {
    if (!state_->context || !EVP_DigestInit_ex(state_->context.get(), sha256(), nullptr))
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
    if (!EVP_Digest(data(bytes), bytes.size(), out, nullptr, sha256(), nullptr)) no_sha256();
    return hex_encode({reinterpret_cast<const char*>(out), sizeof out});
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    static const auto context = hmac_context("SHA256");
    return hmac(context.get(), key, bytes);
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
    static const auto context = hmac_context("SHA1");
    return hmac(context.get(), key, bytes);
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace ecisbx::core
