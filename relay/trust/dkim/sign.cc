#include "relay/trust/dkim/sign.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/signature.h"
#include "relay/trust/dkim/signed_header.h"
#include "relay/trust/dkim/tag_list.h"
#include "relay/trust/dkim/verify.h"
#include "runtime/ascii.h"
#include "runtime/base64.h"

namespace waybill::relay::trust::dkim {
namespace {

using Fields = std::vector<message::HeaderField>;

constexpr std::string_view kFieldName = "DKIM-Signature";
// RFC 5322 2.1.1 asks for lines of 78.
constexpr std::size_t kWantedColumns = 76;

enum class Named : std::uint8_t {
  as_often,  // as often as the message has the field
  closed,    // and once more: another one, added on the way, breaks the signature (RFC 6376 8.15)
};
struct SignedName {
  std::string_view name;
  Named named;
};

// RFC 6376 5.4.1. Closed is what a reader is shown, what says whom an answer goes to, and what says
// how the body is to be read: a second one of these would be believed by some reader. The rest may
// be added by a list or a client that sends a message on, and does no harm there. Trace fields
// (Received, Return-Path, Authentication-Results, ARC's) are not signed: servers on the way put
// them in and take them out.
constexpr std::array<SignedName, 27> kSignedNames = {{
    {"From", Named::closed},
    {"Sender", Named::as_often},
    {"Reply-To", Named::closed},
    {"To", Named::closed},
    {"Cc", Named::closed},
    {"Subject", Named::closed},
    {"Date", Named::closed},
    {"Message-ID", Named::closed},
    {"In-Reply-To", Named::as_often},
    {"References", Named::as_often},
    {"MIME-Version", Named::closed},
    {"Content-Type", Named::closed},
    {"Content-Transfer-Encoding", Named::closed},
    {"Resent-From", Named::as_often},
    {"Resent-Sender", Named::as_often},
    {"Resent-To", Named::as_often},
    {"Resent-Date", Named::as_often},
    {"Resent-Message-ID", Named::as_often},
    {"List-Id", Named::as_often},
    {"List-Help", Named::as_often},
    {"List-Post", Named::as_often},
    // RFC 8058 4: one click ends a subscription only where both are signed.
    {"List-Unsubscribe", Named::as_often},
    {"List-Unsubscribe-Post", Named::as_often},
    // RFC 3834 5: who answers by itself looks at it.
    {"Auto-Submitted", Named::as_often},
    {"X-Original-From", Named::as_often},
    // RFC 8460 5.3: reports are sorted by them.
    {"TLS-Report-Domain", Named::as_often},
    {"TLS-Report-Submitter", Named::as_often},
}};

// How often each of kSignedNames stands in the header.
std::array<std::size_t, kSignedNames.size()> count_names(const Fields& fields) {
  std::array<std::size_t, kSignedNames.size()> out{};
  for (const message::HeaderField& field : fields) {
    const auto* found =
        std::find_if(kSignedNames.begin(), kSignedNames.end(),
                     [&](const SignedName& one) { return message::is_field(field, one.name); });
    if (found != kSignedNames.end()) ++out[static_cast<std::size_t>(found - kSignedNames.begin())];
  }
  return out;
}

// h=, in order.
std::vector<std::string_view> names_to_sign(const Fields& fields) {
  const auto counts = count_names(fields);
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < kSignedNames.size(); ++i) {
    const std::size_t more = kSignedNames[i].named == Named::closed ? 1 : 0;
    out.insert(out.end(), counts[i] + more, kSignedNames[i].name);
  }
  return out;
}

// With a colon behind each.
std::size_t octets_of(const std::vector<std::string_view>& names) {
  std::size_t out = 0;
  for (const std::string_view name : names) out += name.size() + 1;
  return out;
}

// Lines of a field, folded where a piece would make one too long.
class FoldedField {
 public:
  // `piece` is not cut; behind a fold the space that it begins with is the fold's own.
  void add(std::string_view piece) {
    if (column_ + piece.size() > kWantedColumns) {
      text_ += "\r\n\t";
      column_ = 8;
      if (piece.starts_with(' ')) piece.remove_prefix(1);
    }
    text_ += piece;
    column_ += piece.size();
  }

