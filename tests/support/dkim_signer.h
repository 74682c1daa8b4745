// Signs messages with DKIM as their sender's server would, with keys of no worth. The same input
// gives the same octets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::tests {

enum class DkimKey { rsa, ed25519, rsa_768 };
enum class DkimForm { simple, relaxed };

struct DkimSigning {
  std::string domain = "origin.test";
  std::string selector = "key";
  DkimKey key = DkimKey::rsa;
  DkimForm header = DkimForm::relaxed;
  DkimForm body = DkimForm::relaxed;
  std::vector<std::string> fields = {"From", "To", "Subject"};  // h=, as far as they are there
  std::uint64_t signed_at = 1'700'000'000;                      // t=
  std::uint64_t seconds = 0;                                    // x= is so much later; 0: no x=
  std::vector<std::string> oversigned;  // names at the end of h= for which there is no field
  std::optional<std::size_t> length;    // l=
  std::string more_tags;                // " i=@x.origin.test;"
};

// The DKIM-Signature field with its CRLF, to be put in front. `message`: lines end in CRLF. Throws
// std::runtime_error where it has no header.
std::string dkim_signature(const DkimSigning& signing, std::string_view message);

// The TXT record of a key.
std::string dkim_key_record(DkimKey key);

// A line of a zone (zone_resolver.h) that publishes the key of `signing`.
std::string dkim_key_zone(const DkimSigning& signing);

}  // namespace waybill::tests
