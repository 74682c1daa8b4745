// SenderEnvelope: what a transaction knows before its first recipient (RFC 5321 2.3.1): the client,
// what MAIL said, and the table of routes as it was then. A reload does not change a transaction
// under way. A value; the same for every recipient.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "relay/door/helo_claim.h"
#include "relay/lane.h"
#include "relay/message/header_scan.h"
#include "relay/message/spool.h"
#include "relay/smtp/client_core.h"
#include "relay/smtp/server_core.h"
#include "relay/verdict.h"

namespace waybill::relay {

// The client as the session knows it.
struct Client {
  runtime::Endpoint endpoint;
  std::string helo;
  bool esmtp = false;
  std::optional<runtime::TlsFacts> tls{};
  door::HeloClaim helo_claim = door::HeloClaim::fine;
  // What DNS says of it, where that is asked; of its session.
  door::ClientLook* look = nullptr;
  bool judged = false;  // by the rules of the door: it is not exempt
};

struct SenderEnvelope {
  Client client;
  schemas::MessageId id;
  std::shared_ptr<const routes::RouteTable> routes;
  smtp::MailParameters mail;  // as a next hop is told, but for the sender
  bool prdr = false;          // the sender reads a reply for each recipient
};

SenderEnvelope open_envelope(const Lane& lane, Client client, const smtp::MailStep& mail);

// `recipient`: as given at RCPT.
Subject subject_for(const SenderEnvelope& envelope, const std::string& recipient);

// The message once all of it is here. `spool` outlives it.
struct WholeMessage {
  message::Spool& spool;
  std::uint64_t octets = 0;  // as received
  message::HeaderFacts header;
};

// The Accepted of one recipient, all but its route and its targets.
schemas::Event accepted_event(const SenderEnvelope& envelope, const WholeMessage& message,
                              const Subject& subject, const smtp::RcptDsn& dsn);

}  // namespace waybill::relay
