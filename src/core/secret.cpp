#include <ecisbx/secret.hpp>

#include "core/sha256.hpp"

#include <openssl/crypto.h>

#include <cstring>
#include <ostream>
#include <utility>

namespace ecisbx {

secret::secret(std::string_view text)
    : data_(text.empty() ? nullptr : new char[text.size()]), size_(text.size()) {
    if (!text.empty()) std::memcpy(data_, text.data(), text.size());
}

secret::secret(const secret& other) : secret(other.reveal()) {}

secret::secret(secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

secret& secret::operator=(const secret& other) {
    if (this != &other) *this = secret(other);
    return *this;
}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

secret::~secret() {
    wipe();
}

void secret::wipe() noexcept {
    OPENSSL_cleanse(data_, size_);
    delete[] data_;
    data_ = nullptr;
    size_ = 0;
}

bool operator==(const secret& a, const secret& b) noexcept {
    return core::constant_time_equal(a.reveal(), b.reveal());
}

std::ostream& operator<<(std::ostream& os, const secret& s) {
    return os << (s.empty() ? "" : "***");
}

}  // namespace ecisbx
