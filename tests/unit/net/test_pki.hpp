// Certificates made at run time, so that no test depends on the date or on files.
#ifndef ECISBX_TESTS_UNIT_NET_TEST_PKI_HPP
#define ECISBX_TESTS_UNIT_NET_TEST_PKI_HPP

#include "net/tls.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct x509_st;
struct evp_pkey_st;

namespace ecisbx::test {

struct certificate {
    std::string pem, key_pem;
};

struct certificate_wish {
    std::vector<std::string> names = {"DNS:localhost"};  ///< in OpenSSL's subjectAltName syntax
    long valid_from = -3600;                             ///< seconds from now
    long valid_until = 3600;
    bool self_signed = false;
};

/// An authority whose certificate lies in a temporary file for as long as it lives.
class test_ca {
public:
    test_ca();
    ~test_ca();
    test_ca(const test_ca&) = delete;
    test_ca& operator=(const test_ca&) = delete;

    certificate issue(const certificate_wish& wish) const;
    std::string file() const { return file_.string(); }

    /// A client that trusts this authority, and a server with a certificate of it.
    std::shared_ptr<net::tls_client_context> client() const;
    std::shared_ptr<net::tls_server_context> server(const certificate_wish& wish) const;

private:
    std::shared_ptr<evp_pkey_st> key_;
    std::shared_ptr<x509_st> certificate_;
    std::filesystem::path file_;
};

}  // namespace ecisbx::test

#endif
