// Spelling: which spellings of an address are one mailbox in the histories of senders and targets.
//
// Only a domain itself knows whether case tells its local parts apart (RFC 5321 2.4) and how it
// marks a tag (RFC 5233); most fold both, with "+". So rows of every domain have one key for all
// spellings, which is a function of the address alone, and a question says which of these it is
// about. Letters that are not ASCII are as they were written. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace waybill::projector {

struct Spellings {
  bool any_case = true;  // of ASCII letters in the local part
  // A tag runs from the first "+" of an unquoted local part to its end; "+" in front begins none.
  bool any_tag = true;

  friend bool operator==(const Spellings&, const Spellings&) = default;
};
inline constexpr Spellings kExactly{false, false};

// What all these spellings of `address` have in common, itself a spelling: two are one mailbox
// where it is the same. `address` has no port; the null sender's is empty.
std::string common_spelling(std::string_view address, Spellings spellings = {});
// Appends it to `out`.
void append_common_spelling(std::string& out, std::string_view address, Spellings spellings = {});

// An address that is looked for.
class Sought {
 public:
  Sought(std::string_view address, Spellings spellings)
      : address_(common_spelling(address, spellings)), spellings_(spellings) {}

  bool is(std::string_view address) const {
    return address == address_ || common_spelling(address, spellings_) == address_;
  }
  // What all that it is have in common: of this and the spellings the same is made again.
  const std::string& address() const { return address_; }
  Spellings spellings() const { return spellings_; }

 private:
  std::string address_;
  Spellings spellings_;
};

}  // namespace waybill::projector
