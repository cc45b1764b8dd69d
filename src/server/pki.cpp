#include "server/pki.hpp"

#include "core/unique_fd.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace ecisbx::server {
namespace {

using std::chrono::days;

constexpr days ca_life{3650};
constexpr days leaf_life{365};
constexpr days renew_before{30};
constexpr days backdated{1};  // clocks differ

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw error(errc::invalid_argument, "state file '" + path + "': " + why);
}

[[noreturn]] void refuse_errno(const std::string& path) {
    refuse(path, std::strerror(errno));
}

std::optional<std::string> read_file(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return std::nullopt;
        refuse_errno(path);
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) refuse_errno(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::optional<key_pair> read_pair(const std::string& stem) {
    auto certificate = read_file(stem + ".pem");
    auto key = read_file(stem + ".key");
    if (!certificate && !key) return std::nullopt;
    key_pair pair;
    pair.certificate = certificate.value_or("");
    pair.key = key.value_or("");
    return pair;
}

void write_pair(const std::string& stem, const key_pair& pair) {
    write_private_file(stem + ".key", pair.key, 0600);
    write_private_file(stem + ".pem", pair.certificate, 0644);
}

key_pair fresh_ca(cert_time now) {
    return make_ca(now - backdated, now + ca_life);
}

key_pair fresh_leaf(const key_pair& ca, const std::vector<std::string>& names, cert_time now) {
    return make_leaf(ca, names, now - backdated, now + leaf_life);
}

key_pair keep_or_make_ca(const std::string& stem, cert_time now) {
    auto kept = read_pair(stem);
    if (kept && !is_pair(*kept))
        refuse(stem + ".pem",
               "it and its key do not belong together or can not be read; remove "
               "both to have a new CA made, which clients must then be given");
    if (kept && expiry_of(kept->certificate) > now + leaf_life) {
        if (::chmod((stem + ".key").c_str(), 0600) != 0) refuse_errno(stem + ".key");
        return std::move(*kept);
    }
    auto made = fresh_ca(now);
    write_pair(stem, made);
    return made;
}

key_pair keep_or_make_leaf(const std::string& stem, const key_pair& ca,
                           const std::vector<std::string>& names, cert_time now) {
    auto kept = read_pair(stem);
    if (kept && is_pair(*kept) && is_signed_by(*kept, ca) && names_of(kept->certificate) == names &&
        expiry_of(kept->certificate) > now + renew_before) {
        if (::chmod((stem + ".key").c_str(), 0600) != 0) refuse_errno(stem + ".key");
        return std::move(*kept);
    }
    auto made = fresh_leaf(ca, names, now);
    write_pair(stem, made);
    return made;
}

}  // namespace

std::vector<std::string> certificate_names(const std::string& listen_address) {
    boost::system::error_code ec;
    auto address = boost::asio::ip::make_address(listen_address, ec);
    std::vector<std::string> names = {"localhost", "127.0.0.1", "::1",
                                      ec ? listen_address : address.to_string()};
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void make_private_dir(const std::string& path) {
    for (std::size_t at = 0; at != std::string::npos;) {
        at = path.find('/', at + 1);
        auto part = path.substr(0, at);
        if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) refuse_errno(part);
    }
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) refuse_errno(path);
    if (!S_ISDIR(info.st_mode)) refuse(path, "it is not a folder");
}

void write_private_file(const std::string& path, std::string_view content, unsigned mode) {
    auto temporary = path + ".new";
    ::unlink(temporary.c_str());
    core::unique_fd file(::open(temporary.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                                static_cast<mode_t>(mode)));
    if (file.get() < 0) refuse_errno(temporary);
    while (!content.empty()) {
        auto written = ::write(file.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) refuse_errno(temporary);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0) refuse_errno(temporary);
    if (::rename(temporary.c_str(), path.c_str()) != 0) refuse_errno(path);
}

tls_identity load_or_make_identity(const std::string& state_dir,
                                   const std::vector<std::string>& names, cert_time now) {
    tls_identity identity;
    if (state_dir.empty()) {
        auto ca = fresh_ca(now);
        identity.leaf = fresh_leaf(ca, names, now);
        identity.ca_certificate = ca.certificate;
        return identity;
    }
    make_private_dir(state_dir);
    // Two servers that start at once must not make a CA each.
    auto lock_path = state_dir + "/lock";
    core::unique_fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX) != 0) refuse_errno(lock_path);
    auto ca = keep_or_make_ca(state_dir + "/ca", now);
    identity.leaf = keep_or_make_leaf(state_dir + "/server", ca, names, now);
    identity.ca_certificate = ca.certificate;
    identity.ca_file = state_dir + "/ca.pem";
    return identity;
}

}  // namespace ecisbx::server
