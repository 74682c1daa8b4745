#include "runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace waybill::runtime {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, RendersCountersGaugesAndHistogramsWithTheirHelp) {
  Metrics metrics;
  metrics.counter("waybill_messages_total", "Messages", {{"verdict", "forwarded"}}).add(3);
  metrics.gauge("waybill_lag_records", "Not yet folded").set(7);
  Histogram& replies = metrics.histogram("waybill_reply_seconds", "Time to reply", {0.1, 1});
  replies.observe(0.05);
  replies.observe(0.5);
  replies.observe(5);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# HELP waybill_messages_total Messages\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE waybill_messages_total counter\n"));
  EXPECT_THAT(text, HasSubstr("waybill_messages_total{verdict=\"forwarded\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("waybill_lag_records 7\n"));
  EXPECT_THAT(text, HasSubstr("waybill_reply_seconds_bucket{le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("waybill_reply_seconds_bucket{le=\"1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("waybill_reply_seconds_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("waybill_reply_seconds_count 3\n"));
}

TEST(MetricsTest, TheSameNameAndLabelsGiveTheSameHandle) {
  Metrics metrics;
  Counter& one = metrics.counter("waybill_x_total", "X", {{"a", "1"}});
  EXPECT_EQ(&one, &metrics.counter("waybill_x_total", "X", {{"a", "1"}}));
  EXPECT_NE(&one, &metrics.counter("waybill_x_total", "X", {{"a", "2"}}));
  one.add();
  one.add();
  EXPECT_THAT(metrics.render(), HasSubstr("waybill_x_total{a=\"1\"} 2\n"));
  EXPECT_THAT(metrics.render(), HasSubstr("waybill_x_total{a=\"2\"} 0\n"));
}

TEST(MetricsTest, AGaugeGoesDownToo) {
  Metrics metrics;
  Gauge& gauge = metrics.gauge("waybill_y", "Y");
  gauge.set(5);
  gauge.set(2);
  EXPECT_THAT(metrics.render(), HasSubstr("waybill_y 2\n"));
}

TEST(MetricsTest, AGaugeIsWhatIsAddedToItAndTakenAway) {
  Metrics metrics;
  metrics.gauge("waybill_y", "Y").add(3);
  metrics.gauge("waybill_y", "Y").add(-1);
  EXPECT_THAT(metrics.render(), HasSubstr("waybill_y 2\n"));
}

TEST(MetricsTest, AddsOfManyThreadsAreAllCounted) {
  Metrics metrics;
  Counter& counter = metrics.counter("waybill_z_total", "Z");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) counter.add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.render(), HasSubstr("waybill_z_total 20000\n"));
}

TEST(MetricsTest, LatencyBoundsAscend) {
  const auto& bounds = latency_bounds();
  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
  EXPECT_EQ(bounds.front(), 0.0001);
  EXPECT_EQ(bounds.back(), 300);
}

}  // namespace
}  // namespace waybill::runtime
