#include "relay/trust/dkim/signature.h"

#include <algorithm>
#include <limits>

#include "relay/trust/dkim/tag_list.h"
#include "runtime/ascii.h"
#include "runtime/dns/domain_name.h"
#include "runtime/dns/question_name.h"
#include "runtime/hex.h"

namespace waybill::relay::trust::dkim {
namespace {

// RFC 6376 3.5: values up to 10^12 must be understood.
constexpr std::size_t kMaxTimeDigits = 12;
// RFC 6376 3.5, l=
constexpr std::size_t kMaxLengthDigits = 76;

Fault syntax(std::string reason) { return {DkimWord::permerror, std::move(reason)}; }

using runtime::ascii::lower;

bool is_label_octet(char c) { return runtime::ascii::is_alphanumeric(c) || c == '-' || c == '_'; }

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), runtime::ascii::is_digit);
}

std::optional<SignatureTime> parse_time(std::string_view text) {
  if (!are_digits(text) || text.size() > kMaxTimeDigits) return std::nullopt;
  SignatureTime value = 0;
  for (const char c : text) value = value * 10 + static_cast<SignatureTime>(c - '0');
  return value;
}

// RFC 6376 3.5: up to 76 digits; what no body can have is as good as the largest.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  if (!are_digits(text) || text.size() > kMaxLengthDigits) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMost - digit) / 10) return kMost;
    value = value * 10 + digit;
  }
  return value;
}

// RFC 6376 2.11; nothing for an "=" that no two hexadecimal digits follow.
std::optional<std::string> decode_quoted_printable(std::string_view value) {
  const std::string text = unfolded(value);
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '=') {
      if (at + 2 >= text.size()) return std::nullopt;
      const int high = runtime::hex_value(text[at + 1]);
      const int low = runtime::hex_value(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      at += 2;
    }
    out += runtime::ascii::is_control(c) ? '?' : c;
  }
  return out;
}

bool has_octets_beyond_ascii(std::string_view text) { return !runtime::ascii::is_ascii(text); }

// Each reads some tags into `out` and gives the first fault.

std::optional<Fault> read_names(const TagList& tags, Signature& out) {
  const auto domain = tags.find("d");
  const auto selector = tags.find("s");
  if (!domain) return syntax("d= is missing");
  if (!selector) return syntax("s= is missing");
  if (!is_name(*domain) || domain->find('.') == std::string_view::npos) {
    return syntax("d= is not a domain");
  }
  out.domain = lower(*domain);
  if (!is_name(*selector)) return syntax("s= is not a name");
  out.selector = std::string(*selector);
  if (!runtime::dns::is_question_name(out.key_name()))
    return syntax("s= and d= are too long a name");
  return std::nullopt;
}

std::optional<Fault> read_identity(const TagList& tags, Signature& out) {
  const auto written = tags.find("i");
  if (!written) {
    out.identity = "@" + out.domain;
    return std::nullopt;
  }
  if (written->size() > kMaxIdentityOctets) return Fault{DkimWord::policy, "i= is too long"};
  const auto identity = decode_quoted_printable(*written);
  if (!identity || identity->find('@') == std::string::npos) return syntax("i= is malformed");
  out.identity = *identity;
  if (!runtime::dns::is_at_or_under(out.identity_domain(), out.domain)) {
    return syntax("i= is not below the domain of d=");
  }
  return std::nullopt;
}

std::optional<Fault> read_algorithm(const TagList& tags, Signature& out) {
  const auto algorithm = tags.find("a");
  if (!algorithm) return syntax("a= is missing");
  out.algorithm = unfolded(*algorithm);
  if (out.algorithm == "ed25519-sha256") out.key_type = KeyType::ed25519;
  const bool known = out.algorithm == "rsa-sha256" || out.algorithm == "ed25519-sha256" ||
                     out.algorithm == "rsa-sha1";
  if (!known) return syntax("a= is unknown");
  return std::nullopt;
}

std::optional<Form> form_of(std::string_view word) {
  if (word == "simple") return Form::simple;
  if (word == "relaxed") return Form::relaxed;
  return std::nullopt;
}

std::optional<Fault> read_forms(const TagList& tags, Signature& out) {
  const auto written = tags.find("c");
  if (!written) return std::nullopt;
  const std::size_t slash = written->find('/');
  const auto header = form_of(written->substr(0, slash));
  const auto body =
      slash == std::string_view::npos ? Form::simple : form_of(written->substr(slash + 1));
  if (!header || !body) return syntax("c= is unknown");
  out.header_form = *header;
  out.body_form = *body;
  return std::nullopt;
}

