// Who wrote a message: the mailboxes in its From fields (RFC 5322 3.6.2), as DMARC judges them (RFC
// 9989 5.3). Sans-I/O, linear time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/address.h"

namespace waybill::relay::trust {

// Mailboxes of a From field that are looked at; a mail of more is nobody's.
inline constexpr std::size_t kMaxAuthors = 16;

// What can be said of the From fields. Readers of mail disagree over what is not `readable`: what
// one takes for the author, the next does not see.
enum class From {
  readable,        // one field, each mailbox of which can be read
  without_domain,  // one field that names one word and no domain, as local programs write it
  missing,
  repeated,    // RFC 5322 3.6: one and only one
  unreadable,  // not what RFC 5322 3.6.2 allows, or more than kMaxAuthors mailboxes
};

struct Authors {
  From from = From::missing;
  // The domain of each author, from every From field, in order, as A-label. What cannot be read as
  // a mailbox is an empty string: it is some author, and whose is not known.
  std::vector<std::string> domains;
  // The one mailbox of the one From field.
  std::optional<schemas::Address> mailbox;
};

// Of a raw header. A name in front of an angle-addr that is an address itself is an author too:
// RFC 5322 wants such a name in quotes, and some readers take it for the mailbox.
Authors authors_of(std::string_view header);

}  // namespace waybill::relay::trust
