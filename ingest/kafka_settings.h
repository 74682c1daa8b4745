// KafkaSettings: how a cluster is reached; what every handle of librdkafka is made from.
#pragma once

#include <map>
#include <string>

namespace waybill::ingest {

struct KafkaSettings {
  std::string bootstrap;  // "host:port,host:port"
  std::string client_id = "waybill";
  // Further settings by librdkafka's names (security.protocol, sasl.username, ssl.ca.location).
  // None of those that a promise stands on: reserved_property().
  std::map<std::string, std::string> properties;
};

// Why an operator may not set that property; empty: it may be set.
std::string reserved_property(const std::string& name);

}  // namespace waybill::ingest
