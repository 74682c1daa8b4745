#include "tests/support/event_log.h"

#include <algorithm>
#include <random>

namespace waybill::tests {

using schemas::Event;
using schemas::LogOffset;
namespace pb = schemas::pb;

namespace {

// A UUIDv7 whose time is `number` milliseconds after the log's start.
std::array<std::uint8_t, 16> id_octets(unsigned number, std::uint8_t kind) {
  const std::uint64_t milliseconds = kLogStart / 1'000'000 + number;
  std::array<std::uint8_t, 16> octets{};
  for (int i = 0; i < 6; ++i) octets[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  octets[6] = 0x70;
  octets[8] = 0x80;
  octets[9] = kind;
  for (int i = 0; i < 4; ++i) octets[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return octets;
}

void set_reply(pb::Reply& reply, std::uint32_t code, const char* enhanced, const char* text) {
  reply.set_code(code);
  reply.set_enhanced(enhanced);
  reply.set_text(text);
}

template <class Refusal>
void refuse(Refusal& body, const Copy& copy, pb::VerdictBy by) {
  body.set_stage(pb::STAGE_RCPT);
  body.set_by(by);
  body.set_target(copy.target);
  if (by == pb::VERDICT_BY_POLICY) body.set_rule("unknown-alias");
}

}  // namespace

schemas::MessageId message_id(unsigned number) { return schemas::MessageId(id_octets(number, 1)); }
schemas::DeliveryId delivery_id(unsigned number) {
  return schemas::DeliveryId(id_octets(number, 2));
}

Event envelope(const Copy& copy) {
  Event event;
  event.set_domain(copy.domain);
  if (copy.message != 0) event.set_message_id(message_id(copy.message).bytes());
  if (copy.delivery != 0) event.set_delivery_id(delivery_id(copy.delivery).bytes());
  event.set_alias(copy.alias);
  event.set_sender(copy.sender);
  return event;
}

Event accepted(const Copy& copy, std::uint64_t size) {
  Event event = envelope(copy);
  event.clear_delivery_id();
  event.mutable_accepted()->set_size(size);
  event.mutable_accepted()->set_rfc5322_message_id("<" + std::to_string(copy.message) +
                                                   "@origin.test>");
  add_target(event, copy.delivery, copy.target);
  return event;
}

void add_target(Event& accepted, unsigned delivery, std::string_view target) {
  auto& chosen = *accepted.mutable_accepted()->add_targets();
  chosen.set_delivery_id(delivery_id(delivery).bytes());
  chosen.set_target(std::string(target));
}

Event forwarded(const Copy& copy) {
  Event event = envelope(copy);
  event.mutable_forwarded()->set_target(copy.target);
  set_reply(*event.mutable_forwarded()->mutable_reply(), 250, "2.0.0", "Ok: queued");
  return event;
}

Event rejected(const Copy& copy, pb::VerdictBy by) {
  Event event = envelope(copy);
  refuse(*event.mutable_rejected(), copy, by);
  set_reply(*event.mutable_rejected()->mutable_reply(), 550, "5.1.1", "No such user");
  return event;
}

Event deferred(const Copy& copy) {
  Event event = envelope(copy);
  refuse(*event.mutable_deferred(), copy, pb::VERDICT_BY_NEXT_HOP);
  set_reply(*event.mutable_deferred()->mutable_reply(), 451, "4.3.0", "Try again later");
  return event;
}

Event dropped(const Copy& copy) {
  Event event = envelope(copy);
  event.mutable_dropped()->set_rule("no-newsletters");
  return event;
}

Event in_doubt(const Copy& copy) {
  Event event = envelope(copy);
  event.mutable_in_doubt()->set_target(copy.target);
  return event;
}

Event bounced(const Copy& copy, pb::BounceClass report) {
  Event event = envelope(copy);
  event.set_sender("");
  event.mutable_bounced()->set_class_(report);
  event.mutable_bounced()->set_target(copy.target);
  event.mutable_bounced()->set_status("5.2.2");
  event.mutable_bounced()->set_diagnostic_code("smtp; 552 5.2.2 mailbox full");
  return event;
}

LogOffset EventLog::add(Event event) {
  if (event.occurred_at() == 0) event.set_occurred_at(kLogStart + records_.size() * kSecond);
  if (event.node().empty()) {
    event.set_node("mx1");
    event.set_node_seq(++last_seq_);
  }
  return add_raw(event.SerializeAsString());
}

LogOffset EventLog::add_raw(std::string octets) {
  const LogOffset offset(records_.size());
  records_.push_back({0, offset, std::move(octets)});
  return offset;
}

LogOffset EventLog::repeat(LogOffset offset) { return add_raw(records_.at(offset.value()).value); }

std::vector<ingest::LogRecord> EventLog::records(LogOffset from, std::size_t most) const {
  const std::size_t first = std::min<std::size_t>(from.value(), records_.size());
  const std::size_t count = std::min(most, records_.size() - first);
  return {records_.begin() + static_cast<std::ptrdiff_t>(first),
          records_.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

EventLog mixed_log(std::uint32_t seed, std::size_t events) {
  std::minstd_rand random(seed);
  const auto below = [&random](unsigned n) { return static_cast<unsigned>(random() >> 8) % n; };
  EventLog log;
  while (log.size() < events) {
    const unsigned number = 1 + below(static_cast<unsigned>(events) / 3 + 1);
    Copy copy{
        .alias = "alias" + std::to_string(number % 5) + "@forward.test",
        .sender = number % 7 == 0 ? "" : "sender" + std::to_string(number % 3) + "@origin.test",
        .target = "target" + std::to_string(number % 4) + "@mailbox.test:2525",
        .message = number,
        .delivery = number};
    switch (below(12)) {
      case 0:
      case 1:
      case 2: {
        Event event = accepted(copy, 500 + below(5000));
        if (below(3) == 0) add_target(event, 1'000'000 + number, "second@mailbox.test");
        log.add(std::move(event));
        break;
      }
      case 3:
      case 4:
      case 5: log.add(forwarded(copy)); break;
      case 6:
        log.add(rejected(copy, below(2) == 0 ? pb::VERDICT_BY_POLICY : pb::VERDICT_BY_NEXT_HOP));
        break;
      case 7: log.add(deferred(copy)); break;
      case 8: log.add(below(2) == 0 ? dropped(copy) : in_doubt(copy)); break;
      case 9: log.add(bounced(copy, static_cast<pb::BounceClass>(1 + below(9)))); break;
      case 10:
        if (log.size() > 0) log.repeat(LogOffset(below(static_cast<unsigned>(log.size()))));
        break;
      case 11: log.add_raw("\xff\xff no event"); break;
    }
  }
  return log;
}

}  // namespace waybill::tests
