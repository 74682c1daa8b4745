// What a piece of text looks like: an id, a network, a domain, a status, an address. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/search/fault.h"
#include "query/search/parse.h"

namespace waybill::query::search {

// A piece of the text and where it stood.
struct Piece {
  std::string text;
  bool quoted = false;  // as a whole: nothing in it is an operator or a wildcard
  Span at;
};

enum class Brackets { none, angle };

// A piece without `mailto:` and its percent-encoding, and without angle brackets around it.
struct Peeled {
  std::string text;
  Brackets brackets = Brackets::none;
};
// Refused: a link that is no link to an address.
Read<Peeled> peeled(const Piece& piece);

// With or without hyphens, in any case.
std::optional<IdTerm> id_of(std::string_view text);
// 200 to 599, a class, an enhanced code of RFC 3463 2 or its class.
std::optional<StatusTerm> status_of(std::string_view text);
// A host name of two labels at least, as A-labels.
std::optional<std::string> dotted_name(std::string_view text);
std::optional<schemas::Address> address_of(std::string_view text);
// "b." and 47 letters of base32 (docs/return_path.md).
std::optional<ReturnPathTerm> return_path_of(const schemas::Address& address);
// Visible, without angle brackets, and no longer than a line of a header (RFC 5322 2.1.1).
std::optional<MessageIdTerm> message_id_of(std::string_view text);
// Octets that a local part may have without quotes, dots among them.
bool is_bare_local(std::string_view text);

// "192.0.2.1", "[IPv6:2001:db8::1]", "192.0.2.0/24".
Read<runtime::Network> network_in(const Piece& piece);
// An address literal (RFC 5321 4.1.3) as the address in it; any other text as it is.
std::string_view without_brackets(std::string_view text);
// Whether network_in() is the one to ask: brackets, a tag, or its octets say so.
bool means_network(std::string_view text);

// "2026-03-01"
bool is_date(std::string_view text);
// "14:30"
bool is_time_of_day(std::string_view text);

}  // namespace waybill::query::search
