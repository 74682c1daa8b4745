// Envelope: what a record of the log says of itself, read from the serialised Event without its
// body, so that a publisher or a reader of headers pays for some hundred nanoseconds and not for a
// whole parse. What it gives points into the record.
//
// Promises: agrees with Event::ParseFromString on every record that the latter takes (of a field
// that comes twice the last counts, as everywhere in protobuf). It takes more: a body is skipped by
// its length, whatever is in it. Pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/result.h"
#include "schemas/ordinal.h"

namespace waybill::schemas {

struct Envelope {
  std::string_view event_id;
  std::uint64_t occurred_at = 0;  // ns since 1970
  std::string_view node;
  SequenceNumber node_seq;
  std::uint32_t journal = 0;
  std::string_view domain;
  std::string_view trace;
  std::string_view alias;
  std::string_view client_ip;
  std::optional<std::uint32_t> partition;
  int body = 0;  // the number of its field in event.proto; 0: none that is known here
};

// Errc::invalid: no protobuf message.
runtime::Result<Envelope> read_envelope(std::string_view record);

// log_key() of the event.
std::string_view log_key(const Envelope& envelope);

// Of the deliveries topic: the envelope's own, or that of its key. One that is beyond `count` was
// written for a log of more partitions, and counts as none.
std::uint32_t partition_of(const Envelope& envelope, std::uint32_t count);

// Where events with that body go; those of a newer writer go with the deliveries.
std::string_view topic_of_body(int body);

}  // namespace waybill::schemas
