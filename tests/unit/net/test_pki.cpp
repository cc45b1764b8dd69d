#include "unit/net/test_pki.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace ecisbx::test {
namespace {

void require(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("test certificate: ") + what);
}

std::shared_ptr<EVP_PKEY> new_key() {
    std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    require(key != nullptr, "key");
    return key;
}

void set_name(X509* cert, const char* common_name) {
    X509_NAME* name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
}

void add_extension(X509* cert, int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    require(extension != nullptr, value.c_str());
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> new_certificate(EVP_PKEY* key, const char* common_name, long from,
                                      long until) {
    std::shared_ptr<X509> cert(X509_new(), X509_free);
    long serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 4);
    X509_set_version(cert.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), from);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), until);
    X509_set_pubkey(cert.get(), key);
    set_name(cert.get(), common_name);
    return cert;
}

template <class Write>
std::string pem_of(Write write) {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    require(write(out.get()) == 1, "PEM");
    char* data = nullptr;
    long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ",") + name;
    return list;
}

}  // namespace

test_ca::test_ca() : key_(new_key()) {
    unsigned long tag = 0;  // authorities are told apart by their names
    RAND_bytes(reinterpret_cast<unsigned char*>(&tag), sizeof tag);
    std::string name = "ecisbx test CA " + std::to_string(tag);
    certificate_ = new_certificate(key_.get(), name.c_str(), -7200, 7200);
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
    add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "signature");
    file_ = std::filesystem::temp_directory_path() /
            ("ecisbx-test-ca-" + std::to_string(::getpid()) + '-' + std::to_string(tag));
    std::ofstream(file_) << pem_of(
        [&](BIO* out) { return PEM_write_bio_X509(out, certificate_.get()); });
}

test_ca::~test_ca() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

certificate test_ca::issue(const certificate_wish& wish) const {
    auto key = new_key();
    auto cert = new_certificate(key.get(), "ecisbx test", wish.valid_from, wish.valid_until);
    add_extension(cert.get(), NID_subject_alt_name, joined(wish.names));
    add_extension(cert.get(), NID_ext_key_usage, "serverAuth");
    X509_set_issuer_name(cert.get(),
                         X509_get_subject_name(wish.self_signed ? cert.get() : certificate_.get()));
    EVP_PKEY* signer = wish.self_signed ? key.get() : key_.get();
    require(X509_sign(cert.get(), signer, EVP_sha256()) > 0, "signature");
    certificate issued;
    issued.pem = pem_of([&](BIO* out) { return PEM_write_bio_X509(out, cert.get()); });
    issued.key_pem = pem_of([&](BIO* out) {
        return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return issued;
}

std::shared_ptr<net::tls_client_context> test_ca::client() const {
    return net::tls_client_context::make(file());
}

std::shared_ptr<net::tls_server_context> test_ca::server(const certificate_wish& wish) const {
    certificate issued = issue(wish);
    return net::tls_server_context::make(issued.pem, issued.key_pem);
}

}  // namespace ecisbx::test
