// Rows of `deliveries`: what became of one copy of one message.
//
//   octet    state
//   octet    which of the following are present: 1 sender (may be empty: null), 2 message id,
//            4 domain (only where it is not the alias's)
//   string   alias, target; sender; domain
//   16       message id
//   fixed64  accepted_at, changed_at: ns since 1970
//   varint   the index of each of its events, ascending, until the row ends
//
// A usual row has some 120 octets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

// In the order in which one may follow another: a delivery never goes back.
enum class DeliveryState : std::uint8_t {
  accepted = 0,
  in_doubt = 1,
  deferred = 2,
  dropped = 3,
  rejected = 4,
  forwarded = 5,
  bounced = 6,
  delivered = 7,
};

// "accepted", "in_doubt", ...; "unknown" for a state from a newer writer, which a row may hold and
// nothing moves.
std::string_view name_of(DeliveryState state);

struct DeliveryRow {
  DeliveryState state = DeliveryState::accepted;
  std::string_view alias;
  std::string_view target;
  std::optional<std::string_view> sender;
  std::string_view domain;
  std::string_view message_id;  // 16 octets or empty
  std::uint64_t accepted_at = 0;
  std::uint64_t changed_at = 0;
  std::string_view indexes;  // of its events, as in the row
};

void append_delivery_row(const DeliveryRow& row, std::string& out);
// Errc::corrupt. What it gives points into `octets`. A state from a newer writer is kept as it is.
runtime::Result<DeliveryRow> read_delivery_row(std::string_view octets);

// A delivery has two or three events. What a return path may bring on top is bounded by the relay;
// a row that is full (some 1,000 events) takes no more indexes, and the events stay in the archive.
inline constexpr std::size_t kMaxIndexesOctets = 4096;

void append_index(std::string& indexes, schemas::EventIndex index);
// Ascending. Errc::corrupt.
runtime::Result<std::vector<schemas::EventIndex>> read_indexes(std::string_view indexes);

}  // namespace waybill::projector
