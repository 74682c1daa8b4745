#include "ingest/kafka_admin.h"

#include <algorithm>
#include <array>
#include <functional>

#include "ingest/kafka_handle.h"
#include "schemas/partition.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::explain;
using runtime::Explained;
using runtime::Failure;
using std::chrono::milliseconds;

namespace {

// Every replica but one may be away and nothing acknowledged is lost; with one more gone nothing is
// taken.
constexpr std::uint32_t kLeastInSync = 2;

template <auto Destroy>
struct With {
  template <class T>
  void operator()(T* gone) const {
    Destroy(gone);
  }
};
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, With<rd_kafka_AdminOptions_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, With<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, With<rd_kafka_event_destroy>>;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, With<rd_kafka_ConfigResource_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, With<rd_kafka_NewTopic_destroy>>;

// One conversation with the cluster.
class Admin {
 public:
  static Explained<Admin> open(const KafkaSettings& settings, milliseconds timeout) {
    // Asking must not make what is asked for.
    const std::vector<KafkaHandle::Property> own = {{"allow.auto.create.topics", "false"}};
    auto handle = KafkaHandle::make(RD_KAFKA_CONSUMER, settings, own, nullptr, nullptr);
    if (!handle) return handle.error();
    return Admin(std::move(*handle), timeout);
  }

  rd_kafka_t* kafka() const { return handle_->get(); }

  Explained<ClusterState> describe(const std::vector<std::string>& topics) {
    ClusterState out;
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto asked = rd_kafka_metadata(kafka(), 1, nullptr, &metadata, wait());
    if (asked != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Failure{errc_of_kafka(asked),
                     std::string("no broker answers: ") + rd_kafka_err2str(asked)};
    }
    out.brokers = static_cast<std::uint32_t>(metadata->broker_cnt);
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
      if (std::find(topics.begin(), topics.end(), topic.topic) == topics.end()) continue;
      TopicState& state = out.topics[topic.topic];
      for (int p = 0; p < topic.partition_cnt; ++p) {
        const rd_kafka_metadata_partition_t& one = topic.partitions[p];
        state.partitions.push_back({static_cast<std::uint32_t>(one.replica_cnt),
                                    static_cast<std::uint32_t>(one.isr_cnt), one.leader >= 0});
      }
    }
    rd_kafka_metadata_destroy(metadata);
    return out;
  }

  Explained<void> describe_configs(ClusterState& state) {
    std::vector<Resource> owned;
    std::vector<rd_kafka_ConfigResource_t*> resources;
    for (const auto& [name, topic] : state.topics) {
      owned.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
      resources.push_back(owned.back().get());
    }
    if (resources.empty()) return {};
    const auto event = run(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, [&](auto* options, auto* queue) {
      rd_kafka_DescribeConfigs(kafka(), resources.data(), resources.size(), options, queue);
    });
    if (!event) return event.error();
    std::size_t count = 0;
    const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
    const auto* const* described = rd_kafka_DescribeConfigs_result_resources(result, &count);
    for (std::size_t i = 0; i < count; ++i) take(*described[i], state);
    return {};
  }

