#include "server/api/eci/sizes.hpp"

#include <array>

namespace ecisbx::server::api::eci {
namespace {

// In the order of price: fewer vCPU first, then less memory.
constexpr std::array<size, 44> table = {{
    {0.25, 0.5}, {0.25, 1}, {0.5, 1},  {0.5, 2},  {1, 2},    {1, 4},    {1, 8},   {2, 1},
    {2, 2},      {2, 4},    {2, 8},    {2, 16},   {4, 2},    {4, 4},    {4, 8},   {4, 16},
    {4, 32},     {8, 4},    {8, 8},    {8, 16},   {8, 32},   {8, 64},   {12, 12}, {12, 24},
    {12, 48},    {12, 96},  {16, 16},  {16, 32},  {16, 64},  {16, 128}, {24, 24}, {24, 48},
    {24, 96},    {24, 192}, {32, 32},  {32, 64},  {32, 128}, {32, 256}, {52, 96}, {52, 192},
    {52, 384},   {64, 128}, {64, 256}, {64, 512},
}};

}  // namespace

std::span<const size> all_sizes() {
    return table;
}

std::optional<size> round_up(size wanted) {
    for (const auto& s : table)
        if (s.cpu >= wanted.cpu && s.memory >= wanted.memory) return s;
    return std::nullopt;
}

}  // namespace ecisbx::server::api::eci
