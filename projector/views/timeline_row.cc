#include "projector/views/timeline_row.h"

#include <algorithm>
#include <array>

#include "projector/rows/row_codec.h"
#include "projector/views/destination.h"
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
  kTarget = 1 << 1,
  kSender = 1 << 2,
  kMessageId = 1 << 3,
  kDeliveryId = 1 << 4,
  kStageAndVerdict = 1 << 5,
  kRule = 1 << 6,
  kBounceClass = 1 << 7,
  kStatus = 1 << 8,
  kDiagnostic = 1 << 9,
  kSize = 1 << 10,
  kReply = 1 << 11,
  kRfc5322Id = 1 << 12,
  kReported = 1 << 13,
  kDeliveryNumber = 1 << 14,
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

constexpr unsigned kTimeBits = 48;  // of an id (RFC 9562 5.7)
constexpr std::uint64_t kNanosecondsAMillisecond = 1'000'000;

// `id` has kIdOctets.
std::uint64_t time_of_id(std::string_view id) { return read_be64(id) >> (64 - kTimeBits); }

constexpr std::size_t kTailOctets = kIdOctets - kTimeBits / 8;

std::string_view tail_of_id(std::string_view id) { return id.substr(kTimeBits / 8); }

// Times in ms; gives the id's own.
std::uint64_t append_time(std::string_view id, std::uint64_t near, RowWriter& row) {
  row.zigzag(near - time_of_id(id));
  return time_of_id(id);
}

using IdOctets = std::array<char, kIdOctets>;

// Makes `near` the id's own time. A row cut short has no id: the reader remembers that it failed.
IdOctets read_id(std::string_view tail, RowReader& row, std::uint64_t& near) {
  IdOctets id{};
  near -= row.zigzag();
  if (!row.ok()) return id;
  for (unsigned octet = 0; octet < kTimeBits / 8; ++octet) {
    id[octet] = static_cast<char>(near >> (kTimeBits - 8 - 8 * octet));
  }
  std::copy(tail.begin(), tail.end(), id.begin() + kTimeBits / 8);
  return id;
}

std::string_view octets_of(const IdOctets& id) { return {id.data(), id.size()}; }

// The words of an enum of event.proto by their numbers, as they stand in rows.
class Words {
 public:
  explicit Words(const google::protobuf::EnumDescriptor& words) {
    for (std::size_t number = 0; number < words_.size(); ++number) {
      words_[number] = schemas::word_of(words, static_cast<int>(number));
    }
  }
  std::string_view of(std::uint8_t number) const { return words_[number]; }

 private:
  std::array<std::string, 256> words_;
};

LineReply read_reply(RowReader& row) {
  LineReply reply;
  reply.code = static_cast<int>(row.varint());
  reply.enhanced = row.string();
  reply.text = row.string();
  return reply;
}

void append_row(const Event& event, const Destination& to, std::string& out) {
  const Shown shown = shown_of(event);
  std::uint64_t fields = 0;
  if (!event.alias().empty()) fields |= kAlias;
  if (!to.target.empty()) fields |= kTarget;
  if (shown.stage != 0 || shown.by != 0) fields |= kStageAndVerdict;
  if (!shown.rule.empty()) fields |= kRule;
  if (shown.bounce_class != 0) fields |= kBounceClass;
  if (!shown.status.empty()) fields |= kStatus;
  if (!shown.diagnostic.empty()) fields |= kDiagnostic;
  if (shown.reply != nullptr) fields |= kReply;
  if (event.has_sender()) fields |= kSender;
  if (is_id(event.message_id())) fields |= kMessageId;
  const std::uint64_t number = schemas::delivery_number(to.delivery_id, event.message_id());
  if (number != 0) {
    fields |= kDeliveryNumber;
  } else if (is_id(to.delivery_id)) {
    fields |= kDeliveryId;
  }
  if (shown.size != 0) fields |= kSize;
  if (!shown.rfc5322_id.empty()) fields |= kRfc5322Id;
  if (is_id(event.reported_delivery_id())) fields |= kReported;

  RowWriter row(out);
  row.octet(static_cast<std::uint8_t>(event.body_case()));
  row.varint(fields);
  if (fields & kAlias) row.string(event.alias());
  if (fields & kTarget) row.string(to.target);
  if (fields & kSender) row.string(event.sender());
  if (fields & kMessageId) row.raw(tail_of_id(event.message_id()));
  if (fields & kDeliveryId) row.raw(tail_of_id(to.delivery_id));
  std::uint64_t near = event.occurred_at() / kNanosecondsAMillisecond;
  if (fields & kMessageId) near = append_time(event.message_id(), near, row);
  if (fields & kDeliveryId) near = append_time(to.delivery_id, near, row);
  if (fields & kDeliveryNumber) row.varint(number);
  if (fields & kStageAndVerdict) {
    row.octet(shown.stage);
    row.octet(shown.by);
  }
  if (fields & kRule) row.string(shown.rule);
  if (fields & kBounceClass) row.octet(shown.bounce_class);
  if (fields & kStatus) row.string(shown.status);
  if (fields & kDiagnostic) row.string(shown.diagnostic);
  if (fields & kSize) row.varint(shown.size);
  if (fields & kReply) {
    row.varint(shown.reply->code());
    row.string(shown.reply->enhanced());
    row.string(beginning(shown.reply->text()));
  }
  if (fields & kRfc5322Id) row.string(shown.rfc5322_id);
  if (fields & kReported) row.raw(event.reported_delivery_id());
}

}  // namespace