std::optional<Fault> read_signed_names(const TagList& tags, Signature& out) {
  const auto list = tags.find("h");
  if (!list) return syntax("h= is missing");
  if (static_cast<std::size_t>(std::count(list->begin(), list->end(), ':')) >= kMaxSignedNames) {
    return Fault{DkimWord::policy, "h= names too many fields"};
  }
  std::size_t octets = 0;
  for (const std::string& name : colon_parts(*list)) {
    if (name.empty()) return syntax("h= has an empty name");
    octets += name.size() + 1;
    out.signed_names.push_back(runtime::ascii::upper(name));
  }
  if (octets > kMaxSignedNamesOctets) return Fault{DkimWord::policy, "h= is too long"};
  // RFC 6376 3.5
  if (out.times_signed("FROM") == 0) return syntax("the From field is not signed");
  return std::nullopt;
}

std::optional<Fault> read_times(const TagList& tags, Signature& out) {
  if (const auto signed_at = tags.find("t")) {
    out.signed_at = parse_time(*signed_at);
    if (!out.signed_at) return syntax("t= is malformed");
  }
  if (const auto expires_at = tags.find("x")) {
    out.expires_at = parse_time(*expires_at);
    if (!out.expires_at) return syntax("x= is malformed");
    if (out.signed_at && *out.expires_at <= *out.signed_at) return syntax("x= is not after t=");
  }
  return std::nullopt;
}

std::optional<Fault> read_hashes(const TagList& tags, Signature& out) {
  const auto hash = tags.find("bh");
  const Tag* data = tags.tag("b");
  if (!hash) return syntax("bh= is missing");
  if (data == nullptr) return syntax("b= is missing");
  if (data->value.size() > kMaxDataText * 2) return Fault{DkimWord::policy, "b= is too long"};
  const auto hash_octets = decode_base64(*hash);
  const auto data_octets = decode_base64(data->value);
  if (!hash_octets) return syntax("bh= is malformed");
  if (!data_octets) return syntax("b= is malformed");
  out.body_hash = *hash_octets;
  out.data = *data_octets;
  out.data_begin = data->written_begin;
  out.data_end = data->written_end;
  return std::nullopt;
}

std::optional<Fault> read_rest(const TagList& tags, Signature& out) {
  if (const auto query = tags.find("q")) {
    const auto methods = colon_parts(*query);
    if (std::find(methods.begin(), methods.end(), "dns/txt") == methods.end()) {
      return syntax("q= is unknown");
    }
  }
  if (const auto length = tags.find("l")) {
    out.length = parse_length(*length);
    if (!out.length) return syntax("l= is malformed");
  }
  // RFC 8301 3.1
  if (out.algorithm == "rsa-sha1") return Fault{DkimWord::policy, "rsa-sha1"};
  return std::nullopt;
}

}  // namespace

bool is_name(std::string_view text) {
  return runtime::dns::is_question_name(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_label_octet(c) || c == '.';
         });
}

std::string Signature::identity_domain() const {
  return lower(std::string_view(identity).substr(identity.rfind('@') + 1));
}

std::string Signature::key_name() const { return lower(selector) + "._domainkey." + domain; }

std::size_t Signature::times_signed(std::string_view name) const {
  return static_cast<std::size_t>(std::count(signed_names.begin(), signed_names.end(), name));
}

Signature parse_signature(std::string_view value) {
  Signature out;
  if (has_octets_beyond_ascii(value)) {
    out.fault = Fault{DkimWord::neutral, "octets beyond ASCII"};
    return out;
  }
  const auto tags = TagList::parse(value);
  if (!tags) {
    out.fault = syntax("the tags break the syntax");
    return out;
  }
  const auto version = tags->find("v");
  if (!version || *version != "1") {
    out.fault = syntax(version ? "v= is unknown" : "v= is missing");
    return out;
  }
  for (const auto read : {read_names, read_identity, read_algorithm, read_forms, read_signed_names,
                          read_times, read_hashes, read_rest}) {
    out.fault = read(*tags, out);
    if (out.fault) return out;
  }
  return out;
}

std::optional<Fault> fault_at(const Signature& signature, runtime::WallTime now) {
  const auto seconds = [](runtime::WallTime when) {
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
  };
  const auto early = seconds(now - kClockSkew);
  const auto late = seconds(now + kClockSkew);
  if (signature.expires_at && static_cast<std::int64_t>(*signature.expires_at) < early) {
    return syntax("the signature has expired");
  }
  // RFC 6376 3.5: such signatures may be considered invalid.
  if (signature.signed_at && static_cast<std::int64_t>(*signature.signed_at) > late) {
    return Fault{DkimWord::policy, "t= is in the future"};
  }
  return std::nullopt;
}

}  // namespace waybill::relay::trust::dkim
