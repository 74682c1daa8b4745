// Who wrote a message: the domains in its From fields (RFC 5322 3.6.2), as DMARC judges them (RFC
// 9989 5.3). Sans-I/O, linear time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::relay::trust {

// Mailboxes of a From field that are looked at; a mail of more is nobody's.
inline constexpr std::size_t kMaxAuthors = 16;

// The domain of each author, from every From field of a raw header, in order, as A-label. What
// cannot be read as a mailbox is an empty string: it is some author, and whose is not known.
std::vector<std::string> author_domains(std::string_view header);

}  // namespace waybill::relay::trust