void append_alias_row(const Event& event, std::string& out) {
  thread_local std::string joined;
  append_row(event, destination_of(event, nullptr, joined), out);
}

void append_pointer_row(const Event& event, std::string& out) {
  RowWriter(out).octet(static_cast<std::uint8_t>(event.body_case()));
}

std::string_view LineTexts::keep(std::string_view text) {
  char* const place = room(text.size());
  std::copy(text.begin(), text.end(), place);
  return {place, text.size()};
}

std::string_view LineTexts::keep_uuid(std::string_view octets) {
  char* const place = room(schemas::kUuidText);
  schemas::write_uuid(octets, place);
  return {place, schemas::kUuidText};
}

Result<TimelineEntry> read_alias_row(TimelinePlace place, std::string_view octets,
                                     const KeptTexts& kept) {
  static const Words stages(*pb::Stage_descriptor());
  static const Words verdicts(*pb::VerdictBy_descriptor());
  static const Words bounce_classes(*pb::BounceClass_descriptor());
  TimelineEntry entry;
  entry.kept = kept;
  entry.index = place.index;
  entry.occurred_at = schemas::wall_time(place.time);
  const schemas::KindTraits* const kind = kind_of_row(octets);
  if (kind == nullptr) return make_error_code(Errc::corrupt);
  entry.kind = kind->word;

  LineTexts& texts = *kept.texts;
  RowReader row(texts.keep(octets));
  row.octet();
  const std::uint64_t fields = row.varint();
  if (fields & kAlias) entry.alias = row.string();
  if (fields & kTarget) entry.target = row.string();
  if (fields & kSender) entry.sender = row.string();
  const std::string_view message = row.raw(fields & kMessageId ? kTailOctets : 0);
  const std::string_view delivery = row.raw(fields & kDeliveryId ? kTailOctets : 0);
  std::uint64_t near = place.time / kNanosecondsAMillisecond;
  IdOctets message_id{};
  if (fields & kMessageId) {
    message_id = read_id(message, row, near);
    entry.message_id = texts.keep_uuid(octets_of(message_id));
  }
  if (fields & kDeliveryId) {
    entry.delivery_id = texts.keep_uuid(octets_of(read_id(delivery, row, near)));
  }
  if (fields & kDeliveryNumber) {
    const std::uint64_t number = row.varint();
    const bool is_one = number >= 1 && number <= schemas::kMaxDeliveryNumber;
    if (!(fields & kMessageId) || !row.ok() || !is_one) return make_error_code(Errc::corrupt);
    entry.delivery_id = texts.keep_uuid(schemas::delivery_of(octets_of(message_id), number));
  }
  if (fields & kStageAndVerdict) {
    entry.stage = stages.of(row.octet());
    entry.by = verdicts.of(row.octet());
  }
  if (fields & kRule) entry.rule = row.string();
  if (fields & kBounceClass) entry.bounce_class = bounce_classes.of(row.octet());
  if (fields & kStatus) entry.status = row.string();
  if (fields & kDiagnostic) entry.diagnostic = row.string();
  if (fields & kSize) entry.size = row.varint();
  if (fields & kReply) entry.reply = read_reply(row);
  if (fields & kRfc5322Id) entry.rfc5322_message_id = row.string();
  const std::string_view reported = row.raw(fields & kReported ? kIdOctets : 0);
  if (!row.ok() || !row.at_end()) return make_error_code(Errc::corrupt);
  if (fields & kReported) entry.reported_delivery_id = texts.keep_uuid(reported);
  return entry;
}

namespace {

bool took_part(const Event& event, const Destination& to, Role role, const Sought& address) {
  switch (role) {
    case Role::alias: return address.is(event.alias());
    case Role::sender: return event.has_sender() && address.is(event.sender());
    case Role::target: return !to.target.empty();
    case Role::client: return address.is(event.client_ip());
  }
  return false;
}

}  // namespace

namespace {

std::optional<TimelineEntry> line_to(const Event& event, const Destination& to,
                                     schemas::EventIndex index, const KeptTexts& kept) {
  thread_local std::string row;
  row.clear();
  append_row(event, to, row);
  auto entry = read_alias_row({event.occurred_at(), index}, row, kept);
  if (!entry) return std::nullopt;
  return std::move(*entry);
}

}  // namespace

std::optional<TimelineEntry> timeline_entry(const Event& event, schemas::EventIndex index,
                                            Role role, const Sought& address,
                                            const KeptTexts& kept) {
  std::string joined;
  const Destination to = destination_of(event, role == Role::target ? &address : nullptr, joined);
  if (!took_part(event, to, role, address)) return std::nullopt;
  return line_to(event, to, index, kept);
}

std::optional<TimelineEntry> line_of(const Event& event, schemas::EventIndex index,
                                     const KeptTexts& kept) {
  std::string joined;
  return line_to(event, destination_of(event, nullptr, joined), index, kept);
}

bool took_part(const Event& event, Role role, const Sought& address) {
  std::string joined;
  const Destination to = destination_of(event, role == Role::target ? &address : nullptr, joined);
  return took_part(event, to, role, address);
}

const schemas::KindTraits* kind_of_row(std::string_view row) {
  return row.empty() ? nullptr : schemas::find_kind(static_cast<unsigned char>(row.front()));
}

}  // namespace waybill::projector
