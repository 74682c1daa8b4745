#include "relay/trust/dkim/key_record.h"

#include <algorithm>

#include "relay/trust/dkim/rsa_key.h"
#include "relay/trust/dkim/tag_list.h"

namespace waybill::relay::trust::dkim {
namespace {

// RFC 8463 4.2: the key itself, not wrapped in ASN.1.
constexpr std::size_t kEd25519Octets = 32;

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> list_of(const TagList& tags, std::string_view name) {
  const auto value = tags.find(name);
  return value ? colon_parts(*value) : std::vector<std::string>();
}

Fault bad_key(std::string reason) { return {DkimWord::permerror, std::move(reason)}; }

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
  out.type = unfolded(tags->find("k").value_or("rsa"));
  out.hashes = list_of(*tags, "h");
  out.services = list_of(*tags, "s");
  out.flags = list_of(*tags, "t");
  out.key = unfolded(*key);
  if (out.type == "rsa") out.key = subject_public_key_info(out.key).value_or(out.key);
  return out;
}

std::optional<Fault> unfit(const KeyRecord& key, const Signature& signature) {
  if (key.key.empty()) return bad_key("the key is revoked");
  const bool rsa = signature.key_type == KeyType::rsa;
  if (key.type != (rsa ? "rsa" : "ed25519")) return bad_key("the key is of another type");
  if (!key.hashes.empty() && !has(key.hashes, "sha256")) {
    return bad_key("the key is not for this hash");
  }
  if (!key.services.empty() && !has(key.services, "email") && !has(key.services, "*")) {
    return bad_key("the key is not for mail");
  }
  if (key.has_flag("s") && signature.identity_domain() != signature.domain) {
    return bad_key("the key is not for a subdomain in i=");
  }
  if (key.key.size() > kMaxKeyText) return Fault{DkimWord::policy, "the key is too long"};
  const auto octets = base64_octets(key.key);
  if (!octets || (!rsa && *octets != kEd25519Octets)) return bad_key("the key is malformed");
  return std::nullopt;
}

}  // namespace waybill::relay::trust::dkim
