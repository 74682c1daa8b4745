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

// The one mailbox of the one From field; nothing where there are more, or none that can be read.
std::optional<schemas::Address> only_mailbox(std::string_view header);

// The domain of each author, from every From field of a raw header, in order, as A-label. What
// cannot be read as a mailbox is an empty string: it is some author, and whose is not known.
std::vector<std::string> author_domains(std::string_view header);

}  // namespace waybill::relay::trust
