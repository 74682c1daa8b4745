#include "projector/views/timeline_row.h"

#include "projector/rows/row_codec.h"
#include "projector/views/timeline_key.h"
#include "schemas/field_shape.h"
#include "schemas/ids.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;
using schemas::Event;
namespace pb = schemas::pb;

enum Field : std::uint64_t {
  kAlias = 1 << 0,
  kSender = 1 << 1,
  kTarget = 1 << 2,
  kMessageId = 1 << 3,
  kDeliveryId = 1 << 4,
  kStageAndVerdict = 1 << 5,
  kRule = 1 << 6,
  kReply = 1 << 7,
  kSize = 1 << 8,
  kRfc5322Id = 1 << 9,
  kBounceClass = 1 << 10,
  kStatus = 1 << 11,
  kDiagnostic = 1 << 12,
  kReported = 1 << 13,
};

// Cut between UTF-8 sequences (RFC 3629 3), never within one.
std::string_view beginning(std::string_view text) {
  if (text.size() <= kMaxTextInRow) return text;
  std::size_t end = kMaxTextInRow;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

// The parts of an event's body that a row shows; what a body does not have is left empty.
struct Shown {
  std::uint8_t stage = 0;
  std::uint8_t by = 0;
  std::string_view rule;
  const pb::Reply* reply = nullptr;
  std::uint64_t size = 0;
  std::string_view rfc5322_id;
  std::uint8_t bounce_class = 0;
  std::string_view status;
  std::string_view diagnostic;
};

std::uint8_t small(int value) {
  return value >= 0 && value < 256 ? static_cast<std::uint8_t>(value) : 0;
}

template <class Refusal>
Shown shown_of_refusal(const Refusal& body) {
  Shown shown;
  shown.stage = small(body.stage());
  shown.by = small(body.by());
  shown.rule = body.rule();
  if (body.has_reply()) shown.reply = &body.reply();
  return shown;
}

Shown shown_of(const Event& event) {
  Shown shown;
  switch (event.body_case()) {
    case Event::kAccepted:
      shown.size = event.accepted().size();
      shown.rfc5322_id = event.accepted().rfc5322_message_id();
      break;
    case Event::kForwarded:
      if (event.forwarded().has_reply()) shown.reply = &event.forwarded().reply();
      break;
    case Event::kRejected: return shown_of_refusal(event.rejected());
    case Event::kDeferred: return shown_of_refusal(event.deferred());
    case Event::kDropped: shown.rule = event.dropped().rule(); break;
    case Event::kBounced:
      shown.bounce_class = small(event.bounced().class_());
      shown.status = event.bounced().status();
      shown.diagnostic = beginning(event.bounced().diagnostic_code());
      if (event.bounced().has_reply()) shown.reply = &event.bounced().reply();
      break;
    case Event::kInDoubt:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: break;
  }
  return shown;
}

bool is_id(std::string_view octets) { return octets.size() == kIdOctets; }

schemas::Reply read_reply(RowReader& row) {
  schemas::Reply reply;
  reply.code = static_cast<int>(row.varint());
  reply.enhanced = row.string();
  reply.text = row.string();
  return reply;
}

// A row cut short has no id: the reader remembers that it failed.
std::string read_id(RowReader& row) {
  const auto octets = row.raw(kIdOctets);
  return row.ok() ? schemas::uuid_text(octets) : std::string();
}

}  // namespace

std::string_view target_of(const Event& event) {
  switch (event.body_case()) {
    case Event::kForwarded: return event.forwarded().target();
    case Event::kRejected: return event.rejected().target();
    case Event::kDeferred: return event.deferred().target();
    case Event::kBounced: return event.bounced().target();
    case Event::kInDoubt: return event.in_doubt().target();
    // An Accepted may name several.
    case Event::kAccepted:
    case Event::kDropped:
    case Event::kControl:
    case Event::kAccess:
    case Event::BODY_NOT_SET: return {};
  }
  return {};
}

