#include "net/http_writer.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace ecisbx::net;
using namespace std::string_literals;

http_request request_to(std::string target) {
    http_request request;
    request.target = std::move(target);
    return request;
}

std::string head_of(int status, std::string body, response_style style) {
    http_response response;
    response.status = status;
    response.body = std::move(body);
    return write_response_head(response, style);
}

void check_rejected(const http_request& request) {
    bool rejected = false;
    try {
        write_request_head(request);
    } catch (const ecisbx::error& e) {
        rejected = e.code() == ecisbx::errc::invalid_argument;
        CHECK(std::string(e.what()).find("s3cret") == std::string::npos);
    }
    CHECK(rejected);
}

}  // namespace

TEST_CASE("http_writer: requests") {
    http_request get = request_to("/a?b");
    get.headers.add("Host", "h");
    CHECK(write_request_head(get) == "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
    http_request post = request_to("/");
    post.method = "POST";
    CHECK(write_request_head(post) == "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    post.body = "12345";
    CHECK(write_request_head(post) == "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("http_writer: nothing smuggles a line into a request") {
    for (const std::string& target :
         {""s, "/s3cret b"s, "/s3cret\r\nX: y"s, "/s3cret\n"s, "/s3cret\0"s, "/s3cret\xc3\xa9"s})
        check_rejected(request_to(target));
    for (const std::string& value : {"s3cret\r\nX: y"s, "s3cret\n"s, "s3cret\r"s, "s3cret\0"s}) {
        http_request request = request_to("/");
        request.headers.add("X", value);
        check_rejected(request);
    }
    for (const std::string& name : {""s, "a b"s, "a:"s, "a\r\n"s}) {
        http_request request = request_to("/");
        request.headers.add(name, "v");
        check_rejected(request);
    }
    for (const std::string& name : {"content-length"s, "Transfer-Encoding"s, "CONNECTION"s}) {
        http_request request = request_to("/");
        request.headers.add(name, "1");
        check_rejected(request);
    }
    http_request request = request_to("/");
    request.method = "GET /x HTTP/1.1\r\n";
    check_rejected(request);
}

TEST_CASE("http_writer: answers") {
    response_style style;
    CHECK(head_of(200, "ok", style) == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    CHECK(head_of(204, "", style) == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(head_of(299, "", style) == "HTTP/1.1 299 Unknown\r\nContent-Length: 0\r\n\r\n");
    style.http_1_1 = false;
    CHECK(head_of(200, "", style) ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    style.keep_alive = false;
    CHECK(head_of(404, "", style) ==
          "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    for (int status : {0, 100, 101, 199, 1000}) {
        CAPTURE(status);
        CHECK_THROWS_AS(head_of(status, "", style), ecisbx::error);
    }
}
