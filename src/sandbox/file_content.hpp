// Where the bytes of a transfer come from, where they go, and what is computed of them.
#ifndef ECISBX_SANDBOX_FILE_CONTENT_HPP
#define ECISBX_SANDBOX_FILE_CONTENT_HPP

#include <ecisbx/error.hpp>

#include "core/cksum.hpp"
#include "core/sha256.hpp"
#include "proto/file_script.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ecisbx::detail {

/// Of local files, per read.
inline constexpr std::size_t content_piece = 64 * 1024;

/// Read from its start to its end more than once: to compute, to send, to send again.
class content_source {
public:
    virtual ~content_source() = default;
    virtual void restart() = 0;
    /// Sets `piece` to the next bytes, at most about `content_piece`; false at the end.
    virtual bool next(std::string& piece) = 0;
    /// A tar archive, to become a folder.
    virtual bool is_archive() const { return false; }
    virtual std::optional<unsigned> mode() const { return std::nullopt; }
};

/// What the sandbox says before the content.
struct content_header {
    bool is_folder = false;
    std::optional<unsigned> mode;
};

/// Nothing of it is in place before `commit`; without one, nothing is left of it.
class content_sink {
public:
    virtual ~content_sink() = default;
    /// Forgets what an earlier attempt has put.
    virtual void begin(const content_header& header) = 0;
    virtual void put(std::string_view bytes) = 0;
    virtual void commit() = 0;
};

class memory_source : public content_source {
public:
    explicit memory_source(std::string bytes) : bytes_(std::move(bytes)) {}
    void restart() override { taken_ = 0; }
    bool next(std::string& piece) override {
        piece = bytes_.substr(taken_, content_piece);
        taken_ += piece.size();
        return !piece.empty();
    }

private:
    std::string bytes_;
    std::size_t taken_ = 0;
};

class memory_sink : public content_sink {
public:
    void begin(const content_header&) override { bytes_.clear(); }
    void put(std::string_view bytes) override { bytes_.append(bytes); }
    void commit() override {}
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

class content_hasher {
public:
    void update(std::string_view bytes) {
        size_ += bytes.size();
        sha256_.update(bytes);
        cksum_.update(bytes);
    }
    std::uint64_t size() const { return size_; }
    proto::content_sums sums() const { return {size_, sha256_.hex(), cksum_.value()}; }

private:
    std::uint64_t size_ = 0;
    core::sha256_stream sha256_;
    core::cksum cksum_;
};

}  // namespace ecisbx::detail

#endif
