#include "relay/sender_envelope.h"

#include "runtime/clock.h"
#include "schemas/dsn_request.h"

namespace waybill::relay {

using schemas::Event;
namespace pb = schemas::pb;

SenderEnvelope open_envelope(const Lane& lane, Client client, const smtp::MailStep& mail) {
  SenderEnvelope out;
  out.client = std::move(client);
  out.id = schemas::new_id<schemas::MessageId>(lane.clock.wall(), lane.chance);
  out.routes = lane.routes.get();
  out.mail.sender = mail.sender;
  out.mail.size = mail.size;
  out.mail.eight_bit_mime = mail.body == smtp::BodyKind::eight_bit_mime;
  out.mail.smtputf8 = mail.smtputf8;
  out.mail.utf8_sender = mail.sender && mail.sender->needs_smtputf8();
  out.mail.ret = mail.dsn.ret;
  out.mail.envid = mail.dsn.envid;
  out.mail.asked = mail.asked;
  out.mail.require_tls = mail.require_tls;
  out.prdr = mail.prdr;
  return out;
}

Subject subject_for(const SenderEnvelope& envelope, const std::string& recipient) {
  Subject subject;
  subject.recipient = recipient;
  subject.sender = envelope.mail.sender ? envelope.mail.sender->text() : std::string();
  subject.client_ip = runtime::ip_text(envelope.client.endpoint.address);
  subject.message = envelope.id;
  return subject;
}

Event accepted_event(const SenderEnvelope& envelope, const WholeMessage& message,
                     const Subject& subject, const smtp::RcptDsn& dsn) {
  Event event = begin_event(subject);
  pb::Accepted& body = *event.mutable_accepted();
  body.set_client_port(envelope.client.endpoint.port);
  body.set_helo(schemas::clean_reply_text(envelope.client.helo));
  if (envelope.client.tls) fill_tls(*body.mutable_tls(), *envelope.client.tls);
  body.set_recipient(subject.recipient);
  body.set_size(message.octets);
  body.set_rfc5322_message_id(schemas::clean_reply_text(message.header.message_id));
  body.set_header_from(schemas::clean_reply_text(message.header.from));
  body.set_smtputf8(envelope.mail.smtputf8);
  body.set_require_tls(envelope.mail.require_tls);
  const schemas::DsnRequest asked{envelope.mail.ret, envelope.mail.envid, dsn.notify, dsn.orcpt};
  if (!asked.empty()) schemas::set_dsn_request(*body.mutable_dsn(), asked);
  return event;
}

}  // namespace waybill::relay
