// What every LogProducer promises (ingest/log_producer.h), held against memory and a real broker
// alike.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "tests/contracts/log_worlds.h"
#include "tests/support/kafka_broker.h"

namespace waybill::tests {
namespace {

using ingest::LogProducer;
using ingest::MemoryRecord;
using ingest::OutRecord;
using Sent = LogProducer::Sent;
using namespace std::chrono_literals;

class LogProducerContract : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const bool kafka = std::string_view(GetParam()) == "kafka";
    if (kafka && !KafkaBroker::installed()) {
      GTEST_SKIP() << "no /usr/bin/java, or no Kafka in build/kafka";
    }
    world_ = kafka ? kafka_log_world() : memory_log_world();
  }

  std::vector<std::string> values(const std::string& topic, std::uint32_t partition) {
    std::vector<std::string> out;
    for (const MemoryRecord& record : world_->records(topic, partition)) {
      out.push_back(record.value);
    }
    return out;
  }

  std::unique_ptr<LogWorld> world_;
};

INSTANTIATE_TEST_SUITE_P(Log, LogProducerContract, ::testing::Values("memory", "kafka"),
                         [](const auto& at) { return std::string(at.param); });

std::vector<std::uint64_t> sorted(std::vector<std::uint64_t> tags) {
  std::sort(tags.begin(), tags.end());
  return tags;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::size_t count) {
  std::vector<std::uint64_t> out(count);
  std::iota(out.begin(), out.end(), first);
  return out;
}

// `text` of each number from 0 on: what one partition is sent.
std::vector<std::string> sequence(const std::string& text, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(text + std::to_string(i));
  return out;
}

TEST_P(LogProducerContract, WhatIsAcknowledgedIsInTheLog) {
  const std::string topic = world_->new_topic(1);
  const auto producer = world_->producer();
  send_value(*producer, topic, 0, "one", 7);
  EXPECT_EQ(await_tags(*producer, 1), numbers(7, 1));
  EXPECT_EQ(values(topic, 0), std::vector<std::string>{"one"});
  std::vector<std::uint64_t> more;
  EXPECT_TRUE(poll_tags(*producer, 0ms, more));
}

TEST_P(LogProducerContract, EachPartitionHasWhatWasSentThereInItsOrder) {
  const std::string topic = world_->new_topic(3);
  const auto producer = world_->producer();
  constexpr std::size_t kEach = 2'000;
  for (std::size_t i = 0; i < 3 * kEach; ++i) {
    const auto partition = static_cast<std::uint32_t>(i % 3);
    send_value(*producer, topic, partition, std::to_string(partition) + "-" + std::to_string(i / 3),
               i);
  }
  EXPECT_EQ(await_tags(*producer, 3 * kEach).size(), 3 * kEach);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(values(topic, i), sequence(std::to_string(i) + "-", kEach));
  }
}

TEST_P(LogProducerContract, AnAcknowledgementSaysWhereTheRecordStands) {
  const std::string topic = world_->new_topic(2);
  const auto producer = world_->producer();
  constexpr std::size_t kEach = 300;
  for (std::size_t i = 0; i < 2 * kEach; ++i) {
    send_value(*producer, topic, static_cast<std::uint32_t>(i % 2), "value", i);
  }
  std::vector<ingest::Acknowledged> news;
  for (int rounds = 0; rounds < 500 && news.size() < 2 * kEach; ++rounds) {
    ASSERT_TRUE(producer->poll(20ms, news));
  }
  ASSERT_EQ(news.size(), 2 * kEach);
  std::map<std::uint64_t, std::uint64_t> next;  // offset of each partition
  for (const ingest::Acknowledged& one : news) {
    EXPECT_EQ(one.offset.value(), one.tag / 2);
    EXPECT_EQ(one.offset.value(), next[one.tag % 2]++) << "in the order in which they were sent";
  }
}

