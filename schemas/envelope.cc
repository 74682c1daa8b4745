#include "schemas/envelope.h"

#include <cstring>

#include "schemas/kind.h"
#include "schemas/partition.h"

namespace waybill::schemas {

using runtime::Errc;
using runtime::Result;

namespace {

// Wire types of protobuf. Groups are in no schema of ours; an unknown field may be one.
enum Wire : std::uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kDelimited = 2,
  kGroup = 3,
  kGroupEnd = 4,
  kFixed32 = 5
};

class WireReader {
 public:
  explicit WireReader(std::string_view rest) : rest_(rest) {}

  bool at_end() const { return rest_.empty(); }
  bool ok() const { return ok_; }

  // Of at most `octets` octets.
  std::uint64_t varint(int octets = 10) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 7 * octets; shift += 7) {
      if (rest_.empty()) return fail();
      const auto octet = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift < 64) value |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
      if ((octet & 0x80) == 0) return value;
    }
    return fail();
  }

  // What the fifth octet has beyond 32 bits is dropped, as protobuf's own reader does.
  std::uint32_t tag() { return static_cast<std::uint32_t>(varint(5)); }

  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::uint64_t fixed64() { return fixed<std::uint64_t>(); }
  std::uint32_t fixed32() { return fixed<std::uint32_t>(); }

 private:
  template <class Number>
  Number fixed() {
    Number value = 0;
    const std::string_view octets = raw(sizeof value);
    if (ok_) std::memcpy(&value, octets.data(), sizeof value);  // little-endian, as on the wire
    return value;
  }

  std::uint64_t fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

void take_text(Envelope& out, std::uint64_t field, std::string_view value) {
  switch (field) {
    case Event::kEventIdFieldNumber: out.event_id = value; return;
    case Event::kNodeFieldNumber: out.node = value; return;
    case Event::kDomainFieldNumber: out.domain = value; return;
    case Event::kTraceFieldNumber: out.trace = value; return;
    case Event::kAliasFieldNumber: out.alias = value; return;
    case Event::kClientIpFieldNumber: out.client_ip = value; return;
    default:
      if (find_kind(static_cast<int>(field)) != nullptr) out.body = static_cast<int>(field);
  }
}

void take_field(WireReader& wire, Envelope& out, std::uint64_t field, std::uint64_t type) {
  switch (type) {
    case kVarint: {
      const std::uint64_t value = wire.varint();
      if (field == Event::kPartitionFieldNumber) out.partition = static_cast<std::uint32_t>(value);
      return;
    }
    case kFixed64: {
      const std::uint64_t value = wire.fixed64();
      if (field == Event::kOccurredAtFieldNumber) out.occurred_at = value;
      if (field == Event::kNodeSeqFieldNumber) out.node_seq = SequenceNumber(value);
      return;
    }
    case kDelimited: take_text(out, field, wire.raw(wire.varint())); return;
    case kFixed32: {
      const std::uint32_t value = wire.fixed32();
      if (field == Event::kJournalFieldNumber) out.journal = value;
      return;
    }
    case kGroup:
    case kGroupEnd: return;
    default: wire.raw(SIZE_MAX);  // no wire type
  }
}

}  // namespace

Result<Envelope> read_envelope(std::string_view record) {
  Envelope out;
  Envelope inner;  // of groups: nothing in them is the record's own
  std::uint64_t depth = 0;
  WireReader wire(record);
  while (!wire.at_end()) {
    const std::uint32_t tag = wire.tag();
    const std::uint32_t field = tag >> 3;
    const std::uint32_t type = tag & 7;
    if (field == 0 || (type == kGroupEnd && depth == 0)) return make_error_code(Errc::invalid);
    if (type == kGroup) ++depth;
    if (type == kGroupEnd) --depth;
    take_field(wire, depth == 0 ? out : inner, field, type);
    if (!wire.ok()) return make_error_code(Errc::invalid);
  }
  if (depth != 0) return make_error_code(Errc::invalid);
  return out;
}

std::string_view log_key(const Envelope& envelope) {
  return envelope.alias.empty() ? envelope.client_ip : envelope.alias;
}

std::uint32_t partition_of(const Envelope& envelope, std::uint32_t count) {
  if (envelope.partition && *envelope.partition < count) return *envelope.partition;
  return partition_of_key(log_key(envelope), count);
}

std::string_view topic_of_body(int body) {
  const KindTraits* const kind = find_kind(body);
  return kind == nullptr ? kDeliveriesTopic : kind->topic;
}

}  // namespace waybill::schemas
