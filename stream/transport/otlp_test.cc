#include "stream/transport/otlp.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "runtime/version.h"
#include "tests/support/http_sink_world.h"

namespace waybill::stream {
namespace {

namespace json = boost::json;
using tests::fates;
using tests::HttpSinkWorld;
using tests::records_of;
using Manner = tests::GivenAnswer::Manner;

class OtlpTest : public ::testing::Test {
 protected:
  Outcome sent(const std::vector<Record>& records, unsigned status, const std::string& body) {
    world_.forget_answers();
    world_.answer(status, body);
    auto otlp = make_otlp({.way = {.url = world_.url()}, .host_name = "mx.test"}, world_.clock());
    EXPECT_TRUE(otlp) << otlp.error().why;
    EXPECT_EQ((*otlp)->grade(), Grade::taken);
    return (*otlp)->send(records, world_.soon());
  }

  HttpSinkWorld world_;
};

TEST_F(OtlpTest, ARecordIsALogRecord) {
  auto records = records_of({"1", "2"});
  records[1].kind = "in_doubt";
  records[1].severity = Severity::error;
  records[1].body = "a \"text\"\n";
  EXPECT_EQ(fates(sent(records, 200, R"({"partialSuccess":{}})")), "cc");
  EXPECT_EQ(world_.last().target, "/v1/logs");
  EXPECT_EQ(world_.last().field("Content-Type"), "application/json");
  const auto attribute = [](const std::string& key, const std::string& value) {
    return R"({"key":")" + key + R"(","value":{"stringValue":")" + value + R"("}})";
  };
  const std::string release = runtime::kRelease;
  const std::string expected =
      R"({"resourceLogs":[{"resource":{"attributes":[)" + attribute("service.name", "waybill") +
      "," + attribute("service.version", release) + "," + attribute("host.name", "mx.test") +
      R"(]},"scopeLogs":[{"scope":{"name":"waybill.events"},"logRecords":[)"
      R"({"timeUnixNano":"1790000000123456789","severityNumber":9,"severityText":"INFO",)"
      R"("eventName":"waybill.delivery.accepted",)"
      R"("body":{"stringValue":"{\"event\":{\"id\":\"1\"}}"},"attributes":[)" +
      attribute("waybill.event.id", "1") + "," + attribute("waybill.event.kind", "accepted") +
      R"(]},{"timeUnixNano":"1790000000123456789","severityNumber":17,"severityText":"ERROR",)"
      R"("eventName":"waybill.delivery.in_doubt","body":{"stringValue":"a \"text\"\u000a"},)"
      R"("attributes":[)" +
      attribute("waybill.event.id", "2") + "," + attribute("waybill.event.kind", "in_doubt") +
      "]}]}]}]}";
  EXPECT_EQ(world_.last().body, expected);
  EXPECT_EQ(json::parse(world_.last().body), json::parse(expected));
}

struct OtlpTakenCase {
  std::string body;
  std::size_t unnamed;
};

const OtlpTakenCase kOtlpTaken[] = {
    {"", 0},
    {"{}", 0},
    {R"({"partialSuccess":{}})", 0},
    {R"({"partialSuccess":{"errorMessage":"a warning"}})", 0},
    {R"({"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}})", 2},
    {R"({"partialSuccess":{"rejectedLogRecords":2}})", 2},
    {R"({"partialSuccess":{"rejectedLogRecords":"999"}})", 3},
};

TEST_F(OtlpTest, APartialSuccessNamesNoRecordAndNoneIsSentAgain) {
  for (const OtlpTakenCase& c : kOtlpTaken) {
    const Outcome outcome = sent(records_of({"1", "2", "3"}), 200, c.body);
    EXPECT_EQ(fates(outcome), "ccc") << c.body;
    EXPECT_EQ(outcome.trouble, Trouble::none) << c.body;
    EXPECT_EQ(outcome.unnamed_refusals, c.unnamed) << c.body;
  }
  const Outcome outcome = sent(records_of({"1", "2", "3"}), 200, kOtlpTaken[4].body);
  EXPECT_NE(outcome.why.why.find("2 of 3 refused: too old"), std::string::npos) << outcome.why.why;
}

TEST_F(OtlpTest, AnAnswerThatIsNoneIsWeather) {
  for (const std::string body : {"OK", "[]", R"({"partialSuccess":{"rejectedLogRecords":"x"}})",
                                 R"({"partialSuccess":{"rejectedLogRecords":-1}})"}) {
    const Outcome outcome = sent(records_of({"1"}), 200, body);
    EXPECT_EQ(fates(outcome), "a") << body;
    EXPECT_EQ(outcome.trouble, Trouble::weather) << body;
  }
}

TEST_F(OtlpTest, ARefusalHasTheWordsOfItsStatus) {
  const Outcome outcome = sent(records_of({"1", "2"}), 400, R"({"code":3,"message":"bad id"})");
  EXPECT_EQ(fates(outcome), "aa");
  EXPECT_EQ(outcome.trouble, Trouble::batch);
  EXPECT_EQ(outcome.why.why, world_.url() + ": HTTP 400: bad id");
  EXPECT_EQ(sent(records_of({"1"}), 415, "").trouble, Trouble::setup);
  EXPECT_EQ(sent(records_of({"1"}), 503, "").trouble, Trouble::weather);
}

TEST_F(OtlpTest, WhatIsNotUtf8NeverGoesOut) {
  auto records = records_of({"1", "2"});
  records[0].body = "\xff";
  EXPECT_EQ(fates(sent(records, 200, "")), "xc");
  EXPECT_EQ(world_.last().body.find('\xff'), std::string::npos);
}

TEST_F(OtlpTest, RecordsAloneThatCannotGoOutAskNobody) {
  auto records = records_of({"1"});
  records[0].body = "\xff";
  EXPECT_EQ(fates(sent(records, 200, "")), "x");
  EXPECT_TRUE(world_.receiver().heard().empty());
}

}  // namespace
}  // namespace waybill::stream
