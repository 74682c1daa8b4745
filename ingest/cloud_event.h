// A record as a CloudEvent in binary mode (CloudEvents 1.0.2, Kafka Protocol Binding 3.2): the
// value is the event, its attributes are headers. docs/events.md has the list. Pure; it keeps the
// octets that it points to.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/log_producer.h"
#include "schemas/envelope.h"

namespace waybill::ingest {

class CloudEvent {
 public:
  // Topic, partition, key and headers of `value`, a record with that envelope. Both live as long as
  // what this gives; the next call ends it.
  const OutRecord& describe(const schemas::Envelope& envelope, std::string_view value,
                            std::uint32_t partitions);

 private:
  void set_type(const schemas::Envelope& envelope);
  void set_key(const schemas::Envelope& envelope, std::string_view value);

  OutRecord record_;
  std::string id_;
  std::string type_;
  std::string source_;
  std::string key_;
};

}  // namespace waybill::ingest
