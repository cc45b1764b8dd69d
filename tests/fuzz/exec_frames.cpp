// The frames of an exec channel, both directions and every variant: status records, resizes and
// half-closes in them, and what the server's wire modes make of a process's output.
#include "fuzz/fuzz.hpp"

#include "core/utf8.hpp"
#include "proto/exec_frame.hpp"
#include "sandbox/exit_judge.hpp"
#include "server/api/eci/exec_wire.hpp"

#include <iterator>
#include <string>
#include <vector>

using namespace ecisbx;
using fuzz::check;
using proto::exec_frame;
using kind = proto::exec_frame::kind;

namespace {

constexpr std::size_t longest_text = 4096;

std::string_view some_subprotocol(fuzz::input& in) {
    const auto which = in.below(std::size(proto::exec_subprotocols) + 1);
    return which < std::size(proto::exec_subprotocols) ? proto::exec_subprotocols[which] : "";
}

void check_client_frame(const exec_frame& frame, std::size_t message_size) {
    check(frame.code >= 0 && frame.code <= 255);
    check(frame.bytes.size() <= message_size);
    check(frame.message.size() <= 3 * longest_text && core::is_valid_utf8(frame.message));
    check(frame.what != kind::in && frame.what != kind::resize);
    const bool carries = frame.what == kind::out || frame.what == kind::err;
    check(carries == !frame.bytes.empty());
}

void read_as_client(fuzz::input in) {
    proto::exec_client_decoder decoder(some_subprotocol(in));
    while (!in.empty()) {
        const bool text = in.flag();
        const std::string message(in.bytes(1 + in.byte()));
        check_client_frame(decoder.decode(text, message), message.size());
    }
}

void read_as_server(fuzz::input in) {
    const auto subprotocol = some_subprotocol(in);
    proto::exec_server_decoder decoder(subprotocol);
    while (!in.empty()) {
        const bool text = in.flag();
        const std::string message(in.bytes(1 + in.byte()));
        const auto frame = decoder.decode(text, message);
        check(frame.bytes.size() <= message.size());
        check((frame.what == kind::in) == !frame.bytes.empty());
        if (frame.what == kind::resize)
            check(frame.rows >= 1 && frame.rows <= 0xFFFF && frame.columns >= 1 &&
                  frame.columns <= 0xFFFF);
        if (frame.what == kind::half_close) check(subprotocol.starts_with("v5."));
        check(frame.what == kind::in || frame.what == kind::resize ||
              frame.what == kind::half_close || frame.what == kind::none);
    }
}

// What one side encodes is what the other side decodes.
void round_trips(fuzz::input in) {
    const auto subprotocol = some_subprotocol(in);
    const int code = in.byte();
    const auto rows = 1u + in.byte() * 256u % 0xFFFFu, columns = 1u + in.byte();
    const std::string bytes(in.rest());
    auto whole = [&](proto::channel on, std::string_view payload) {
        const auto message = proto::encode_channel(subprotocol, on, payload);
        return message.prefix + (message.encoded ? message.payload : std::string(payload));
    };
    const bool text = subprotocol.find("base64") != subprotocol.npos;

    proto::exec_client_decoder client(subprotocol);
    const auto out = whole(proto::channel::out, bytes), err = whole(proto::channel::err, bytes);
    check(client.decode(text, out).bytes == bytes);
    check(client.decode(text, err).bytes == bytes);
    const auto record =
        client.decode(text, whole(proto::channel::status, proto::status_json(code)));
    check(record.what == kind::exit && record.code == code);
    const auto words = proto::status_text(bytes, code);
    const auto told = client.decode(text, whole(proto::channel::status, words));
    check(code == 0 ? told.what == kind::none : told.what == kind::exit && told.code == code);
    const auto failed =
        client.decode(text, whole(proto::channel::status, proto::failure_json(bytes)));
    check(failed.what == kind::failure && !failed.message.empty());
    check(client.anomalies() == 0);

    proto::exec_server_decoder server(subprotocol);
    const auto typed = whole(proto::channel::in, bytes);
    check(server.decode(text, typed).bytes == bytes);
    const auto size =
        server.decode(text, whole(proto::channel::resize, proto::encode_resize(rows, columns)));
    check(size.what == kind::resize && size.rows == rows && size.columns == columns);
}

// A server's output in pieces, in each mode, is what a client of that mode reads.
void over_a_wire(fuzz::input in) {
    const auto mode = static_cast<server::wire>(in.below(6));
    auto offered = server::api::eci::split_subprotocols(in.line());
    for (const auto& name : offered) check(!name.empty());
    const auto seed = in.word();
    const std::string bytes(in.rest());
    server::api::eci::exec_wire wire(mode, offered);
    if (!wire.subprotocol().empty())
        check(std::find(offered.begin(), offered.end(), wire.subprotocol()) != offered.end());
    std::string spoken = wire.subprotocol();
    if (mode == server::wire::v4) spoken = "v4.channel.k8s.io";
    if (mode == server::wire::v5) spoken = "v5.channel.k8s.io";
    proto::exec_client_decoder client(spoken);
    std::string read;
    auto receive = [&](std::optional<proto::exec_message> message, std::string_view raw) {
        if (!message) return;
        const auto whole =
            message->prefix + (message->encoded ? message->payload : std::string(raw));
        const auto frame = client.decode(message->text, whole);
        if (frame.what == kind::out) read += frame.bytes;
    };
    const bool raw = mode == server::wire::raw;
    if (raw && !bytes.empty() && (static_cast<unsigned char>(bytes[0]) <= 4 || bytes[0] == '\xff'))
        return;  // taken for channel bytes: what that wire can not tell apart
    receive(wire.greeting(), {});
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
        receive(wire.output(proto::channel::out, piece), piece);
    });
    receive(wire.end_of(proto::channel::out), {});
    check(read == (mode == server::wire::text ? core::to_valid_utf8(bytes) : bytes));
    wire.failure(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(4)) {
        case 0: read_as_client(in); break;
        case 1: read_as_server(in); break;
        case 2: round_trips(in); break;
        default: over_a_wire(in); break;
    }
    return 0;
}
