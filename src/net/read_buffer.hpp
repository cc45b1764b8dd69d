// Bytes that were read from a stream and not yet used, in one piece.
#ifndef ECISBX_NET_READ_BUFFER_HPP
#define ECISBX_NET_READ_BUFFER_HPP

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace ecisbx::net {

class read_buffer {
public:
    std::span<char> unread() { return {data_.get() + begin_, end_ - begin_}; }
    std::string_view text() const { return {data_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    std::size_t capacity() const { return capacity_; }

    void consume(std::size_t count) {
        begin_ += count;
        if (empty()) begin_ = end_ = 0;
    }

    /// Room behind the unread bytes, at least `count`; views into the buffer end here.
    boost::asio::mutable_buffer prepare(std::size_t count) {
        if (capacity_ - end_ < count) make_room(count);
        return {data_.get() + end_, capacity_ - end_};
    }
    void commit(std::size_t count) { end_ += count; }

    /// Behind the unread bytes.
    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
        commit(bytes.size());
    }

    /// Gives the memory back. Precondition: `empty()`.
    void release() { *this = read_buffer(); }

    read_buffer() = default;
    read_buffer(read_buffer&& other) noexcept { swap(other); }
    read_buffer& operator=(read_buffer&& other) noexcept {
        read_buffer taken(std::move(other));
        swap(taken);
        return *this;
    }

private:
    void swap(read_buffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(capacity_, other.capacity_);
    }

    void make_room(std::size_t count) {
        const std::size_t size = end_ - begin_;
        if (capacity_ - size >= count) {
            std::memmove(data_.get(), data_.get() + begin_, size);
        } else {
            const std::size_t larger = std::max(size + count, std::min(2 * capacity_, 2 * size));
            auto moved = std::make_unique_for_overwrite<char[]>(larger);
            if (size > 0) std::memcpy(moved.get(), data_.get() + begin_, size);
            data_ = std::move(moved);
            capacity_ = larger;
        }
        begin_ = 0;
        end_ = size;
    }

    std::unique_ptr<char[]> data_;
    std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace ecisbx::net

#endif
