#include "net/http_reader.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

namespace {

using namespace ecisbx::net;
using reading = http_reader::kind;
using namespace std::string_literals;

constexpr http_limits small{1000, 100};

http_reader read(std::string_view bytes, reading what = reading::request,
                 http_limits limits = small) {
    http_reader reader(what, limits);
    reader.feed(bytes);
    return reader;
}

void check_refused(std::string_view bytes, int status, reading what = reading::request) {
    CAPTURE(bytes);
    // Whole, and byte by byte: where the cut is must not matter.
    CHECK(read(bytes, what).refused() == status);
    http_reader slow(what, small);
    for (char c : bytes) slow.feed({&c, 1});
    CHECK(slow.refused() == status);
}

std::string get_with(std::string_view fields) {
    return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string post_with(std::string_view fields, std::string_view body) {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("http_reader: a request") {
    auto reader = read(post_with("X-Two:  a b\t\r\nx-two: c\r\nContent-Length: 3\r\n", "abcNEXT"));
    CHECK(reader.done());
    CHECK(reader.keep_alive());
    CHECK(reader.is_http_1_1());
    const http_request request = reader.take_request();
    CHECK(request.method == "POST");
    CHECK(request.target == "/");
    CHECK(request.headers.get("x-TWO") == "a b");
    CHECK(request.headers.joined("X-Two") == "a b, c");
    CHECK_FALSE(request.headers.has("X-Three"));
    CHECK(request.body == "abc");
}

TEST_CASE("http_reader: says how much it used") {
    http_reader reader(reading::request, small);
    const auto one = get_with("");
    CHECK(reader.feed(one + "GET /2") == one.size());
    CHECK(reader.feed("more") == 0);
}

TEST_CASE("http_reader: the same message whatever the pieces") {
    const std::string text =
        "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
        "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
        "3;ext=\"v\"\r\nabc\r\nA \r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        http_reader reader(reading::response, small);
        for (std::size_t at = 0; at < text.size(); at += size) {
            REQUIRE_FALSE(reader.done());
            reader.feed(std::string_view(text).substr(at, size));
        }
        REQUIRE(reader.done());
        const http_response response = reader.take_response();
        REQUIRE(response.status == 200);
        REQUIRE(response.body == "abc0123456789");
        REQUIRE(response.headers.size() == 2);
        REQUIRE(response.keep_alive);
    }
}

TEST_CASE("http_reader: cut at every byte it is not done, and the end is refused") {
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        auto reader = read(std::string_view(text).substr(0, cut), reading::response);
        REQUIRE_FALSE(reader.done());
        reader.feed_end();
        REQUIRE(reader.cut());
        REQUIRE(reader.begun() == (cut > 0));
    }
}

TEST_CASE("http_reader: keep-alive by version and Connection") {
    CHECK(read(get_with("")).keep_alive());
    CHECK_FALSE(read(get_with("Connection: Close\r\n")).keep_alive());
    CHECK_FALSE(read(get_with("Connection: keep-alive, close\r\n")).keep_alive());
    CHECK_FALSE(read("GET / HTTP/1.0\r\n\r\n").keep_alive());
    CHECK(read("GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n").keep_alive());
}

TEST_CASE("http_reader: answers without a body") {
    const std::string length = "Content-Length: 5\r\n\r\n";
    CHECK(read("HTTP/1.1 204 No Content\r\n\r\n", reading::response).done());
    CHECK(read("HTTP/1.1 304 Not Modified\r\n" + length, reading::response).done());
    CHECK(read("HTTP/1.1 200 OK\r\n" + length, reading::response_to_head).done());
    CHECK(read("HTTP/1.1 101 Switching Protocols\r\n\r\n", reading::response).done());
    CHECK_FALSE(read("HTTP/1.1 200 OK\r\n" + length, reading::response).done());
}

TEST_CASE("http_reader: an answer to the end of the connection") {
    auto reader = read("HTTP/1.1 200\r\n\r\nbytes", reading::response);
    CHECK(reader.head_done());
    CHECK_FALSE(reader.done());
    reader.feed_end();
    CHECK(reader.done());
    CHECK_FALSE(reader.keep_alive());
    CHECK(reader.take_response().body == "bytes");
}

TEST_CASE("http_reader: targets") {
    auto target_of = [](std::string_view target) {
        return read("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n")
            .take_request()
            .target;
    };
    CHECK(target_of("/a?b=%20#c") == "/a?b=%20#c");
    CHECK(target_of("http://other:80/x?y") == "/x?y");
    CHECK(target_of("HTTPS://other?y") == "/?y");
    CHECK(target_of("http://other") == "/");
    CHECK(read("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").done());
    check_refused("GET * HTTP/1.1\r\n", 400);
    check_refused("GET other HTTP/1.1\r\n", 400);
    check_refused("CONNECT h:1 HTTP/1.1\r\n", 501);
}

TEST_CASE("http_reader: malformed request lines") {
    for (const char* line : {"GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
                             "GET /a b HTTP/1.1", "G@T / HTTP/1.1", "GET / http/1.1",
                             "GET / HTTP/11", "GET / HTTP/1.x", "GET /\x01 HTTP/1.1",
                             "GET /\xc3\xa9 HTTP/1.1", "GET /\x7f HTTP/1.1", "\x16\x03\x01\x02"})
        check_refused(line + "\r\n"s, 400);
    check_refused("GET /\0 HTTP/1.1\r\n"s, 400);
    check_refused(std::string(40, 'G') + " / HTTP/1.1\r\n", 400);
    check_refused("GET / HTTP/2.0\r\n", 505);
    check_refused("GET / HTTP/1.2\r\n", 505);
    check_refused("PRI * HTTP/2.0\r\n", 505);
    CHECK(read("\r\n" + get_with("")).done());
    check_refused("\r\n\r\nGET / HTTP/1.1\r\n", 400);
}

TEST_CASE("http_reader: malformed status lines") {
    for (const char* line :
         {"HTTP/1.1", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 099 Low", "HTTP/1.1  200 OK",
          "HTTP/1.1 2x0 OK", "ICY 200 OK long enough", "HTTP/1.1 200 O\x01K"})
        check_refused(line + "\r\n"s, 400, reading::response);
    CHECK(read("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", reading::response).done());
}

TEST_CASE("http_reader: line ends are CRLF") {
    check_refused("GET / HTTP/1.1\nHost: h\r\n\r\n", 400);
    check_refused("GET / HTTP/1.1\r\nHost: h\n\r\n", 400);
    check_refused("GET / HTTP/1.1\r\nHost: h\r\n\n", 400);
    check_refused("GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", 400);
    check_refused("GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400);
}

TEST_CASE("http_reader: malformed fields") {
    for (const char* field : {"NoColon", ": empty name", "Space : x", " Folded: x", "\tFolded: x",
                              "Bad\x01Name: x", "Bad: \x01", "Bad: \x7f", "B\xc3\xa9: x"})
        check_refused(get_with(field + "\r\n"s), 400);
    check_refused(get_with("Nul: a\0b\r\n"s), 400);
    check_refused(get_with("A: 1\r\n folded\r\n"), 400);
    CHECK(read(get_with("Utf: \xc3\xa9\r\nEmpty:\r\nTab: a\tb\r\n")).done());
}

TEST_CASE("http_reader: exactly one Host from HTTP/1.1 on") {
    check_refused("GET / HTTP/1.1\r\n\r\n", 400);
    check_refused(get_with("host: h\r\n"), 400);
    CHECK(read("GET / HTTP/1.0\r\n\r\n").done());
}

TEST_CASE("http_reader: framing that two readers could take differently") {
    for (const char* fields :
         {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
          "Content-Length: 3\r\nContent-Length: 4\r\n",
          "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3, 3\r\n",
          "Content-Length: +3\r\n", "Content-Length: 0x3\r\n", "Content-Length: -1\r\n",
          "Content-Length: 3 \t4\r\n", "Content-Length:\r\n", "Content-Length: 3;\r\n",
          "Content-Length: 99999999999999999999\r\n"})
        check_refused(post_with(fields, ""), 400);
    for (const char* coding : {"gzip", "chunked, gzip", "gzip, chunked", "identity", "xchunked",
                               "chunked\r\nTransfer-Encoding: chunked", "\"chunked\""})
        check_refused(post_with("Transfer-Encoding: "s + coding + "\r\n", ""), 501);
    check_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
    CHECK(read(post_with("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n")).done());
}

TEST_CASE("http_reader: malformed chunks") {
    for (const char* body :
         {"\r\n", "x\r\n", "-1\r\n", "0x1\r\na\r\n", "1\r\nab\r\n", "1\r\na\n", "1\na\r\n",
          "1 2\r\na\r\n", "1;\x01\r\na\r\n", "1 \r\r\na\r\n", " 1\r\na\r\n", "0000000000000001\r\n",
          "0\r\nTrailer\x01\r\n", "1\r\na\rb\n"})
        check_refused(post_with("Transfer-Encoding: chunked\r\n", body), 400);
    check_refused(post_with("Transfer-Encoding: chunked\r\n", "1;" + std::string(5000, 'e')), 400);
    check_refused(post_with("Transfer-Encoding: chunked\r\n", "fffffffffffffff\r\n"), 413);
}

TEST_CASE("http_reader: trailers end the body and are dropped") {
    auto reader =
        read(post_with("Transfer-Encoding: chunked\r\n", "0\r\nHost: evil\r\nA: b\r\n\r\n"));
    CHECK(reader.done());
    const auto request = reader.take_request();
    CHECK(request.headers.get("host") == "h");
    CHECK_FALSE(request.headers.has("a"));
    check_refused(post_with("Transfer-Encoding: chunked\r\n", "0\r\nT: " + std::string(2000, 't')),
                  431);
}

TEST_CASE("http_reader: sizes") {
    check_refused(get_with("Long: " + std::string(1000, 'l') + "\r\n"), 431);
    check_refused("GET /" + std::string(1000, 'l'), 431);
    check_refused(post_with("Content-Length: 101\r\n", ""), 413);
    check_refused(
        post_with("Transfer-Encoding: chunked\r\n", "32\r\n" + std::string(50, 'a') + "\r\n33\r\n"),
        413);
    CHECK(read("HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'b'), reading::response).refused() ==
          413);
    std::string many;
    for (int i = 0; i < 300; ++i) many += "a:\r\n";
    CHECK(read(get_with(many), reading::request, {100000, 100}).refused() == 431);
    CHECK(read(post_with("Content-Length: 100\r\n", std::string(100, 'b'))).done());
}

TEST_CASE("http_reader: expectations") {
    CHECK(read(get_with("Expect: 100-Continue\r\nContent-Length: 1\r\n")).expects_continue());
    check_refused(get_with("Expect: a-miracle\r\n"), 417);
    CHECK_FALSE(read("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue());
}

TEST_CASE("http_reader: interim answers do not go on for ever") {
    std::string text;
    for (int i = 0; i < 17; ++i) text += "HTTP/1.1 102 Processing\r\n\r\n";
    check_refused(text, 400, reading::response);
}

TEST_CASE("http_reader: 50000 damaged messages in random pieces") {
    std::mt19937 random(9112);
    const std::string seeds[] = {
        post_with("Content-Length: 5\r\nA: b\r\n", "hello"),
        post_with("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nT: t\r\n\r\n"),
        get_with("Connection: keep-alive\r\nExpect: 100-continue\r\n"),
    };
    int done = 0, refused = 0;
    for (int round = 0; round < 50000; ++round) {
        std::string text = seeds[random() % 3];
        for (auto hits = random() % 4; hits > 0; --hits)
            text[random() % text.size()] = static_cast<char>(random());
        http_reader reader(reading::request, small);
        for (std::size_t at = 0; at < text.size();) {
            const auto piece = std::string_view(text).substr(at, 1 + random() % 30);
            const auto used = reader.feed(piece);
            REQUIRE(used <= piece.size());
            REQUIRE((used == piece.size() || reader.done() || reader.refused()));
            at += piece.size();
        }
        reader.feed_end();
        REQUIRE((reader.done() || reader.refused()));
        done += reader.done();
        refused += reader.refused() != 0;
        if (reader.done()) REQUIRE(reader.take_request().body.size() <= 100);
    }
    CHECK(done > 1000);
    CHECK(refused > 1000);
}
