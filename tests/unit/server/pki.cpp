#include "server/pki.hpp"

#include "core/time.hpp"
#include "net/tls.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace ecisbx::server;
using namespace std::chrono_literals;
using ecisbx::errc;
namespace fs = std::filesystem;

namespace {

class folder {
public:
    folder() {
        std::string name = (fs::temp_directory_path() / "ecisbx-pki-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~folder() { fs::remove_all(path); }
    std::string path;
    std::string state() const { return path + "/state"; }
};

unsigned mode_of(const std::string& path) {
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

const std::vector<std::string> names = certificate_names("127.0.0.1");

}  // namespace

TEST_CASE("pki: names of the certificate") {
    CHECK(names == std::vector<std::string>{"127.0.0.1", "::1", "localhost"});
    CHECK(certificate_names("10.1.2.3") ==
          std::vector<std::string>{"10.1.2.3", "127.0.0.1", "::1", "localhost"});
    CHECK(certificate_names("0:0::1") == names);
}

TEST_CASE("pki: a new state folder") {
    folder dir;
    auto now = ecisbx::core::utc_now();
    auto made = load_or_make_identity(dir.state(), names, now);
    CHECK(mode_of(dir.state()) == 0700);
    CHECK(mode_of(dir.state() + "/ca.key") == 0600);
    CHECK(mode_of(dir.state() + "/server.key") == 0600);
    CHECK(made.ca_file == dir.state() + "/ca.pem");
    CHECK(names_of(made.leaf.certificate) == names);
    CHECK(is_pair(made.leaf));
    CHECK(expiry_of(made.leaf.certificate) > now + std::chrono::days(300));
    key_pair ca;
    ca.certificate = made.ca_certificate;
    CHECK(is_signed_by(made.leaf, ca));
    CHECK(ecisbx::net::tls_server_context::make(made.leaf.certificate, made.leaf.key));
    CHECK(ecisbx::net::tls_client_context::make(made.ca_file));
}

TEST_CASE("pki: folders above the state folder are made as well") {
    folder dir;
    load_or_make_identity(dir.path + "/a/b/c", names, ecisbx::core::utc_now());
    CHECK(mode_of(dir.path + "/a") == 0700);
    CHECK(mode_of(dir.path + "/a/b/c") == 0700);
    make_private_dir(dir.path + "/x//y/");
    CHECK(fs::is_directory(dir.path + "/x/y"));
}

TEST_CASE("pki: the next start uses the same, and closes a key that was left open") {
    folder dir;
    auto now = ecisbx::core::utc_now();
    auto first = load_or_make_identity(dir.state(), names, now);
    ::chmod((dir.state() + "/ca.key").c_str(), 0644);
    auto second = load_or_make_identity(dir.state(), names, now + 10min);
    CHECK(first.ca_certificate == second.ca_certificate);
    CHECK(first.leaf.certificate == second.leaf.certificate);
    CHECK(mode_of(dir.state() + "/ca.key") == 0600);
}

TEST_CASE("pki: the certificate is renewed, the CA stays") {
    folder dir;
    auto now = ecisbx::core::utc_now();
    auto first = load_or_make_identity(dir.state(), names, now);
    auto expiry = expiry_of(first.leaf.certificate);

    auto kept = load_or_make_identity(dir.state(), names, expiry - std::chrono::days(31));
    CHECK(kept.leaf.certificate == first.leaf.certificate);
    auto later = load_or_make_identity(dir.state(), names, expiry - std::chrono::days(29));
    CHECK(later.leaf.certificate != first.leaf.certificate);
    CHECK(later.ca_certificate == first.ca_certificate);

    auto more = certificate_names("10.1.2.3");
    auto renamed = load_or_make_identity(dir.state(), more, now);
    CHECK(names_of(renamed.leaf.certificate) == more);
    CHECK(renamed.ca_certificate == first.ca_certificate);
}

TEST_CASE("pki: a leaf of another CA or without its key is made anew") {
    folder dir;
    auto now = ecisbx::core::utc_now();
    auto first = load_or_make_identity(dir.state(), names, now);
    folder other;
    auto foreign = load_or_make_identity(other.state(), names, now);
    write_private_file(dir.state() + "/server.pem", foreign.leaf.certificate, 0644);
    write_private_file(dir.state() + "/server.key", foreign.leaf.key, 0600);
    auto again = load_or_make_identity(dir.state(), names, now);
    CHECK(again.leaf.certificate != foreign.leaf.certificate);
    CHECK(again.ca_certificate == first.ca_certificate);
    fs::remove(dir.state() + "/server.key");
    CHECK(load_or_make_identity(dir.state(), names, now).leaf.certificate !=
          again.leaf.certificate);
}

TEST_CASE("pki: a damaged CA is reported, never replaced") {
    folder dir;
    auto now = ecisbx::core::utc_now();
    load_or_make_identity(dir.state(), names, now);
    for (std::string file : {"/ca.pem", "/ca.key"}) {
        auto path = dir.state() + file;
        std::ifstream in(path);
        std::string good{std::istreambuf_iterator<char>(in), {}};
        write_private_file(path, "garbage", 0600);
        std::string message;
        try {
            load_or_make_identity(dir.state(), names, now);
        } catch (const ecisbx::error& e) {
            CHECK(e.code() == errc::invalid_argument);
            message = e.what();
        }
        CHECK(message.find("ca.pem") != std::string::npos);
        write_private_file(path, good, 0600);
    }
    CHECK_NOTHROW(load_or_make_identity(dir.state(), names, now));
}

TEST_CASE("pki: a state folder that can not be") {
    folder dir;
    std::ofstream(dir.path + "/file") << "x";
    CHECK_THROWS_AS(load_or_make_identity(dir.path + "/file", names, ecisbx::core::utc_now()),
                    ecisbx::error);
    CHECK_THROWS_AS(load_or_make_identity(dir.path + "/file/below", names, ecisbx::core::utc_now()),
                    ecisbx::error);
}

TEST_CASE("pki: without a folder nothing is kept") {
    auto now = ecisbx::core::utc_now();
    auto a = load_or_make_identity("", names, now);
    auto b = load_or_make_identity("", names, now);
    CHECK(a.ca_file.empty());
    CHECK(a.ca_certificate != b.ca_certificate);
}