// LookAt, ingest/log_place.h.
TEST_P(LogProducerContract, LookingSaysWhatStandsWhere) {
  using What = ingest::StandsThere::What;
  const std::string topic = world_->new_topic(4);
  const std::string other = world_->new_topic(1);
  const auto producer = world_->producer();
  for (std::uint64_t i = 0; i < 5; ++i) {
    for (const std::uint32_t partition : {0U, 1U}) {
      send_value(*producer, topic, partition, "v" + std::to_string(i), 10 * i + partition);
    }
  }
  send_value(*producer, other, 0, "w", 100);
  ASSERT_EQ(await_tags(*producer, 11).size(), 11u);
  world_->remove_before(topic, 1, schemas::LogOffset(3));
  const ingest::LookAt look = world_->look_at();
  const auto there = look({{{topic, 0}, schemas::LogOffset(2)},
                           {{topic, 1}, schemas::LogOffset(2)},
                           {{topic, 2}, schemas::LogOffset(0)},
                           {{other, 0}, schemas::LogOffset(0)}});
  ASSERT_TRUE(there) << there.error().why;
  ASSERT_EQ(there->size(), 4u);
  EXPECT_EQ(there->at({topic, 0}).what, What::record);
  EXPECT_EQ(there->at({topic, 0}).value, "v2");
  EXPECT_EQ(there->at({topic, 1}).what, What::removed);
  EXPECT_EQ(there->at({topic, 2}).what, What::log_ends_before);
  EXPECT_EQ(there->at({other, 0}).value, "w");
  const auto last =
      look({{{topic, 0}, schemas::LogOffset(4)}, {{topic, 1}, schemas::LogOffset(5)}});
  ASSERT_TRUE(last) << last.error().why;
  EXPECT_EQ(last->at({topic, 0}).value, "v4");
  EXPECT_EQ(last->at({topic, 1}).what, What::log_ends_before);
}

TEST_P(LogProducerContract, EveryTagComesBackOnce) {
  const std::string topic = world_->new_topic(3);
  const auto producer = world_->producer();
  constexpr std::size_t kCount = 3'000;
  for (std::size_t i = 0; i < kCount; ++i) {
    send_value(*producer, topic, static_cast<std::uint32_t>(i % 3), "value", 100 + i);
  }
  EXPECT_EQ(sorted(await_tags(*producer, kCount)), numbers(100, kCount));
  std::vector<std::uint64_t> more;
  EXPECT_TRUE(poll_tags(*producer, 200ms, more));
  EXPECT_TRUE(more.empty());
}

TEST_P(LogProducerContract, KeyHeadersAndValueComeThroughOctetForOctet) {
  const std::string topic = world_->new_topic(1);
  const auto producer = world_->producer();
  std::string value("\x00\xff\n\x7f", 4);
  std::string key("k\x00y", 3);
  std::string header("h\x00v", 3);
  const OutRecord record{.topic = topic,
                         .partition = 0,
                         .key = key,
                         .value = value,
                         .headers = {{"first", header}, {"second", ""}, {"first", "again"}}};
  ASSERT_EQ(producer->send(record, 1).value(), Sent::taken);
  // It keeps no pointer into what it was given.
  const auto sent = std::tuple(key, value, header);
  key = value = header = "???";
  ASSERT_EQ(await_tags(*producer, 1).size(), 1u);
  const auto there = world_->records(topic, 0);
  ASSERT_EQ(there.size(), 1u);
  EXPECT_EQ(there[0].key, std::get<0>(sent));
  EXPECT_EQ(there[0].value, std::get<1>(sent));
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"first", std::get<2>(sent)}, {"second", ""}, {"first", "again"}};
  EXPECT_EQ(there[0].headers, headers);
}

TEST_P(LogProducerContract, TwoTopicsOfOneProducerAreApart) {
  const std::string one = world_->new_topic(1);
  const std::string other = world_->new_topic(1);
  const auto producer = world_->producer();
  send_value(*producer, one, 0, "first", 1);
  send_value(*producer, other, 0, "second", 2);
  EXPECT_EQ(sorted(await_tags(*producer, 2)), numbers(1, 2));
  EXPECT_EQ(values(one, 0), std::vector<std::string>{"first"});
  EXPECT_EQ(values(other, 0), std::vector<std::string>{"second"});
}