  // Folding may stand anywhere in it (RFC 6376 3.2, base64string).
  void add_base64(std::string_view text) {
    while (!text.empty()) {
      const std::size_t room = column_ < kWantedColumns ? kWantedColumns - column_ : 0;
      const std::size_t now = std::min(room, text.size());
      text_ += text.substr(0, now);
      column_ += now;
      text.remove_prefix(now);
      if (text.empty()) break;
      text_ += "\r\n\t";
      column_ = 8;
    }
  }

  std::string& text() { return text_; }

 private:
  std::string text_;
  std::size_t column_ = 0;
};

std::string_view algorithm_of(runtime::PrivateKey::Type type) {
  switch (type) {
    case runtime::PrivateKey::Type::rsa: return "rsa-sha256";
    case runtime::PrivateKey::Type::ed25519: return "ed25519-sha256";
  }
  return {};
}

std::string_view octets_of(const runtime::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Up to the "=" of b=.
FoldedField begin_field(const SigningKey& key, const std::vector<std::string_view>& names,
                        const runtime::Digest& body_hash, runtime::WallTime now) {
  const auto time = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  FoldedField out;
  out.add(std::string(kFieldName).append(": v=1; a=").append(algorithm_of(key.key->type())) += ';');
  out.add(" c=relaxed/relaxed;");
  out.add(" d=" + key.domain + ";");
  out.add(" s=" + key.selector + ";");
  out.add(" t=" + std::to_string(time) + ";");
  out.add(" h=");
  for (std::size_t i = 0; i < names.size(); ++i) {
    out.add(std::string(names[i]) + (i + 1 < names.size() ? ':' : ';'));
  }
  out.add(" bh=" + runtime::encode_base64(octets_of(body_hash)) + ";");
  out.add(" b=");
  return out;
}

// The tags of ours that the hash of the header depends on.
Signature signature_of(const std::vector<std::string_view>& names, std::string_view value) {
  Signature out;
  out.header_form = Form::relaxed;
  for (const std::string_view name : names) {
    out.signed_names.push_back(runtime::ascii::upper(name));
  }
  out.data_begin = value.size();
  out.data_end = value.size();
  return out;
}

// In front of the message there will be these too: trace fields, and other signatures.
constexpr std::size_t kOctetsInFront = 16 << 10;
constexpr std::size_t kFieldsInFront = 16;

bool can_be_verified(std::string_view header, const Fields& fields) {
  return header.size() + kOctetsInFront <= kMaxHeaderOctets &&
         fields.size() + kFieldsInFront <= kMaxFields && message::has_plain_lines(header) &&
         std::any_of(fields.begin(), fields.end(),
                     [](const auto& field) { return message::is_field(field, "From"); });
}

}  // namespace

std::string sign(std::string_view header, const runtime::Digest& body_hash, const SigningKey& key,
                 runtime::WallTime now) {
  Fields fields = message::split_header(header);
  if (!fields.empty()) header = header.substr(0, fields.back().end);
  if (!can_be_verified(header, fields)) return {};
  const auto names = names_to_sign(fields);
  if (octets_of(names) > kMaxSignedNamesOctets) return {};
  FoldedField out = begin_field(key, names, body_hash, now);
  const Fields own = message::split_header(out.text());
  fields.insert(fields.begin(), own.front());
  const Signature unsigned_yet = signature_of(names, own.front().value);
  const runtime::Digest digest = SignedHeader(fields).hash(unsigned_yet, 0);
  out.add_base64(runtime::encode_base64(key.key->sign(digest)));
  return std::move(out.text()) + "\r\n";
}

runtime::Digest relaxed_body_hash(std::string_view message) {
  BodyHashes hashes;
  hashes.ask(Form::relaxed, {});
  hashes.take(message.substr(message::body_begin(message)));
  hashes.end();
  return hashes.hash(Form::relaxed, {}).digest;
}

std::string sign(std::string_view header, const runtime::Digest& body_hash,
                 const std::vector<SigningKey>& keys, runtime::WallTime now) {
  std::string out;
  for (const SigningKey& key : keys) out += sign(header, body_hash, key, now);
  return out;
}

}  // namespace waybill::relay::trust::dkim
