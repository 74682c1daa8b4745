// One message in libopendkim's hands: it forms the canonical octets, hashes them, and holds hashes
// against signatures and keys. The only door to the library. Everything else (what is a signature,
// what is a key, which of them we accept, the time) is judged before, because the library
//   - looks at the system's clock for t= and x=: its allowance for drift is set so wide that it
//     never finds fault with either;
//   - fetches keys in a call that must not wait: it is given them beforehand;
//   - writes one pointer too far when h= names every field of the header and one more: so there is
//     always one field more, which no h= can name;
//   - leaves octets out of its hashes at bare LFs, bare CRs and NULs: it is never shown any.
//
// Owner's thread, one call at a time; different messages may be on different threads. Calls take as
// long as hashing what they are given, begin() also as long as verifying the signatures.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::trust::dkim {

class OpendkimMessage {
 public:
  enum class Finding {
    holds,
    header_differs,  // the signature does not fit the header, or the key
    body_differs,
    bad_key,      // it does not decode
    unprocessed,  // the library would not say
  };

  // One field of the header, without its last CRLF; inside, CRs and LFs stand in pairs; no NUL.
  struct Field {
    std::string_view octets;  // empty: left out, and only its place is kept
    // For a DKIM-Signature, and for no other field: base64 of its key.
    std::optional<std::string> key;
    bool is_ed25519 = false;
  };

  OpendkimMessage();
  ~OpendkimMessage();
  OpendkimMessage(const OpendkimMessage&) = delete;
  OpendkimMessage& operator=(const OpendkimMessage&) = delete;

  // False: the library can do nothing with the message, and every finding is `unprocessed`.
  bool begin(const std::vector<Field>& fields);
  // Pieces of the body in order, cut anywhere. As a whole they are lines ending in CRLF.
  bool body(std::string_view piece);
  // Ends the body; then findings are there.
  bool end();

  // `index`: the field's place in what begin() was given.
  Finding finding(std::size_t index) const;
  // Bits of its RSA key; 0 for other keys, and where the library did not come to look at it.
  unsigned rsa_bits(std::size_t index) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill::relay::trust::dkim
