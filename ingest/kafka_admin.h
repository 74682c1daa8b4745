// KafkaAdmin: topics as they are and as they ought to be. Blocking calls for tools and starts.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ingest/kafka_settings.h"
#include "runtime/failure.h"

namespace waybill::ingest {

struct TopicPlan {
  std::string name;
  std::uint32_t partitions = 1;
  std::uint32_t replication = 1;
  std::map<std::string, std::string> config;  // by Kafka's names: "cleanup.policy"
};

// What is wanted of every topic of ours. `partitions` is of the deliveries topic.
std::vector<TopicPlan> topic_plans(std::uint32_t partitions, std::uint32_t replication);

struct PartitionState {
  std::uint32_t replicas = 0;
  std::uint32_t in_sync = 0;
  bool has_leader = false;
};

struct TopicState {
  std::vector<PartitionState> partitions;
  std::map<std::string, std::string> config;  // as it holds, defaults too
  std::set<std::string> own;                  // those set for this topic alone
};

struct ClusterState {
  std::uint32_t brokers = 0;
  std::map<std::string, TopicState> topics;  // of those asked for, the ones that exist
};

// Errc::unreachable or timeout: no broker answered.
runtime::Explained<ClusterState> describe_cluster(const KafkaSettings& settings,
                                                  const std::vector<std::string>& topics,
                                                  std::chrono::milliseconds timeout);

// Errc::not_found: there is no such topic.
runtime::Explained<std::uint32_t> count_partitions(const KafkaSettings& settings,
                                                   const std::string& topic,
                                                   std::chrono::milliseconds timeout);

// Makes it. Errc::locked: it exists already; invalid: the cluster does not take the plan (more
// replicas than brokers); the words are the cluster's own.
runtime::Explained<void> create_topic(const KafkaSettings& settings, const TopicPlan& plan,
                                      std::chrono::milliseconds timeout);

// Sets what differs of `plan.config`; other settings of the topic stay.
runtime::Explained<void> alter_topic(const KafkaSettings& settings, const TopicPlan& plan,
                                     const TopicState& now, std::chrono::milliseconds timeout);

}  // namespace waybill::ingest
