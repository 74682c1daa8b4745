#include "relay/smtp/sasl_client.h"

#include <algorithm>

#include "runtime/ascii.h"
#include "runtime/base64.h"
#include "runtime/check.h"

namespace waybill::relay::smtp {
namespace {

// RFC 4954 4: the AUTH command stays within RFC 5321 4.5.3.1.4, CRLF included.
constexpr std::size_t kMaxCommandSent = 512;

// A server that repeats so much of a secret repeats it on purpose, or whole lines of ours.
constexpr std::size_t kPiece = 8;

// Octets of a text that is looked through.
constexpr std::size_t kMaxSearched = 4096;

constexpr std::string_view kCancel = "*\r\n";

// RFC 7628 3.1, by RFC 5801 4: "," and "=" have a meaning of their own there.
std::string saslname(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ',') {
      out += "=2C";
    } else if (c == '=') {
      out += "=3D";
    } else {
      out += c;
    }
  }
  return out;
}

std::string plain(const Credentials& credentials) {
  std::string out(1, '\0');
  out += credentials.user;
  out += '\0';
  return out + credentials.secret;
}

std::string oauthbearer(const Credentials& credentials, std::string_view host, std::uint16_t port) {
  std::string out = "n,a=" + saslname(credentials.user) + ",\x01host=";
  out.append(host).append("\x01port=").append(std::to_string(port));
  return out + "\x01" + "auth=Bearer " + credentials.secret + "\x01\x01";
}

std::string xoauth2(const Credentials& credentials) {
  return "user=" + credentials.user + "\x01" + "auth=Bearer " + credentials.secret + "\x01\x01";
}

}  // namespace

std::optional<Mechanism> mechanism_of(std::string_view word) {
  for (std::size_t i = 0; i < kMechanisms.size(); ++i) {
    if (runtime::ascii::equal(word, kMechanisms[i])) return static_cast<Mechanism>(i);
  }
  return std::nullopt;
}

SaslClient::SaslClient(Mechanism mechanism, const Credentials& credentials, std::string_view host,
                       std::uint16_t port)
    : mechanism_(mechanism), secrets_{credentials.secret} {
  runtime::check(credentials.user.size() <= kMaxAuthUser &&
                     credentials.secret.size() <= kMaxAuthSecret && !credentials.secret.empty() &&
                     !runtime::ascii::has_control(credentials.user + credentials.secret),
                 "credentials were judged where they were read");
  switch (mechanism) {
    case Mechanism::oauthbearer: add(oauthbearer(credentials, host, port)); break;
    case Mechanism::xoauth2: add(xoauth2(credentials)); break;
    case Mechanism::plain: add(plain(credentials)); break;
    case Mechanism::login:
      answers_.push_back(runtime::encode_base64(credentials.user));
      add(credentials.secret);
      break;
  }
}

void SaslClient::add(std::string_view octets) {
  answers_.push_back(runtime::encode_base64(octets));
  runtime::check(answers_.back().size() + 2 <= kMaxAuthLine, "a line of a log-in has its limit");
  secrets_.push_back(answers_.back());
}

std::string SaslClient::begin() {
  std::string line = "AUTH ";
  line += word_of(mechanism_);
  // Servers wait to ask for the name by LOGIN, and many do not know it with a first answer.
  const bool at_once = mechanism_ != Mechanism::login &&
                       line.size() + 1 + answers_.front().size() + 2 <= kMaxCommandSent;
  if (at_once) {
    line += ' ' + answers_.front();
    answers_.pop_front();
  }
  return line + "\r\n";
}

std::string SaslClient::cancel() {
  cancelled_ = true;
  answers_.clear();
  return std::string(kCancel);
}

std::string SaslClient::answer(std::string_view challenge) {
  if (cancelled_ || challenge.size() + 2 > kMaxAuthLine ||
      challenge.find('\n') != std::string_view::npos) {
    return cancel();
  }
  if (!answers_.empty()) {
    const std::string line = answers_.front() + "\r\n";
    answers_.pop_front();
    return line;
  }
  if (!takes_token(mechanism_)) return cancel();
  // The token was refused, and the challenge says why; the server answers 5yz to this.
  cancelled_ = true;
  return mechanism_ == Mechanism::oauthbearer ? "AQ==\r\n" : "\r\n";  // RFC 7628 3.2.3
}

bool quotes(std::string_view text, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return false;
  // No honest answer is longer, and the time that a look takes stays short.
  if (text.size() > kMaxSearched) return true;
  const std::string said = runtime::ascii::upper(text);
  return std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    const std::string upper = runtime::ascii::upper(secret);
    const std::size_t piece = std::min(upper.size(), kPiece);
    if (piece == 0) return false;
    for (std::size_t at = 0; at + piece <= said.size(); ++at) {
      if (upper.find(std::string_view(said).substr(at, piece)) != std::string::npos) return true;
    }
    return false;
  });
}

}  // namespace waybill::relay::smtp
