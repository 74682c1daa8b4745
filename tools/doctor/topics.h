// Broker and topics: how the log on Kafka is, held against how it ought to be. Pure.
#pragma once

#include <string>
#include <vector>

#include "ingest/kafka_admin.h"
#include "runtime/time.h"
#include "tools/doctor/finding.h"

namespace waybill::tools::doctor {

// A question to a cluster that is well is answered in milliseconds.
inline constexpr std::chrono::seconds kSlowAnswer{2};

struct BrokerFacts {
  std::string bootstrap;
  std::uint32_t replication = 1;  // wanted
  runtime::Explained<ingest::ClusterState> state;
  runtime::Duration took{};  // until the answer, connecting included
};

Findings judge_broker(const BrokerFacts& facts);

// Each plan against the topic of its name.
Findings judge_topics(const std::vector<ingest::TopicPlan>& plans,
                      const ingest::ClusterState& state);

}  // namespace waybill::tools::doctor
