#include "tools/doctor/topics.h"

#include <charconv>

#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

using ingest::PartitionState;
using ingest::TopicPlan;
using ingest::TopicState;
using runtime::Errc;

namespace {

constexpr char kCreate[] = "Run `waybill topics create`, which sets what differs.";
constexpr char kLookAtBrokers[] = "See which brokers are away, and their logs.";

// What a wrong value of a setting does.
std::string harm_of(const std::string& name) {
  if (name == "retention.ms" || name == "retention.bytes") {
    return ": what is older goes from the log, and no view can be rebuilt from it";
  }
  if (name == "cleanup.policy") return ": records would go that are still wanted, or stay for ever";
  if (name == "min.insync.replicas") {
    return ": an event counts as kept with more or fewer copies than intended";
  }
  if (name == "unclean.leader.election.enable") return ": acknowledged events can be lost";
  return "";
}

std::string value_of(const TopicState& topic, const std::string& name) {
  const auto found = topic.config.find(name);
  return found == topic.config.end() ? "" : found->second;
}

std::uint32_t number_of(const std::string& text) {
  std::uint32_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

void judge_size(const TopicPlan& plan, const TopicState& topic, Findings& out) {
  if (topic.partitions.size() == plan.partitions) return;
  const std::string there = std::to_string(topic.partitions.size());
  std::string sentence = "has " + plural(topic.partitions.size(), "partition", "partitions") +
                         ", and the configuration says " + std::to_string(plan.partitions) +
                         ": keys would go where nobody looks for them, so relays publish nothing";
  std::string advice = "If the topic is right, set kafka.partitions = " + there + " on every node.";
  if (plan.partitions == 1) {
    sentence = "has " + there + " partitions and must have one, for its order to hold";
    advice = "Make the topic anew: the number cannot be lowered.";
  }
  out.push_back({Severity::wrong, plan.name, sentence, advice});
}

void judge_config(const TopicPlan& plan, const TopicState& topic, Findings& out) {
  for (const auto& [name, wanted] : plan.config) {
    const std::string is = value_of(topic, name);
    if (is == wanted) continue;
    out.push_back(
        {Severity::warning, plan.name,
         name + " is " + (is.empty() ? "not set" : is) + ", ought to be " + wanted + harm_of(name),
         kCreate});
  }
}

void judge_partitions(const TopicPlan& plan, const TopicState& topic, Findings& out) {
  const std::uint32_t least = number_of(value_of(topic, "min.insync.replicas"));
  std::vector<std::uint32_t> leaderless;
  std::vector<std::uint32_t> refusing;
  std::vector<std::uint32_t> behind;
  std::vector<std::uint32_t> few;
  for (std::uint32_t i = 0; i < topic.partitions.size(); ++i) {
    const PartitionState& one = topic.partitions[i];
    if (!one.has_leader) {
      leaderless.push_back(i);
    } else if (one.in_sync < least) {
      refusing.push_back(i);
    } else if (one.in_sync < one.replicas) {
      behind.push_back(i);
    }
    if (one.replicas < plan.replication) few.push_back(i);
  }
  const auto say = [&](const std::vector<std::uint32_t>& which, Severity severity,
                       const std::string& what, const std::string& advice) {
    if (which.empty()) return;
    out.push_back({severity, plan.name,
                   name_partitions(which) + (which.size() == 1 ? " has " : " have ") + what,
                   advice});
  };
  say(leaderless, Severity::wrong, "no leader: nothing is read there or written", kLookAtBrokers);
  say(refusing, Severity::wrong,
      "fewer copies in sync than min.insync.replicas = " + std::to_string(least) +
          ": nothing is taken there, and relays' journals grow",
      kLookAtBrokers);
  say(behind, Severity::warning, "copies that are not in sync", kLookAtBrokers);
  say(few, Severity::warning,
      "fewer copies than kafka.replication = " + std::to_string(plan.replication),
      "Give them more with Kafka's kafka-reassign-partitions.");
}

}  // namespace

Findings judge_broker(const BrokerFacts& facts) {
  if (!facts.state) {
    const runtime::Failure failure = facts.state.error();
    if (failure == Errc::unreachable || failure == Errc::timeout) {
      return {
          {Severity::wrong, facts.bootstrap,
           failure.why + "; relays take mail until their journals are full, history stands still",
           "Start the brokers, or correct kafka.bootstrap."}};
    }
    return {{Severity::unseen, facts.bootstrap,
             failure.in("the cluster does not tell its state").why,
             "Correct [kafka.properties], or let this client describe topics."}};
  }
  const std::uint32_t brokers = facts.state->brokers;
  const std::string answer =
      plural(brokers, "broker", "brokers") + ", answered in " + about_time(facts.took);
  if (brokers < facts.replication) {
    return {{Severity::warning, facts.bootstrap,
             answer + "; kafka.replication = " + std::to_string(facts.replication) +
                 " wants as many: topics cannot be made, or lack copies",
             kLookAtBrokers}};
  }
  if (facts.took > kSlowAnswer) {
    return {{Severity::warning, facts.bootstrap, answer + ", which is slow",
             "See what keeps the brokers or the network busy."}};
  }
  return {{Severity::fine, facts.bootstrap, answer, ""}};
}

Findings judge_topics(const std::vector<TopicPlan>& plans, const ingest::ClusterState& state) {
  Findings out;
  for (const TopicPlan& plan : plans) {
    const auto found = state.topics.find(plan.name);
    if (found == state.topics.end() || found->second.partitions.empty()) {
      out.push_back({Severity::wrong, plan.name, "there is no such topic",
                     "Run `waybill topics create`, which makes it."});
      continue;
    }
    const std::size_t before = out.size();
    judge_size(plan, found->second, out);
    judge_config(plan, found->second, out);
    judge_partitions(plan, found->second, out);
    if (out.size() > before) continue;
    out.push_back({Severity::fine, plan.name,
                   plural(plan.partitions, "partition", "partitions") + ", " +
                       plural(plan.replication, "copy", "copies") + ", all in sync",
                   ""});
  }
  return out;
}

}  // namespace waybill::tools::doctor
