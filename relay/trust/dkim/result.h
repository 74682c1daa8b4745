// What was found of one DKIM signature, in the words of RFC 8601 2.7.1.
#pragma once

#include <string>
#include <string_view>

namespace waybill::relay::trust::dkim {

enum class DkimWord {
  none,       // the message bears no signature
  pass,       // the signature holds
  fail,       // it was verified and does not hold: header or body are not as signed
  policy,     // it is not of a kind that we accept, whether or not it would hold
  neutral,    // it could not be processed, through no fault of its own
  temperror,  // its key could not be fetched now
  permerror,  // no later try can verify it: a tag or the key is missing, malformed or revoked
};

std::string_view word_of(DkimWord word);

// Why a signature is not verified.
struct Fault {
  DkimWord word = DkimWord::permerror;
  std::string reason;
  friend bool operator==(const Fault&, const Fault&) = default;
};

enum class KeyMode { in_use, testing };  // RFC 6376 3.6.1, t=y

// All but `reason` come from the wire, as far as they could be read; ASCII without control octets,
// but nothing more is promised of identity and algorithm.
struct DkimResult {
  DkimWord word = DkimWord::none;
  std::string domain;     // d=, in lower case
  std::string selector;   // s=
  std::string identity;   // i=, decoded; "@" and the domain if there is none
  std::string algorithm;  // a=
  std::string reason;     // for people; empty for none and most passes
  KeyMode key = KeyMode::in_use;
};

}  // namespace waybill::relay::trust::dkim
