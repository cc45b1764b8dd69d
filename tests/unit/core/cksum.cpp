#include "core/cksum.hpp"
#include "core/sha256.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace ecisbx::core;

TEST_CASE("cksum: as the POSIX tool prints it") {
    cksum crc;
    CHECK(crc.value() == 4294967295u);
    crc.update("123456789");
    CHECK(crc.value() == 930766865u);
    cksum pieces;
    pieces.update("1234");
    CHECK(pieces.value() != crc.value());
    pieces.update("");
    pieces.update("56789");
    CHECK(pieces.value() == crc.value());
    cksum zero;
    zero.update(std::string_view("\0", 1));
    CHECK(zero.value() == 4215202376u);
}

TEST_CASE("sha256_stream: pieces are one text") {
    std::string all;
    sha256_stream stream;
    CHECK(stream.hex() == sha256_hex(""));
    for (int i = 0; i < 200; ++i) {
        std::string piece(static_cast<std::size_t>(i), static_cast<char>(i));
        all += piece;
        stream.update(piece);
        CHECK(stream.hex() == sha256_hex(all));
    }
}
