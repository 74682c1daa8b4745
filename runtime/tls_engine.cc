#include "runtime/tls_engine.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <limits>

#include "runtime/check.h"

namespace waybill::runtime {
namespace {

// Ephemeral keys and authenticated encryption alone; those of TLS 1.3 are all of that kind.
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// The usage DANE-EE (RFC 7218 2.1).
constexpr std::uint8_t kDaneEe = 3;

// The first of the errors that this thread's last call left is the cause, those after it the way
// up; all are taken, so that none is found by the next call.
std::string take_cause(const std::string& otherwise) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* const words = ERR_reason_error_string(code);
  return words == nullptr ? otherwise : words;
}

bool is_alert() {
  const unsigned long code = ERR_peek_error();
  return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET;
}

Failure invalid(const std::string& file, const std::string& what) {
  return {Errc::invalid, file + ": " + what + ": " + take_cause("nothing of that kind in it")};
}

TlsFault fault_of(long verdict) {
  switch (verdict) {
    case X509_V_OK: return TlsFault::none;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return TlsFault::wrong_host;
    case X509_V_ERR_CERT_HAS_EXPIRED: return TlsFault::expired;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_CERT_REVOKED:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_DANE_NO_MATCH: return TlsFault::not_trusted;
    default: return TlsFault::other;
  }
}

// A service has nobody to ask: OpenSSL would stop it at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

std::shared_ptr<SSL_CTX> fresh(const SSL_METHOD* method) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  check(context != nullptr, "there is TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  check(SSL_CTX_set_cipher_list(context.get(), kTls12Ciphers) == 1, "the ciphers are there");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Connections are kept and not resumed: a key of tickets would undo forward secrecy.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  // Most connections are idle most of the time; 32 KiB each are given back meanwhile.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  return context;
}

bool is_address(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

using Ssl = std::unique_ptr<ssl_st, void (*)(ssl_st*)>;

Ssl over_memory(const TlsContext& context) {
  Ssl ssl(SSL_new(context.get()), SSL_free);
  check(ssl != nullptr, "there is memory for TLS");
  BIO* const input = BIO_new(BIO_s_mem());
  BIO* const output = BIO_new(BIO_s_mem());
  check(input != nullptr && output != nullptr, "there is memory for TLS");
  SSL_set_bio(ssl.get(), input, output);
  return ssl;
}

int as_int(std::size_t size) {
  check(size <= std::numeric_limits<int>::max(), "a step of TLS is no larger than an int");
  return static_cast<int>(size);
}

}  // namespace

Explained<TlsContext> TlsContext::server(const std::string& chain_file,
                                         const std::string& key_file) {
  return server({{chain_file, key_file}});
}

namespace {

// Contexts of a server's other names; they live as long as the first one, which clients begin with.
using OtherNames = std::vector<std::shared_ptr<SSL_CTX>>;

bool is_of(const SSL_CTX* context, const char* name) {
  X509* const certificate = SSL_CTX_get0_certificate(context);
  return X509_check_host(certificate, name, 0, 0, nullptr) == 1;
}

// RFC 6066 3: a name that is nobody's is answered by the first certificate, as most servers do; the
// client judges it.
int choose_certificate(SSL* ssl, int* /*alert*/, void* others) {
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr || is_of(SSL_get_SSL_CTX(ssl), name)) return SSL_TLSEXT_ERR_OK;
  for (const auto& other : *static_cast<const OtherNames*>(others)) {
    if (!is_of(other.get(), name)) continue;
    SSL_set_SSL_CTX(ssl, other.get());
    break;
  }
  return SSL_TLSEXT_ERR_OK;
}

Explained<void> show(SSL_CTX* context, const CertificateFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.chain.c_str()) != 1) {
    return invalid(files.chain, "no certificate chain in PEM");
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return invalid(files.key, "no unencrypted private key in PEM for " + files.chain);
  }
  return {};
}

