#include <ecisbx/process.hpp>

#include "sandbox/public_op.hpp"
#include "sandbox/running_exec.hpp"

#include <utility>

namespace ecisbx {

namespace asio = boost::asio;
using detail::public_op;

process::process(std::shared_ptr<detail::running_exec> impl) : impl_(std::move(impl)) {}

process::process(process&&) noexcept = default;

process& process::operator=(process&& other) noexcept {
    if (this != &other) {
        if (impl_) impl_->abandon();
        impl_ = std::move(other.impl_);
    }
    return *this;
}

process::~process() {
    if (impl_) impl_->abandon();
}

asio::awaitable<std::optional<chunk>> process::read() {
    return public_op(impl_, impl_->read());
}

asio::awaitable<void> process::write(std::string bytes) {
    return public_op(impl_, impl_->write(std::move(bytes)));
}

asio::awaitable<void> process::close_stdin() {
    return public_op(impl_, impl_->close_stdin());
}

asio::awaitable<void> process::resize(unsigned rows, unsigned columns) {
    return public_op(impl_, impl_->resize(rows, columns));
}

asio::awaitable<void> process::signal(int number) {
    return public_op(impl_, impl_->signal(number));
}

asio::awaitable<exec_result> process::wait() {
    return public_op(impl_, impl_->wait());
}

const std::string& process::request_id() const noexcept {
    return impl_->request_id();
}

}  // namespace ecisbx
