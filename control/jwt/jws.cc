#include "control/jwt/jws.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "control/jwt/refusal.h"
#include "runtime/base64url.h"
#include "schemas/json_members.h"
#include "schemas/strict_json.h"

namespace waybill::control {
namespace {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

struct Segments {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

Explained<Segments> split(std::string_view token) {
  const auto dots = std::count(token.begin(), token.end(), '.');
  // RFC 7516 9: that many parts tell one from the other.
  if (dots == 4) return refused("the token is encrypted (JWE), and signed ones are asked for");
  if (dots != 2) return refused("the token is not three parts with a dot between them (JWS)");
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  return Segments{token.substr(0, first), token.substr(first + 1, second - first - 1),
                  token.substr(second + 1)};
}

Explained<std::string> decoded(std::string_view segment, std::string_view name) {
  auto octets = runtime::from_base64url(segment);
  if (!octets) return refused("the token's " + std::string(name) + " is not base64url");
  if (octets->empty()) return refused("the token's " + std::string(name) + " is empty");
  return std::move(*octets);
}

// A member that need not be there, but then is text.
Explained<std::optional<std::string>> text_if_there(const json::object& header,
                                                    std::string_view name) {
  std::optional<std::string> out;
  const json::value* const value = header.if_contains(name);
  if (value == nullptr) return out;
  if (!value->is_string()) return refused("the token's " + std::string(name) + " is no text");
  out = std::string(schemas::text_member(header, name));
  return out;
}

Explained<JwsAlgorithm> algorithm_in(const json::object& header,
                                     const std::vector<JwsAlgorithm>& allowed) {
  const auto word = text_if_there(header, "alg");
  if (!word) return word.error();
  if (!*word) return refused("the token's header has no alg");
  const auto algorithm = jws_algorithm(**word);
  if (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end()) {
    return refused("the token is signed with the algorithm " + quoted(**word) +
                   ", which is not allowed");
  }
  return *algorithm;
}

// RFC 7515 4.1, 5.2
Explained<CompactJws> read_header(std::string_view text, const std::vector<JwsAlgorithm>& allowed) {
  const auto value = schemas::parse_strict_json(text);
  if (!value) return refused(value.error().why).in("the token's header is no JSON");
  const json::object* const header = value->if_object();
  if (header == nullptr) return refused("the token's header is no JSON object");
  for (const std::string_view name : {"crit", "b64"}) {
    if (header->contains(name)) {
      return refused("the token's header has " + std::string(name) +
                     ", which asks for what is not done here");
    }
  }
  const auto algorithm = algorithm_in(*header, allowed);
  if (!algorithm) return algorithm.error();
  auto kid = text_if_there(*header, "kid");
  if (!kid) return kid.error();
  auto typ = text_if_there(*header, "typ");
  if (!typ) return typ.error();
  CompactJws out;
  out.algorithm = *algorithm;
  out.kid = std::move(*kid);
  out.typ = std::move(*typ);
  return out;
}

std::string count_of(const KeySet& keys) {
  return std::to_string(keys.usable()) + " usable key" + (keys.usable() == 1 ? "" : "s");
}

// No key has signed it. `named`: there is a key of the token's kid, `fitting`: of its algorithm.
Failure unsigned_by(const CompactJws& jws, const KeySet& keys, bool named, bool fitting) {
  const std::string algorithm(word_of(jws.algorithm));
  if (!jws.kid) {
    const std::string why = fitting ? " has signed the token, which names none"
                                    : " is for the token's algorithm " + algorithm;
    return {Errc::not_found, "none of the issuer's " + count_of(keys) + why};
  }
  const std::string kid = quoted(*jws.kid);
  if (!named) {
    return {Errc::not_found,
            "the token's key " + kid + " is not among the issuer's " + count_of(keys)};
  }
  if (!fitting) {
    return refused("the token's key " + kid + " is not for its algorithm " + algorithm);
  }
  return refused("the token's key " + kid + " has not signed it");
}

}  // namespace

Explained<CompactJws> parse_jws(std::string_view token, const std::vector<JwsAlgorithm>& allowed) {
  const auto segments = split(token);
  if (!segments) return segments.error();
  const auto header = decoded(segments->header, "header");
  if (!header) return header.error();
  auto out = read_header(*header, allowed);
  if (!out) return out.error();
  auto payload = decoded(segments->payload, "payload");
  if (!payload) return payload.error();
  auto signature = decoded(segments->signature, "signature");
  if (!signature) return signature.error();
  out->payload = std::move(*payload);
  out->signature = std::move(*signature);
  out->signing_input = token.substr(0, token.rfind('.'));
  return out;
}

Explained<void> check_signature(const CompactJws& jws, const KeySet& keys) {
  bool named = false;
  std::size_t tries = 0;
  for (const VerificationKey& candidate : keys.keys()) {
    if (jws.kid && candidate.kid != jws.kid) continue;
    named = true;
    if (candidate.algorithm != jws.algorithm) continue;
    if (tries == kMostTries) break;
    ++tries;
    if (candidate.key->has_signed_octets(jws.signing_input, jws.signature)) return {};
  }
  return unsigned_by(jws, keys, named, tries > 0);
}

}  // namespace waybill::control
