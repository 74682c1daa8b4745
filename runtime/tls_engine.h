// TlsEngine: one end of a TLS connection without its socket: octets of the peer in, octets for the
// peer out, plain text on the other side. OpenSSL over memory.
//
// Promises: TLS 1.2 or 1.3, forward secrecy always; no renegotiation, no compression, no tickets of
// ours. A step that wants input can be taken again after feed(), with nothing lost in between.
// The caller owes: what output() gives goes to the peer in that order, after every step, also after
// one that failed (it may be the alert that tells the peer why). One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/dane.h"
#include "runtime/failure.h"
#include "runtime/tls_facts.h"

struct ssl_ctx_st;
struct ssl_st;

namespace waybill::runtime {

// PEM files: a certificate with what leads to its root, and its key, which is not encrypted.
struct CertificateFiles {
  std::string chain;
  std::string key;
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

// What an end is made of, read from files once and shared by its connections. Any thread.
class TlsContext {
 public:
  // Errc::invalid; the words name the file and the cause.
  static Explained<TlsContext> server(const std::string& chain_file, const std::string& key_file);
  // Several names: a client that asks for one (RFC 6066 3) is shown the first certificate that is
  // of it, and every other one the first of all. At least one.
  static Explained<TlsContext> server(const std::vector<CertificateFiles>& certificates);
  // `ca_file`: PEM, whom to trust instead of those whom the system trusts; empty: the system's.
  static Explained<TlsContext> client(const std::string& ca_file);
  // The same for a client that shows a certificate to a server that asks for one (RFC 8446 4.4.2).
  static Explained<TlsContext> client(const std::string& ca_file, const CertificateFiles& shown);
  // Goes on with whomever it finds (RFC 7435); TlsFacts say whether he is trusted.
  static Explained<TlsContext> client_of_anybody(const std::string& ca_file);
  // Trusts nobody but whom DNS names of each server.
  static TlsContext client_by_dane();

  ssl_ctx_st* get() const { return context_.get(); }

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
  std::shared_ptr<ssl_ctx_st> context_;
};

class TlsEngine {
 public:
  enum class Step {
    done,
    wants_input,
    ended,      // the peer said that it sends no more
    untrusted,  // the peer's certificate is not trusted, or is not that of the host asked for
    refused,    // the peer sent an alert
    failed,     // what came is not TLS, or not as we speak it
  };

  // As server.
  explicit TlsEngine(const TlsContext& context);
  // As client of `host`, a name or an IP address, which the peer's certificate must bear.
  TlsEngine(const TlsContext& context, const std::string& host);
  // As client of the host that `dane` is of, by a context for it. Without a usable record
  // nobody is trusted.
  TlsEngine(const TlsContext& context, const Dane& dane);
  ~TlsEngine();
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;

  Step handshake();
  // After the handshake. done: `count` octets, one at least, stand at the begin of `into`.
  Step read(std::span<char> into, std::size_t& count);
  // After the handshake. done: all of `bytes` is in output().
  Step write(std::string_view bytes);

  // After the handshake, where nothing has failed: close_notify is in output(), and nothing is
  // written behind it.
  void close();

  void feed(std::string_view octets);
  bool has_output() const;
  std::string output();

  // Whether anything was fed that no read has given.
  bool holds_input() const;

  // After the handshake.
  TlsFacts facts() const;

  // Why the last step was untrusted, refused or failed: for a log.
  std::string why() const { return why_; }
  // Where it was untrusted, and none otherwise.
  TlsFault fault() const { return fault_; }

 private:
  Step judge(int result);

  // A reload may let go of it while the handshake still chooses a certificate in it.
  const TlsContext context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  std::string why_;
  TlsFault fault_ = TlsFault::none;
  std::string base_;  // the TLSA base domain
};

}  // namespace waybill::runtime
