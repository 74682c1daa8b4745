#include "relay/trust/dkim/key_record.h"

#include <algorithm>

#include "relay/trust/dkim/tag_list.h"

namespace waybill::relay::trust::dkim {
namespace {

constexpr std::string_view kRsa = "rsa";
constexpr std::string_view kEd25519 = "ed25519";

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> list_of(const TagList& tags, std::string_view name) {
  const auto value = tags.find(name);
  return value ? colon_parts(*value) : std::vector<std::string>();
}

Fault bad_key(std::string reason) { return {DkimWord::permerror, std::move(reason)}; }

std::optional<Fault> fault_of(const runtime::PublicKey& key) {
  if (key.bits() < kMinRsaBits) return Fault{DkimWord::policy, "the RSA key is too short"};
  if (key.bits() > kMaxRsaBits) return Fault{DkimWord::policy, "the key is too long"};
  if (key.exponent_bits() > kMaxRsaExponentBits) {
    return Fault{DkimWord::policy, "the RSA key's exponent is too long"};
  }
  return std::nullopt;
}

void read_key(std::string_view text, KeyRecord& out) {
  const auto octets = decode_base64(text);
  if (octets && out.type == kRsa) out.key = runtime::PublicKey::rsa(*octets);
  if (octets && out.type == kEd25519) out.key = runtime::PublicKey::ed25519(*octets);
  // One of another type fits no signature.
  if (out.key == nullptr) {
    out.fault = bad_key("the key is malformed");
  } else if (out.type == kRsa) {
    out.fault = fault_of(*out.key);
  }
  if (out.fault) out.key = nullptr;
}

}  // namespace

bool KeyRecord::has_flag(std::string_view flag) const { return has(flags, flag); }

std::optional<KeyRecord> parse_key_record(std::string_view text) {
  const auto tags = TagList::parse(text);
  if (!tags) return std::nullopt;
  // If there is a version, it comes first (RFC 6376 3.6.1).
  const auto version = tags->find("v");
  if (version && (*version != "DKIM1" || tags->tags().front().name != "v")) return std::nullopt;
  const auto key = tags->find("p");
  if (!key) return std::nullopt;
  KeyRecord out;
  out.type = unfolded(tags->find("k").value_or(kRsa));
  out.hashes = list_of(*tags, "h");
  out.services = list_of(*tags, "s");
  out.flags = list_of(*tags, "t");
  out.is_revoked = key->empty();
  if (text.size() > kMaxKeyRecord) {
    out.fault = Fault{DkimWord::policy, "the key is too long"};
  } else {
    read_key(*key, out);
  }
  return out;
}

std::optional<Fault> unfit(const KeyRecord& key, const Signature& signature) {
  if (key.is_revoked) return bad_key("the key is revoked");
  if (key.type != (signature.key_type == KeyType::rsa ? kRsa : kEd25519)) {
    return bad_key("the key is of another type");
  }
  if (!key.hashes.empty() && !has(key.hashes, "sha256")) {
    return bad_key("the key is not for this hash");
  }
  if (!key.services.empty() && !has(key.services, "email") && !has(key.services, "*")) {
    return bad_key("the key is not for mail");
  }
  if (key.has_flag("s") && signature.identity_domain() != signature.domain) {
    return bad_key("the key is not for a subdomain in i=");
  }
  return key.fault;
}

}  // namespace waybill::relay::trust::dkim
