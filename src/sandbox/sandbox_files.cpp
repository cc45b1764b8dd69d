// The operations of `sandbox` that move files.
#include <ecisbx/error.hpp>
#include <ecisbx/sandbox.hpp>

#include "sandbox/file_local.hpp"
#include "sandbox/file_transfer.hpp"
#include "sandbox/public_op.hpp"

#include <utility>

namespace ecisbx {
namespace {

namespace asio = boost::asio;
using detail::backend;
using detail::file_transfer;
using detail::public_op;
using transfer_ptr = std::shared_ptr<file_transfer>;

constexpr std::uint64_t most_in_memory = std::uint64_t(64) << 20;

void check_reading(const file_transfer& transfer) {
    if (transfer.options.appends())
        transfer.fail(errc::invalid_argument, "file_options: append is for write_file and upload");
}

// The checks throw within the operation, not at the call.
asio::awaitable<transfer_result> write_file_op(std::shared_ptr<backend> via, std::string id,
                                               std::string path, std::string bytes,
                                               file_options options) {
    auto transfer = std::make_shared<file_transfer>(via, id, options, "write_file", path);
    auto source = std::make_shared<detail::memory_source>(std::move(bytes));
    co_return co_await detail::push_content(transfer, source);
}

asio::awaitable<std::string> read_file_op(std::shared_ptr<backend> via, std::string id,
                                          std::string path, file_options options) {
    if (!options.limit()) options.limit(most_in_memory);
    auto transfer = std::make_shared<file_transfer>(via, id, options, "read_file", path);
    check_reading(*transfer);
    auto sink = std::make_shared<detail::memory_sink>();
    co_await detail::pull_content(transfer, sink, proto::send_kind::file);
    co_return sink->take();
}

asio::awaitable<transfer_result> upload_op(std::shared_ptr<backend> via, std::string id,
                                           std::string local, std::string remote,
                                           file_options options) {
    auto transfer = std::make_shared<file_transfer>(via, id, options, "upload", remote);
    auto source = detail::open_local(local);
    if (source->is_archive() && options.mode())
        transfer->fail(errc::invalid_argument, "file_options: mode is for files, not for folders");
    if (source->is_archive() && options.appends())
        transfer->fail(errc::invalid_argument, "file_options: append is for files, not folders");
    co_return co_await detail::push_content(transfer, source);
}

asio::awaitable<transfer_result> download_op(std::shared_ptr<backend> via, std::string id,
                                             std::string remote, std::string local,
                                             file_options options) {
    auto transfer = std::make_shared<file_transfer>(via, id, options, "download", remote);
    check_reading(*transfer);
    auto sink = std::make_shared<detail::local_sink>(std::move(local), options);
    co_return co_await detail::pull_content(transfer, sink, proto::send_kind::either);
}

}  // namespace

asio::awaitable<transfer_result> sandbox::write_file(std::string path, std::string bytes,
                                                     file_options options) {
    return public_op(backend_, write_file_op(backend_, id_, std::move(path), std::move(bytes),
                                             std::move(options)));
}

asio::awaitable<std::string> sandbox::read_file(std::string path, file_options options) {
    return public_op(backend_, read_file_op(backend_, id_, std::move(path), std::move(options)));
}

asio::awaitable<transfer_result> sandbox::upload(std::string local, std::string remote,
                                                 file_options options) {
    return public_op(backend_, upload_op(backend_, id_, std::move(local), std::move(remote),
                                         std::move(options)));
}

asio::awaitable<transfer_result> sandbox::download(std::string remote, std::string local,
                                                   file_options options) {
    return public_op(backend_, download_op(backend_, id_, std::move(remote), std::move(local),
                                           std::move(options)));
}

}  // namespace ecisbx
