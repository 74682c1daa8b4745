// waybill topics: makes the topics of the log on Kafka and keeps them as the promises need them.

#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "app/command/config_file.h"
#include "app/subcommands.h"
#include "ingest/kafka_admin.h"
#include "runtime/mutex.h"

namespace waybill::app {
namespace {

using ingest::TopicPlan;
using ingest::TopicState;
using runtime::Errc;

constexpr std::chrono::seconds kTimeout{15};
constexpr std::chrono::milliseconds kLookAgain{200};

// What is there already: brought in line where that can be done, and said where it cannot.
int keep(const Config& config, const TopicPlan& plan, const TopicState& now) {
  if (now.partitions.size() != plan.partitions) {
    std::fprintf(stderr,
                 "%s: has %zu partitions, wanted are %u. The number is fixed for good: set "
                 "kafka.partitions to %zu, or begin with topics of another cluster\n",
                 plan.name.c_str(), now.partitions.size(), plan.partitions, now.partitions.size());
    return kExitNo;
  }
  std::string changed;
  for (const auto& [name, value] : plan.config) {
    const auto there = now.config.find(name);
    if (there != now.config.end() && there->second == value) continue;
    changed += " " + name + "=" + value;
  }
  if (changed.empty()) {
    std::printf("%s: as it ought to be\n", plan.name.c_str());
    return kExitOk;
  }
  const auto altered = ingest::alter_topic(config.kafka.settings, plan, now, kTimeout);
  if (!altered) return fail(altered.error().why);
  std::printf("%s: set%s\n", plan.name.c_str(), changed.c_str());
  return kExitOk;
}

// One that was made a moment ago is not known yet to every broker that is asked for all of them.
int keep_once_seen(const Config& config, const TopicPlan& plan) {
  const runtime::Instant until = runtime::wait_end(kTimeout);
  for (;;) {
    const auto state = ingest::describe_cluster(config.kafka.settings, {plan.name}, kTimeout);
    if (!state) return fail(state.error().in(config.kafka.settings.bootstrap).why);
    const auto there = state->topics.find(plan.name);
    if (there != state->topics.end()) return keep(config, plan, there->second);
    if (runtime::wait_end({}) >= until) {
      return fail(plan.name +
                  ": the cluster says that it is there, and does not show it: try again");
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

int create(const Config& config, const TopicPlan& plan) {
  const auto made = ingest::create_topic(config.kafka.settings, plan, kTimeout);
  if (!made && made.error() == Errc::locked) return keep_once_seen(config, plan);
  if (!made) return fail(made.error().in(plan.name).why);
  std::printf("%s: made, %u partition%s, %u cop%s\n", plan.name.c_str(), plan.partitions,
              plan.partitions == 1 ? "" : "s", plan.replication,
              plan.replication == 1 ? "y" : "ies");
  return kExitOk;
}

int create_all(const Config& config) {
  const auto plans = ingest::topic_plans(config.kafka.partitions, config.kafka.replication);
  std::vector<std::string> names;
  for (const TopicPlan& plan : plans) names.push_back(plan.name);
  const auto state = ingest::describe_cluster(config.kafka.settings, names, kTimeout);
  if (!state) return fail(state.error().in(config.kafka.settings.bootstrap).why);
  int code = kExitOk;
  for (const TopicPlan& plan : plans) {
    const auto there = state->topics.find(plan.name);
    const int one =
        there == state->topics.end() ? create(config, plan) : keep(config, plan, there->second);
    code = std::max(code, one);
  }
  return code;
}

}  // namespace

void add_topics(Command root) {
  Command topics = root.add_command("topics", "The topics of the log on Kafka");
  topics.needs_subcommand();
  Command command = topics.add_command(
      "create", "Make the topics that are missing, and set what differs; again and again the same");
  auto file = std::make_shared<ConfigFile>();
  add_options(command, *file);
  file->fits = [](const Config& config) { return needs_kafka(config, "topics"); };
  command.runs([file] {
    const auto config = read_or_complain(*file);
    return config ? create_all(*config) : kExitUsage;
  });
}

}  // namespace waybill::app