Explained<std::shared_ptr<SSL_CTX>> server_context(const CertificateFiles& files) {
  auto context = fresh(TLS_server_method());
  if (auto shown = show(context.get(), files); !shown) return shown.error();
  return context;
}

Explained<std::shared_ptr<SSL_CTX>> client_context(const std::string& ca_file) {
  auto context = fresh(TLS_client_method());
  if (ca_file.empty()) {
    const bool found = SSL_CTX_set_default_verify_paths(context.get()) == 1;
    if (!found) return invalid("the system's trusted certificates", "not found");
  } else if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
    return invalid(ca_file, "no certificate in PEM");
  }
  return context;
}

}  // namespace

Explained<TlsContext> TlsContext::server(const std::vector<CertificateFiles>& certificates) {
  check(!certificates.empty(), "a TLS server has a certificate");
  auto first = server_context(certificates.front());
  if (!first) return first.error();
  auto others = std::make_shared<OtherNames>();
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    auto other = server_context(certificates[i]);
    if (!other) return other.error();
    others->push_back(std::move(*other));
  }
  SSL_CTX_set_tlsext_servername_callback(first->get(), choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first->get(), others.get());
  SSL_CTX* const context = first->get();
  // Both end together.
  auto both = std::make_shared<std::pair<std::shared_ptr<SSL_CTX>, std::shared_ptr<OtherNames>>>(
      std::move(*first), std::move(others));
  return TlsContext(std::shared_ptr<SSL_CTX>(std::move(both), context));
}

Explained<TlsContext> TlsContext::client(const std::string& ca_file) {
  auto context = client_context(ca_file);
  if (!context) return context.error();
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  return TlsContext(std::move(*context));
}

Explained<TlsContext> TlsContext::client(const std::string& ca_file,
                                         const CertificateFiles& shown) {
  auto trusting = client(ca_file);
  if (!trusting) return trusting;
  if (auto ready = show(trusting->get(), shown); !ready) return ready.error();
  return trusting;
}

Explained<TlsContext> TlsContext::client_of_anybody(const std::string& ca_file) {
  auto context = client_context(ca_file);
  if (!context) return context.error();
  // Verified all the same: the verdict is asked for by facts().
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_NONE, nullptr);
  return TlsContext(std::move(*context));
}

TlsContext TlsContext::client_by_dane() {
  auto context = fresh(TLS_client_method());
  check(SSL_CTX_dane_enable(context.get()) > 0, "there is DANE");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return TlsContext(std::move(context));
}

TlsEngine::TlsEngine(const TlsContext& context) : context_(context), ssl_(over_memory(context)) {
  SSL_set_accept_state(ssl_.get());
}

TlsEngine::TlsEngine(const TlsContext& context, const std::string& host)
    : context_(context), ssl_(over_memory(context)) {
  SSL_set_connect_state(ssl_.get());
  X509_VERIFY_PARAM* const param = SSL_get0_param(ssl_.get());
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // An empty name would be checked against nothing.
  check(!host.empty(), "a TLS client names its host");
  if (is_address(host)) {
    check(X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str()) == 1, "an address is taken");
  } else {
    check(SSL_set1_host(ssl_.get(), host.c_str()) == 1, "a name is taken");
    // RFC 6066 3: names only. One too long for a certificate is not told, and matches none.
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
  }
}

