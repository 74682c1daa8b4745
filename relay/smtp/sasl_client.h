// SaslClient: the client's side of one log-in (RFC 4954), sans I/O: the command and the answers to
// the server's challenges.
//
// Promises: what a server says decides when a line goes out and never what is in it, so that no
// server learns more than the mechanism gives. Each line with the secret goes out once at most. A
// dialogue that does not end is cancelled. No line is longer than kMaxAuthLine with its CRLF.
// Owner's thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::smtp {

// The strongest first. No mechanism here hides the secret from the server, and TLS hides it from
// everybody else; a token is worth less to a thief than a password, for it ends.
enum class Mechanism {
  oauthbearer,  // RFC 7628
  xoauth2,      // as Google and Microsoft have it
  plain,        // RFC 4616
  login,        // draft-murchison-sasl-login
};

// By their names at IANA, in the order of the enumeration.
inline constexpr std::array<std::string_view, 4> kMechanisms = {"OAUTHBEARER", "XOAUTH2", "PLAIN",
                                                                "LOGIN"};

constexpr std::string_view word_of(Mechanism mechanism) {
  return kMechanisms[static_cast<std::size_t>(mechanism)];
}
std::optional<Mechanism> mechanism_of(std::string_view word);  // in any case of letters

// Whether the secret of this mechanism is a token (RFC 6750) rather than a password.
constexpr bool takes_token(Mechanism mechanism) { return mechanism <= Mechanism::xoauth2; }

// Octets of a line with its CRLF (RFC 4954 4: 12288 in base64).
inline constexpr std::size_t kMaxAuthLine = 12288 + 2;
// Of names and secrets, so that what is made of them fits that line.
inline constexpr std::size_t kMaxAuthUser = 320;
inline constexpr std::size_t kMaxAuthSecret = 7680;

struct Credentials {
  std::string user;
  std::string secret;
};

class SaslClient {
 public:
  // `host`, `port`: the server, as OAUTHBEARER names it. The credentials have no control octet and
  // are within the limits above.
  SaslClient(Mechanism mechanism, const Credentials& credentials, std::string_view host,
             std::uint16_t port);

  // The AUTH command, with the first answer where the line stays within RFC 5321's 512 octets.
  std::string begin();
  // The answer to a 334 with this text. "*" cancels (RFC 4954 4); the server owes 501 then.
  std::string answer(std::string_view challenge);
  bool cancelled() const { return cancelled_; }

  // What no text that a server sends may be kept with: the secret and each line that it is in.
  const std::vector<std::string>& secrets() const { return secrets_; }

 private:
  void add(std::string_view octets);
  std::string cancel();

  Mechanism mechanism_;
  std::deque<std::string> answers_;  // in base64, still to be given
  std::vector<std::string> secrets_;
  bool cancelled_ = false;
};

// Whether a text has a secret, or a piece of one of eight octets or more, in any case of letters;
// true too of a text beyond 4 KiB, which nobody looks through.
bool quotes(std::string_view text, const std::vector<std::string>& secrets);

}  // namespace waybill::relay::smtp
