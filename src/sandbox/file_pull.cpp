// One attempt to bring content out of the sandbox.
#include <ecisbx/error.hpp>
#include <ecisbx/process.hpp>

#include "sandbox/file_transfer.hpp"

#include <utility>

namespace ecisbx::detail {
namespace {

namespace asio = boost::asio;

/// What arrives, on its way from the script's output to the sink.
class arrival {
public:
    arrival(std::shared_ptr<file_transfer> transfer, std::shared_ptr<content_sink> sink)
        : transfer_(std::move(transfer)), sink_(std::move(sink)) {}

    void take(const chunk& piece) {
        if (piece.stream == stream_id::err) {
            err_.add(piece.bytes);
            return;
        }
        reader_.feed(piece.bytes, content_);
        pass_on();
    }

    void finish() {
        reader_.finish(content_);
        pass_on();
    }

    const proto::send_reader& reader() const { return reader_; }
    /// What the tools said, or the shell itself.
    const std::string& why() const { return reader_.why().empty() ? err_.text() : reader_.why(); }
    proto::content_sums sums() const { return hasher_.sums(); }

private:
    void pass_on() {
        if (!reader_.started()) return;
        if (!begun_) begin();
        if (content_.empty()) return;
        check_limit(hasher_.size() + content_.size());
        hasher_.update(content_);
        sink_->put(content_);
        content_.clear();
        transfer_->moved(hasher_.size(), reader_.size());
    }

    void begin() {
        begun_ = true;
        check_limit(reader_.size().value_or(0));
        content_header header;
        header.is_folder = reader_.is_folder();
        header.mode = reader_.mode();
        sink_->begin(header);
        transfer_->moved(0, reader_.size());
    }

    void check_limit(std::uint64_t size) const {
        const auto& limit = transfer_->options.limit();
        if (limit && size > *limit)
            transfer_->fail(errc::too_large,
                            "it has more than " + std::to_string(*limit) + " bytes");
    }

    std::shared_ptr<file_transfer> transfer_;
    std::shared_ptr<content_sink> sink_;
    proto::send_reader reader_;
    content_hasher hasher_;
    std::string content_;
    text_tail err_;
    bool begun_ = false;
};

/// For bytes that are not those that were sent. Throws if the wire has changed them, which
/// another attempt would not mend.
void check_unchanged(const file_transfer& transfer, const running_exec& run) {
    if (!run.doubt().empty())
        transfer.fail(errc::unsupported, "its bytes could not come out unchanged: " + run.doubt());
}

}  // namespace

asio::awaitable<transfer_result> pull_once(std::shared_ptr<file_transfer> transfer,
                                           std::shared_ptr<content_sink> sink,
                                           proto::send_kind kind) {
    auto run = transfer->start(proto::send_argv(transfer->remote, kind), false);
    process handle(run);  // gives the command up when this ends early
    co_await run->open();
    arrival incoming(transfer, sink);
    try {
        for (;;) {
            auto piece = co_await run->read();
            if (!piece) break;
            incoming.take(*piece);
        }
        incoming.finish();
    } catch (const boost::system::system_error& e) {
        // What it was changed into need not make sense, as an archive.
        if (e.code() == errc::protocol) check_unchanged(*transfer, *run);
        throw;
    }
    auto end = co_await run->wait();
    const auto& reader = incoming.reader();
    if (!reader.ended()) transfer->fail(end, reader.refused(), incoming.why());
    auto sums = incoming.sums();
    if (!reader.agrees(sums)) {
        check_unchanged(*transfer, *run);
        transfer->fail(end, "sum", "");
    }
    sink->commit();
    transfer_result result;
    result.bytes = sums.size;
    result.verified = reader.how();
    result.request_id = end.request_id;
    co_return result;
}

}  // namespace ecisbx::detail
