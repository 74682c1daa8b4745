// rewrite_from(): the header of a message whose From names the alias that it goes through, in place
// of its author. For mail that the next server would refuse: the author's domain asks for that by
// DMARC, and nothing but SPF, which ends here, vouched for it. Pure functions, linear time.
//
//   From: "Doe, Jane" <jane@origin.test>    "Doe, Jane" via buzz <buzz@alias.test>
//   From: jane@origin.test                  "jane" via buzz <buzz@alias.test>
//
// The name stays as it was written, and words are put behind it, which RFC 5322 3.2.5 allows: it is
// neither decoded nor encoded, so nothing of it is lost and nothing new can be read in it. An
// address is never shown as a name, because readers and filters take that for a forgery. Reply-To
// is the author, where the message has none; X-Original-From is From as it was, in place of any
// other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/trust/judge.h"
#include "schemas/address.h"

namespace waybill::relay::trust {

// SPF alone vouched for the one author, whose domain asks for what fails DMARC to be quarantined or
// rejected. Not where a signature's key could not be fetched: it may hold at the next server.
bool needs_rescue(const Judgement& judgement);

// `header`: all octets before the body, with the empty line if there is one. `author`: its only
// mailbox, as authors_of() has it. Nothing where From is not one field that can be read, where the
// alias is not ASCII, so that the header would need SMTPUTF8 for it, and where a NUL, or a CR or LF
// by itself, is in the header. Whatever From was, that of the result is read by authors_of() as the
// alias and nobody else.
std::optional<std::string> rewrite_from(std::string_view header, const schemas::Address& author,
                                        const schemas::Address& alias);

}  // namespace waybill::relay::trust
