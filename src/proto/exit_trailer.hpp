// Takes the exit trailer that the wrapper of `plan_exec` writes out of a stream, exactly.
//
// A trailer is RS (0x1E), the nonce, ':', the status in 1 to 3 decimal digits, RS; the mark that
// the wrapper starts with has 'r' in place of the status. It holds no newline, which a
// terminal would change, no byte that is not ASCII, which a text message could not carry, and it is
// short enough to be written in one piece.
#ifndef ECISBX_PROTO_EXIT_TRAILER_HPP
#define ECISBX_PROTO_EXIT_TRAILER_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::proto {

/// One per stream. Holds back at most the length of two trailers; every other byte comes out
/// unchanged and in order, whatever it looks like.
class exit_trailer {
public:
    explicit exit_trailer(std::string nonce);

    /// Feeds bytes, appends what is user output to `out`.
    void feed(std::string_view bytes, std::string& out);
    /// No more bytes come: what was held back is output.
    void finish(std::string& out);

    /// The last trailer's status 0..255, if one was seen. Bytes of a background child may follow
    /// it; they are output.
    std::optional<int> status() const { return status_; }
    /// How many trailers were seen. Two, on a wire that merges stderr into stdout, prove what one
    /// on each stream proves elsewhere.
    unsigned trailers() const { return trailers_; }
    /// The wrapper runs: the start mark was seen. A terminal has its size, and its loader is ready
    /// for the preamble.
    bool ready_seen() const { return ready_; }

private:
    enum class verdict { none, perhaps, trailer };
    struct look {
        verdict what;
        std::size_t length;  ///< of the trailer, or of what looks like the beginning of one
    };
    look match(std::string_view text);
    std::string mark_;  // what every trailer starts with
    std::string held_;
    std::optional<int> status_;
    unsigned trailers_ = 0;
    bool ready_ = false;
};

/// What the wrapper writes at the end of each stream.
std::string exit_trailer_text(std::string_view nonce, int status);
/// What the wrapper writes first, on stdout only.
std::string ready_mark_text(std::string_view nonce);

}  // namespace ecisbx::proto

#endif