  Explained<void> create(const TopicPlan& plan) {
    std::array<char, kKafkaErrorText> text{};
    const NewTopic topic(rd_kafka_NewTopic_new(plan.name.c_str(), static_cast<int>(plan.partitions),
                                               static_cast<int>(plan.replication), text.data(),
                                               text.size()));
    if (!topic) return Failure{Errc::invalid, text.data()};
    for (const auto& [name, value] : plan.config) {
      rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    }
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    const auto event = run(RD_KAFKA_ADMIN_OP_CREATETOPICS, [&](auto* options, auto* queue) {
      rd_kafka_CreateTopics(kafka(), topics, 1, options, queue);
    });
    if (!event) return event.error();
    std::size_t count = 0;
    const auto* result = rd_kafka_event_CreateTopics_result(event->get());
    const auto* const* made = rd_kafka_CreateTopics_result_topics(result, &count);
    if (count != 1) return explain(Errc::io_error);
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(made[0]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    const char* sentence = rd_kafka_topic_result_error_string(made[0]);
    const bool exists = error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
    return Failure{exists ? Errc::locked : Errc::invalid,
                   sentence == nullptr ? rd_kafka_err2str(error) : sentence};
  }

  // Kafka takes the whole set of a topic's own settings, so that those which stay are given too.
  Explained<void> alter(const std::string& topic,
                        const std::map<std::string, std::string>& config) {
    const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    for (const auto& [name, value] : config) {
      rd_kafka_ConfigResource_set_config(resource.get(), name.c_str(), value.c_str());
    }
    rd_kafka_ConfigResource_t* resources[] = {resource.get()};
    const auto event = run(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, [&](auto* options, auto* queue) {
      rd_kafka_AlterConfigs(kafka(), resources, 1, options, queue);
    });
    if (!event) return event.error();
    std::size_t count = 0;
    const auto* result = rd_kafka_event_AlterConfigs_result(event->get());
    const auto* const* altered = rd_kafka_AlterConfigs_result_resources(result, &count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto error = rd_kafka_ConfigResource_error(altered[i]);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      const char* sentence = rd_kafka_ConfigResource_error_string(altered[i]);
      return Failure{Errc::invalid,
                     topic + ": " + (sentence == nullptr ? rd_kafka_err2str(error) : sentence)};
    }
    return {};
  }

 private:
  Admin(std::unique_ptr<KafkaHandle> handle, milliseconds timeout)
      : handle_(std::move(handle)), timeout_(timeout) {}

  int wait() const { return static_cast<int>(timeout_.count()); }

  template <class Ask>
  Explained<Event> run(rd_kafka_admin_op_t operation, Ask ask) {
    std::array<char, kKafkaErrorText> text{};
    const Options options(rd_kafka_AdminOptions_new(kafka(), operation));
    rd_kafka_AdminOptions_set_request_timeout(options.get(), wait(), text.data(), text.size());
    const Queue queue(rd_kafka_queue_new(kafka()));
    ask(options.get(), queue.get());
    // The request's own time and a little for its way through librdkafka.
    Event event(rd_kafka_queue_poll(queue.get(), wait() + 1'000));
    if (!event) return Failure{Errc::timeout, "no broker answered in time"};
    const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
    return Failure{errc_of_kafka(error), rd_kafka_event_error_string(event.get())};
  }

  static void take(const rd_kafka_ConfigResource_t& described, ClusterState& state) {
    const auto found = state.topics.find(rd_kafka_ConfigResource_name(&described));
    if (found == state.topics.end()) return;
    std::size_t count = 0;
    const auto* const* entries = rd_kafka_ConfigResource_configs(&described, &count);
    for (std::size_t i = 0; i < count; ++i) {
      const rd_kafka_ConfigEntry_t& entry = *entries[i];
      const char* value = rd_kafka_ConfigEntry_value(&entry);
      const char* name = rd_kafka_ConfigEntry_name(&entry);
      found->second.config[name] = value == nullptr ? "" : value;
      if (rd_kafka_ConfigEntry_source(&entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG) {
        found->second.own.insert(name);
      }
    }
  }

  std::unique_ptr<KafkaHandle> handle_;
  milliseconds timeout_;
};

TopicPlan plan(const char* name, std::uint32_t partitions, std::uint32_t replication,
               std::map<std::string, std::string> config) {
  TopicPlan out{name, partitions, replication, std::move(config)};
  out.config["min.insync.replicas"] = std::to_string(std::min(replication, kLeastInSync));
  // Rather no answer for a while than a log that lost what it had acknowledged.
  out.config["unclean.leader.election.enable"] = "false";
  out.config["compression.type"] = "producer";
  return out;
}

}  // namespace

std::vector<TopicPlan> topic_plans(std::uint32_t partitions, std::uint32_t replication) {
  // History is kept until somebody decides otherwise: -1 is for ever.
  const std::map<std::string, std::string> kept = {
      {"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}};
  const std::map<std::string, std::string> newest = {{"cleanup.policy", "compact"}};
  return {plan(schemas::kDeliveriesTopic, partitions, replication, kept),
          plan(schemas::kControlTopic, 1, replication, newest),
          plan(schemas::kAccessTopic, 1, replication, kept),
          plan(schemas::kQuarantineTopic, 1, replication, kept),
          plan(schemas::kNodesTopic, 1, replication, newest)};
}

Explained<ClusterState> describe_cluster(const KafkaSettings& settings,
                                         const std::vector<std::string>& topics,
                                         milliseconds timeout) {
  auto admin = Admin::open(settings, timeout);
  if (!admin) return admin.error();
  auto state = admin->describe(topics);
  if (!state) return state;
  if (const auto described = admin->describe_configs(*state); !described) return described.error();
  return state;
}

Explained<std::uint32_t> count_partitions(const KafkaSettings& settings, const std::string& topic,
                                          milliseconds timeout) {
  auto admin = Admin::open(settings, timeout);
  if (!admin) return admin.error();
  const auto state = admin->describe({topic});
  if (!state) return state.error();
  const auto found = state->topics.find(topic);
  if (found == state->topics.end() || found->second.partitions.empty()) {
    return Failure{Errc::not_found,
                   "there is no topic " + topic + ": waybill topics create makes it"};
  }
  return static_cast<std::uint32_t>(found->second.partitions.size());
}

Explained<void> create_topic(const KafkaSettings& settings, const TopicPlan& plan,
                             milliseconds timeout) {
  auto admin = Admin::open(settings, timeout);
  if (!admin) return admin.error();
  return admin->create(plan);
}

Explained<void> alter_topic(const KafkaSettings& settings, const TopicPlan& plan,
                            const TopicState& now, milliseconds timeout) {
  auto admin = Admin::open(settings, timeout);
  if (!admin) return admin.error();
  std::map<std::string, std::string> config = plan.config;
  for (const std::string& name : now.own) config.emplace(name, now.config.at(name));
  return admin->alter(plan.name, config);
}

}  // namespace waybill::ingest