void append_timeline_row(const Event& event, std::string_view target, std::string_view delivery_id,
                         std::string& out) {
  const Shown shown = shown_of(event);
  std::uint64_t fields = 0;
  if (!event.alias().empty()) fields |= kAlias;
  if (event.has_sender()) fields |= kSender;
  if (!target.empty()) fields |= kTarget;
  if (is_id(event.message_id())) fields |= kMessageId;
  if (is_id(delivery_id)) fields |= kDeliveryId;
  if (shown.stage != 0 || shown.by != 0) fields |= kStageAndVerdict;
  if (!shown.rule.empty()) fields |= kRule;
  if (shown.reply != nullptr) fields |= kReply;
  if (shown.size != 0) fields |= kSize;
  if (!shown.rfc5322_id.empty()) fields |= kRfc5322Id;
  if (shown.bounce_class != 0) fields |= kBounceClass;
  if (!shown.status.empty()) fields |= kStatus;
  if (!shown.diagnostic.empty()) fields |= kDiagnostic;
  if (is_id(event.reported_delivery_id())) fields |= kReported;

  RowWriter row(out);
  row.octet(static_cast<std::uint8_t>(event.body_case()));
  row.varint(fields);
  if (fields & kAlias) row.string(event.alias());
  if (fields & kSender) row.string(event.sender());
  if (fields & kTarget) row.string(target);
  if (fields & kMessageId) row.raw(event.message_id());
  if (fields & kDeliveryId) row.raw(delivery_id);
  if (fields & kStageAndVerdict) {
    row.octet(shown.stage);
    row.octet(shown.by);
  }
  if (fields & kRule) row.string(shown.rule);
  if (fields & kReply) {
    row.varint(shown.reply->code());
    row.string(shown.reply->enhanced());
    row.string(beginning(shown.reply->text()));
  }
  if (fields & kSize) row.varint(shown.size);
  if (fields & kRfc5322Id) row.string(shown.rfc5322_id);
  if (fields & kBounceClass) row.octet(shown.bounce_class);
  if (fields & kStatus) row.string(shown.status);
  if (fields & kDiagnostic) row.string(shown.diagnostic);
  if (fields & kReported) row.raw(event.reported_delivery_id());
}

Result<TimelineEntry> read_timeline_row(std::string_view key, std::string_view octets) {
  if (key.size() != kTimelineKey) return make_error_code(Errc::corrupt);
  TimelineEntry entry;
  entry.index = timeline_index(key);
  entry.occurred_at = schemas::wall_time(timeline_time(key));
  const schemas::KindTraits* const kind = kind_of_row(octets);
  if (kind == nullptr) return make_error_code(Errc::corrupt);
  entry.kind = kind->word;

  RowReader row(octets);
  row.octet();
  const std::uint64_t fields = row.varint();
  if (fields & kAlias) entry.alias = row.string();
  if (fields & kSender) entry.sender = row.string();
  if (fields & kTarget) entry.target = row.string();
  if (fields & kMessageId) entry.message_id = read_id(row);
  if (fields & kDeliveryId) entry.delivery_id = read_id(row);
  if (fields & kStageAndVerdict) {
    entry.stage = schemas::word_of(*pb::Stage_descriptor(), row.octet());
    entry.by = schemas::word_of(*pb::VerdictBy_descriptor(), row.octet());
  }
  if (fields & kRule) entry.rule = row.string();
  if (fields & kReply) entry.reply = read_reply(row);
  if (fields & kSize) entry.size = row.varint();
  if (fields & kRfc5322Id) entry.rfc5322_message_id = row.string();
  if (fields & kBounceClass) {
    entry.bounce_class = schemas::word_of(*pb::BounceClass_descriptor(), row.octet());
  }
  if (fields & kStatus) entry.status = row.string();
  if (fields & kDiagnostic) entry.diagnostic = row.string();
  if (fields & kReported) entry.reported_delivery_id = read_id(row);
  if (!row.ok() || !row.at_end()) return make_error_code(Errc::corrupt);
  return entry;
}

const schemas::KindTraits* kind_of_row(std::string_view row) {
  return row.empty() ? nullptr : schemas::find_kind(static_cast<unsigned char>(row.front()));
}

}  // namespace waybill::projector
