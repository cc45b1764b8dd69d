// A decoded frame that owns its bytes.
#ifndef ECISBX_TESTS_UNIT_PROTO_DECODED_FRAME_HPP
#define ECISBX_TESTS_UNIT_PROTO_DECODED_FRAME_HPP

#include "proto/exec_frame.hpp"

#include <string>
#include <string_view>

namespace ecisbx::tests {

struct decoded_frame : proto::exec_frame {
    std::string bytes;
};

template <class Decoder>
decoded_frame decode(Decoder& decoder, bool text, std::string_view message) {
    decoded_frame owned{decoder.decode(text, message), {}};
    owned.bytes = owned.exec_frame::bytes;
    owned.exec_frame::bytes = {};
    return owned;
}

}  // namespace ecisbx::tests

#endif
