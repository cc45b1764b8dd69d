#include "net/tls_certificate.hpp"

#include <boost/asio/ip/address.hpp>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <memory>
#include <string_view>

namespace ecisbx::net {
namespace {

constexpr std::size_t max_text = 200;

// The text comes from a peer that is not trusted yet: it must not reach a terminal as it is.
std::string printable(std::string_view text) {
    std::string safe;
    for (char c : text.substr(0, max_text)) safe += c >= 0x20 && c < 0x7f ? c : '?';
    return safe;
}

std::string text_of(const ASN1_STRING* text) {
    const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    return printable({data, static_cast<std::size_t>(ASN1_STRING_length(text))});
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
    namespace ip = boost::asio::ip;
    const unsigned char* data = ASN1_STRING_get0_data(bytes);
    if (ASN1_STRING_length(bytes) == 4) {
        ip::address_v4::bytes_type v4;
        std::memcpy(v4.data(), data, v4.size());
        return ip::address_v4(v4).to_string();
    }
    if (ASN1_STRING_length(bytes) == 16) {
        ip::address_v6::bytes_type v6;
        std::memcpy(v6.data(), data, v6.size());
        return ip::address_v6(v6).to_string();
    }
    return "?";
}

std::string names_of(X509* cert) {
    struct free_names {
        void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    };
    std::unique_ptr<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
    std::string list;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && list.size() < max_text; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        std::string text;
        if (name->type == GEN_DNS) text = text_of(name->d.dNSName);
        if (name->type == GEN_IPADD) text = address_text(name->d.iPAddress);
        if (!text.empty()) list += (list.empty() ? "" : ", ") + text;
    }
    return list.empty() ? "no name" : list;
}

std::string subject_of(X509* cert) {
    char text[max_text] = {};
    X509_NAME_oneline(X509_get_subject_name(cert), text, sizeof text);
    return printable(text);
}

}  // namespace

std::string describe_refusal(x509_store_ctx_st* chain, const std::string& host) {
    int reason = X509_STORE_CTX_get_error(chain);
    X509* cert = X509_STORE_CTX_get_current_cert(chain);
    std::string text = X509_verify_cert_error_string(reason);
    if (cert == nullptr) return text;
    if (reason == X509_V_ERR_HOSTNAME_MISMATCH || reason == X509_V_ERR_IP_ADDRESS_MISMATCH)
        return text + ": expected " + host + ", the certificate is for " + names_of(cert);
    return text + ": " + subject_of(cert);
}

}  // namespace ecisbx::net
