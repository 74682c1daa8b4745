#include "relay/reply_counters.h"

#include <gtest/gtest.h>

namespace waybill::relay {
namespace {

TEST(ReplyCountersTest, CountByCodeAndRuleAndNameNoRoute) {
  runtime::Metrics metrics;
  ReplyCounters counters(metrics);
  counters.count("RCPT", {550, "5.1.1", "No"}, "unknown-alias");
  counters.count("RCPT", {550, "5.1.1", "No"}, "unknown-alias");
  counters.count("RCPT", {550, "5.7.1", "No"}, "spam@alias.test");
  counters.count("body", {250, "2.0.0", "Ok"}, "");
  const std::string text = metrics.render();
  const auto has = [&](const char* line) { return text.find(line) != std::string::npos; };
  EXPECT_TRUE(has(R"(waybill_smtp_replies_total{code="550",rule="unknown-alias",to="RCPT"} 2)"))
      << text;
  EXPECT_TRUE(has(R"(waybill_smtp_replies_total{code="550",rule="route",to="RCPT"} 1)")) << text;
  EXPECT_TRUE(has(R"(waybill_smtp_replies_total{code="250",rule="",to="body"} 1)")) << text;
}

TEST(ReplyCountersTest, NextHopsThatInventCodesMakeNoSeriesWithoutEnd) {
  runtime::Metrics metrics;
  ReplyCounters counters(metrics);
  for (int code = 400; code < 800; ++code) counters.count("body", {code, "", ""}, "");
  counters.count("body", {400, "", ""}, "");
  const std::string text = metrics.render();
  std::size_t series = 0;
  for (std::size_t at = text.find("_total{"); at != text.npos; at = text.find("_total{", at + 1)) {
    ++series;
  }
  EXPECT_EQ(series, kMostReplySeries + 1);
  EXPECT_NE(text.find(R"(code="other",rule="",to="body"} 100)"), text.npos);
  EXPECT_NE(text.find(R"(code="400",rule="",to="body"} 2)"), text.npos);
}

}  // namespace
}  // namespace waybill::relay
