#include "server/x509.hpp"

#include "core/random.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <memory>

namespace ecisbx::server {
namespace {

namespace ip = boost::asio::ip;

struct free_openssl {
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(BIGNUM* p) const { BN_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
    void operator()(GENERAL_NAMES* p) const { GENERAL_NAMES_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, free_openssl>;

void require(bool good, const char* what) {
    if (good) return;
    ERR_clear_error();
    throw error(errc::tls, std::string("making a certificate: ") + what + " failed");
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

owned<X509> read_certificate(const std::string& pem) {
    owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    owned<X509> cert(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    return cert;
}

owned<EVP_PKEY> read_key(const std::string& pem) {
    owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // An empty pass phrase, so that an encrypted key is refused instead of asked for.
    char none[] = "";
    owned<EVP_PKEY> key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, none) : nullptr);
    ERR_clear_error();
    return key;
}

key_pair to_pem(X509* cert, EVP_PKEY* key) {
    owned<BIO> cert_bio(BIO_new(BIO_s_mem()));
    owned<BIO> key_bio(BIO_new(BIO_s_secmem()));
    require(cert_bio && key_bio, "memory");
    require(PEM_write_bio_X509(cert_bio.get(), cert) == 1, "PEM");
    require(
        PEM_write_bio_PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "PEM");
    return {text_of(cert_bio.get()), text_of(key_bio.get())};
}

void add_extension(X509* cert, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
    owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    require(extension && X509_add_ext(cert, extension.get(), -1) == 1, value.c_str());
}

void set_serial(X509* cert) {
    auto bytes = core::random_bytes(16);
    bytes[0] = static_cast<char>(bytes[0] & 0x7f);  // positive
    owned<BIGNUM> number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()), nullptr));
    require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert)), "serial");
}

owned<X509> make_blank(EVP_PKEY* key, const std::string& common_name, cert_time from,
                       cert_time until) {
    owned<X509> cert(X509_new());
    require(cert && X509_set_version(cert.get(), X509_VERSION_3) == 1, "memory");
    set_serial(cert.get());
    require(ASN1_TIME_set(X509_getm_notBefore(cert.get()),
                          std::time_t{from.time_since_epoch().count()}) &&
                ASN1_TIME_set(X509_getm_notAfter(cert.get()),
                              std::time_t{until.time_since_epoch().count()}),
            "time");
    auto* name = X509_get_subject_name(cert.get());
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                       -1, -1, 0) == 1,
            "name");
    require(X509_set_pubkey(cert.get(), key) == 1, "key");
    return cert;
}

owned<EVP_PKEY> make_key() {
    owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    require(key != nullptr, "key");
    return key;
}

std::string canonical_name(const std::string& name, bool& is_address) {
    boost::system::error_code ec;
    auto address = ip::make_address(name, ec);
    is_address = !ec;
    return ec ? name : address.to_string();
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        bool address = false;
        auto text = canonical_name(name, address);
        list += (list.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + text;
    }
    return list;
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
    const auto* data = ASN1_STRING_get0_data(bytes);
    auto size = static_cast<std::size_t>(ASN1_STRING_length(bytes));
    if (size == 4) {
        ip::address_v4::bytes_type v4;
        std::memcpy(v4.data(), data, size);
        return ip::make_address_v4(v4).to_string();
    }
    if (size != 16) return {};
    ip::address_v6::bytes_type v6;
    std::memcpy(v6.data(), data, size);
    return ip::make_address_v6(v6).to_string();
}

}  // namespace

key_pair make_ca(cert_time from, cert_time until) {
    auto key = make_key();
    auto cert = make_blank(key.get(), "ecisbx local CA " + core::random_hex(4), from, until);
    X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
    add_extension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(cert.get(), cert.get(), NID_subject_key_identifier, "hash");
    require(X509_sign(cert.get(), key.get(), EVP_sha256()) > 0, "signature");
    return to_pem(cert.get(), key.get());
}

key_pair make_leaf(const key_pair& ca, const std::vector<std::string>& names, cert_time from,
                   cert_time until) {
    auto ca_cert = read_certificate(ca.certificate);
    auto ca_key = read_key(ca.key);
    require(ca_cert && ca_key, "reading the CA");
    auto key = make_key();
    auto cert = make_blank(key.get(), "ecisbx local server", from, until);
    require(X509_set_issuer_name(cert.get(), X509_get_subject_name(ca_cert.get())) == 1, "name");
    add_extension(cert.get(), ca_cert.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(cert.get(), ca_cert.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(cert.get(), ca_cert.get(), NID_ext_key_usage, "serverAuth");
    add_extension(cert.get(), ca_cert.get(), NID_subject_key_identifier, "hash");
    add_extension(cert.get(), ca_cert.get(), NID_authority_key_identifier, "keyid:always");
    add_extension(cert.get(), ca_cert.get(), NID_subject_alt_name, alternative_names(names));
    require(X509_sign(cert.get(), ca_key.get(), EVP_sha256()) > 0, "signature");
    return to_pem(cert.get(), key.get());
}

bool is_pair(const key_pair& pair) {
    auto cert = read_certificate(pair.certificate);
    auto key = read_key(pair.key);
    bool good = cert && key && X509_check_private_key(cert.get(), key.get()) == 1;
    ERR_clear_error();
    return good;
}

bool is_signed_by(const key_pair& leaf, const key_pair& ca) {
    auto cert = read_certificate(leaf.certificate);
    auto issuer = read_certificate(ca.certificate);
    bool good = cert && issuer && X509_verify(cert.get(), X509_get0_pubkey(issuer.get())) == 1;
    ERR_clear_error();
    return good;
}

cert_time expiry_of(const std::string& certificate) {
    auto cert = read_certificate(certificate);
    std::tm parts{};
    if (!cert || ASN1_TIME_to_tm(X509_get0_notAfter(cert.get()), &parts) != 1) return {};
    return cert_time(std::chrono::seconds(timegm(&parts)));
}

std::vector<std::string> names_of(const std::string& certificate) {
    std::vector<std::string> names;
    auto cert = read_certificate(certificate);
    if (!cert) return names;
    owned<GENERAL_NAMES> list(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(cert.get(), NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        const auto* name = sk_GENERAL_NAME_value(list.get(), i);
        if (name->type == GEN_DNS)
            names.emplace_back(
                reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        if (name->type == GEN_IPADD) names.push_back(address_text(name->d.iPAddress));
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace ecisbx::server
