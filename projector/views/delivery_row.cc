#include "projector/views/delivery_row.h"

#include "projector/rows/key_codec.h"
#include "projector/rows/row_codec.h"

namespace waybill::projector {
namespace {

using runtime::Errc;
using runtime::Result;

enum Field : std::uint8_t { kSender = 1, kMessageId = 2, kDomain = 4 };

std::string_view domain_of(std::string_view alias) {
  const std::size_t at = alias.rfind('@');
  return at == std::string_view::npos ? std::string_view() : alias.substr(at + 1);
}

}  // namespace

std::string_view name_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::accepted: return "accepted";
    case DeliveryState::in_doubt: return "in_doubt";
    case DeliveryState::deferred: return "deferred";
    case DeliveryState::dropped: return "dropped";
    case DeliveryState::rejected: return "rejected";
    case DeliveryState::forwarded: return "forwarded";
    case DeliveryState::bounced: return "bounced";
    case DeliveryState::delivered: return "delivered";
  }
  return "unknown";
}

void append_delivery_row(const DeliveryRow& row, std::string& out) {
  std::uint8_t fields = 0;
  if (row.sender) fields |= kSender;
  if (row.message_id.size() == kIdOctets) fields |= kMessageId;
  if (row.domain != domain_of(row.alias)) fields |= kDomain;

  RowWriter writer(out);
  writer.octet(static_cast<std::uint8_t>(row.state));
  writer.octet(fields);
  writer.string(row.alias);
  writer.string(row.target);
  if (fields & kSender) writer.string(*row.sender);
  if (fields & kDomain) writer.string(row.domain);
  if (fields & kMessageId) writer.raw(row.message_id);
  writer.fixed64(row.accepted_at);
  writer.fixed64(row.changed_at);
  writer.raw(row.indexes);
}

Result<DeliveryRow> read_delivery_row(std::string_view octets) {
  RowReader reader(octets);
  DeliveryRow row;
  const std::uint8_t state = reader.octet();
  const std::uint8_t fields = reader.octet();
  row.alias = reader.string();
  row.target = reader.string();
  if (fields & kSender) row.sender = reader.string();
  row.domain = (fields & kDomain) ? reader.string() : domain_of(row.alias);
  if (fields & kMessageId) row.message_id = reader.raw(kIdOctets);
  row.accepted_at = reader.fixed64();
  row.changed_at = reader.fixed64();
  row.indexes = reader.rest();
  if (!reader.ok()) return make_error_code(Errc::corrupt);
  row.state = static_cast<DeliveryState>(state);
  return row;
}

void append_index(std::string& indexes, schemas::EventIndex index) {
  if (indexes.size() < kMaxIndexesOctets) RowWriter(indexes).varint(index.value());
}

Result<std::vector<schemas::EventIndex>> read_indexes(std::string_view indexes) {
  std::vector<schemas::EventIndex> out;
  RowReader reader(indexes);
  while (!reader.at_end()) out.emplace_back(reader.varint());
  if (!reader.ok()) return make_error_code(Errc::corrupt);
  return out;
}

}  // namespace waybill::projector