// Sends to where nothing is and waits for the answer.
void expect_failure(LogProducer& producer, const std::string& topic, std::uint32_t partition) {
  const OutRecord record{
      .topic = topic, .partition = partition, .key = {}, .value = "lost", .headers = {}};
  const auto first = producer.send(record, 1);
  if (first) {
    ASSERT_EQ(*first, Sent::taken);
    EXPECT_TRUE(await_tags(producer, 1).empty());
  }
  const auto sent = producer.send(record, 2);
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.error().why.find(topic), std::string::npos) << sent.error().why;
  std::vector<std::uint64_t> tags;
  const auto polled = poll_tags(producer, 0ms, tags);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().why, sent.error().why);
  EXPECT_TRUE(tags.empty());
}

TEST_P(LogProducerContract, AnUnknownTopicEndsTheProducerWhichSaysWhy) {
  const auto producer = world_->producer();
  expect_failure(*producer, "there-is-none", 0);
}

TEST_P(LogProducerContract, AnUnknownPartitionEndsTheProducerWhichSaysWhy) {
  const std::string topic = world_->new_topic(2);
  const auto producer = world_->producer();
  expect_failure(*producer, topic, 2);
}

TEST_P(LogProducerContract, AProducerThatGoesAwayLeavesABeginning) {
  const std::string topic = world_->new_topic(1);
  auto producer = world_->producer();
  constexpr std::size_t kCount = 20'000;
  const auto sent = sequence("v", kCount);
  for (std::size_t i = 0; i < kCount; ++i) send_value(*producer, topic, 0, sent[i], i);
  const std::size_t acknowledged = await_tags(*producer, 1).size();
  producer.reset();
  const auto there = values(topic, 0);
  ASSERT_LE(there.size(), kCount);
  EXPECT_GE(there.size(), acknowledged);
  EXPECT_TRUE(std::equal(there.begin(), there.end(), sent.begin()));
}

TEST_P(LogProducerContract, ACrashAndARestartLeaveABeginningOrTheWhole) {
  const std::string topic = world_->new_topic(2);
  const auto producer = world_->producer();
  constexpr std::size_t kEach = 600;
  std::vector<std::uint64_t> tags;
  std::size_t sent = 0;
  const auto send_until = [&](std::size_t end) {
    for (; sent < end; ++sent) {
      const std::string value = "v" + std::to_string(sent / 2);
      const OutRecord record{.topic = topic,
                             .partition = static_cast<std::uint32_t>(sent % 2),
                             .key = {},
                             .value = value,
                             .headers = {}};
      const auto one = producer->send(record, sent);
      if (!one || *one != Sent::taken) return;
    }
  };
  send_until(kEach / 2);
  tags = await_tags(*producer, 10);
  EXPECT_GE(tags.size(), 10u);
  send_until(kEach);
  world_->crash(topic);
  send_until(kEach + kEach / 2);
  (void)poll_tags(*producer, 500ms, tags);
  EXPECT_LT(tags.size(), sent);
  world_->restart(topic);
  // Unheard of what became of those before: they must not be overtaken.
  send_until(2 * kEach);
  const auto later = await_tags(*producer, sent - tags.size());
  tags.insert(tags.end(), later.begin(), later.end());
  const std::set<std::uint64_t> acknowledged(tags.begin(), tags.end());
  EXPECT_EQ(acknowledged.size(), tags.size());
  EXPECT_TRUE(acknowledged.size() == 2 * kEach || !poll_tags(*producer, 0ms, tags));
  const auto all = sequence("v", kEach);
  for (std::uint32_t partition = 0; partition < 2; ++partition) {
    const auto there = values(topic, partition);
    ASSERT_LE(there.size(), all.size());
    EXPECT_TRUE(std::equal(there.begin(), there.end(), all.begin())) << partition;
    for (const std::uint64_t tag : acknowledged) {
      EXPECT_TRUE(tag % 2 != partition || tag / 2 < there.size()) << tag;
    }
  }
}

}  // namespace
}  // namespace waybill::tests