TlsEngine::TlsEngine(const TlsContext& context, const Dane& dane)
    : context_(context), ssl_(over_memory(context)), base_(dane.names.at(0)) {
  SSL_set_connect_state(ssl_.get());
  // It is the name that the server is told, too (RFC 7672 8.1).
  check(SSL_dane_enable(ssl_.get(), base_.c_str()) > 0, "a base domain is taken");
  // RFC 7672 3.1.1: its certificate is in DNS, so whatever else it says does not matter.
  SSL_dane_set_flags(ssl_.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Strangers wrote the names and the records. What is not taken is missing, and with none left no
  // certificate is trusted, for the context trusts no authority.
  for (const std::string& name : dane.names) {
    // OpenSSL would ask for the address beside the names.
    if (!is_address(name)) SSL_add1_host(ssl_.get(), name.c_str());
  }
  for (const Tlsa& record : dane.records) {
    if (!is_usable(record)) continue;
    const auto* const data = reinterpret_cast<const unsigned char*>(record.data.data());
    SSL_dane_tlsa_add(ssl_.get(), record.usage, record.selector, record.matching, data,
                      record.data.size());
  }
  ERR_clear_error();
}

TlsEngine::~TlsEngine() = default;

TlsEngine::Step TlsEngine::judge(int result) {
  if (result > 0) return Step::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Step::wants_input;
    case SSL_ERROR_ZERO_RETURN: return Step::ended;
    default: break;
  }
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK && SSL_get_verify_mode(ssl_.get()) == SSL_VERIFY_PEER) {
    ERR_clear_error();
    why_ = X509_verify_cert_error_string(verdict);
    fault_ = fault_of(verdict);
    return Step::untrusted;
  }
  const bool alert = is_alert();
  why_ = take_cause("the stream broke");
  return alert ? Step::refused : Step::failed;
}

TlsEngine::Step TlsEngine::handshake() {
  ERR_clear_error();
  return judge(SSL_do_handshake(ssl_.get()));
}

TlsEngine::Step TlsEngine::read(std::span<char> into, std::size_t& count) {
  ERR_clear_error();
  const int result = SSL_read(ssl_.get(), into.data(), as_int(into.size()));
  if (result > 0) count = static_cast<std::size_t>(result);
  return judge(result);
}

TlsEngine::Step TlsEngine::write(std::string_view bytes) {
  // OpenSSL takes no empty write.
  if (bytes.empty()) return Step::done;
  ERR_clear_error();
  return judge(SSL_write(ssl_.get(), bytes.data(), as_int(bytes.size())));
}

void TlsEngine::close() {
  ERR_clear_error();
  // Nobody waits for the peer's own (RFC 8446 6.1).
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsEngine::feed(std::string_view octets) {
  const int size = as_int(octets.size());
  check(BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), size) == size, "memory takes octets");
}

bool TlsEngine::has_output() const { return BIO_pending(SSL_get_wbio(ssl_.get())) > 0; }

std::string TlsEngine::output() {
  BIO* const bio = SSL_get_wbio(ssl_.get());
  std::string out(static_cast<std::size_t>(BIO_pending(bio)), '\0');
  if (!out.empty()) {
    const int size = as_int(out.size());
    check(BIO_read(bio, out.data(), size) == size, "memory gives what it holds");
  }
  return out;
}

TlsFacts TlsEngine::facts() const {
  TlsFacts out;
  out.version = SSL_get_version(ssl_.get());
  const char* const cipher = SSL_CIPHER_standard_name(SSL_get_current_cipher(ssl_.get()));
  if (cipher != nullptr) out.cipher = cipher;
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) {
    out.fault = fault_of(verdict);
    out.fault_words = X509_verify_cert_error_string(verdict);
    return out;
  }
  std::uint8_t usage = 0;
  const bool by_dane =
      SSL_get0_dane_tlsa(ssl_.get(), &usage, nullptr, nullptr, nullptr, nullptr) >= 0;
  const bool by_end_entity = by_dane && usage == kDaneEe;
  const char* const name = by_end_entity ? base_.c_str() : SSL_get0_peername(ssl_.get());
  if (name == nullptr) return out;
  out.verified_name = name;
  out.verified_by = by_end_entity ? "dane-ee" : by_dane ? "dane-ta" : "pkix";
  return out;
}

bool TlsEngine::holds_input() const {
  // A record whose head was read and whose body has not come is in neither of the two.
  const bool in_a_record = std::string_view(SSL_rstate_string(ssl_.get())) == "RB";
  return in_a_record || SSL_has_pending(ssl_.get()) == 1 ||
         BIO_pending(SSL_get_rbio(ssl_.get())) > 0;
}

}  // namespace waybill::runtime
