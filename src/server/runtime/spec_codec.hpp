// The specs as bytes, for the file that carries them to a keeper.
#ifndef ECISBX_SERVER_RUNTIME_SPEC_CODEC_HPP
#define ECISBX_SERVER_RUNTIME_SPEC_CODEC_HPP

#include "server/runtime/runtime.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::server::runtime {

std::string encode(const box_spec& spec);
std::string encode(const process_spec& spec);
/// Nothing unless the bytes are exactly one spec.
std::optional<box_spec> decode_box_spec(std::string_view bytes);
std::optional<process_spec> decode_process_spec(std::string_view bytes);

/// Throw `invalid_argument` for what no runtime could carry out: an id that is no folder name, a
/// NUL, a variable without a name; `too_large` beyond what exec takes.
void check(const box_spec& spec);
void check(const process_spec& spec);

}  // namespace ecisbx::server::runtime

#endif
