// Takes the exit trailer that the wrapper of `plan_exec` writes out of a stream, exactly.
#ifndef ECISBX_PROTO_EXIT_TRAILER_HPP
#define ECISBX_PROTO_EXIT_TRAILER_HPP

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::proto {

/// One per stream. Holds back at most the length of a trailer; every other byte comes out
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
    /// The loader is ready for its preamble (terminals only).
    bool ready_seen() const { return ready_; }

private:
    std::string mark_;  // what every trailer starts with
    std::string held_;
    std::optional<int> status_;
    bool ready_ = false;
};

}  // namespace ecisbx::proto

#endif
