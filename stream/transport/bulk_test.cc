#include "stream/transport/bulk.h"

#include <gtest/gtest.h>

#include "tests/support/http_sink_world.h"

namespace waybill::stream {
namespace {

using std::chrono::milliseconds;
using tests::fates;
using tests::GivenAnswer;
using tests::HttpSinkWorld;
using tests::records_of;
using Manner = GivenAnswer::Manner;

constexpr auto kStreamIsThere = R"({"data_streams":[{"name":"logs-waybill.delivery-default"}]})";

std::string bulk_items(const std::vector<std::string>& each) {
  std::string out = R"({"errors":true,"items":[)";
  for (const std::string& one : each) {
    if (!out.ends_with('[')) out += ',';
    out += R"({"create":)" + one + "}";
  }
  return out + "]}";
}

std::string item_taken() { return R"({"status":201})"; }

std::string item_error(int status, const std::string& type, const std::string& reason = "why") {
  return R"({"status":)" + std::to_string(status) + R"(,"error":{"type":")" + type +
         R"(","reason":")" + reason + R"("}})";
}

class BulkTest : public ::testing::Test {
 protected:
  std::unique_ptr<Transport> transport(HttpWaySettings way = {}) {
    way.url = world_.url();
    auto out = make_bulk({.way = std::move(way)}, world_.clock());
    EXPECT_TRUE(out) << out.error().why;
    return std::move(out.value());
  }
  // The stream is there, and then this.
  Outcome sent(const std::vector<std::string>& ids, GivenAnswer answer) {
    world_.forget_answers();
    world_.answer(200, kStreamIsThere);
    world_.answer(std::move(answer));
    const auto records = records_of(ids);
    return transport()->send(records, world_.soon());
  }
  Outcome sent(const std::vector<std::string>& ids, unsigned status, const std::string& body) {
    return sent(ids, GivenAnswer{.status = status, .body = body});
  }

  HttpSinkWorld world_;
};

TEST_F(BulkTest, ADocumentIsCreatedByTheRecordsId) {
  const Outcome outcome = sent({"a", "b\"c"}, 200, bulk_items({item_taken(), item_taken()}));
  EXPECT_EQ(fates(outcome), "cc");
  EXPECT_EQ(outcome.trouble, Trouble::none);
  EXPECT_EQ(world_.last().method, "POST");
  EXPECT_EQ(world_.last().target.find("/logs-waybill.delivery-default/_bulk?filter_path=errors,"),
            0u);
  EXPECT_EQ(world_.last().field("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(world_.last().body,
            "{\"create\":{\"_id\":\"a\"}}\n{\"event\":{\"id\":\"a\"}}\n"
            "{\"create\":{\"_id\":\"b\\\"c\"}}\n{\"event\":{\"id\":\"b\"c\"}}\n");
}

struct BulkItemCase {
  std::string item;
  std::string fate;
  Trouble trouble;
};

const BulkItemCase kBulkItems[] = {
    {item_taken(), "c", Trouble::none},
    {R"({"status":200})", "c", Trouble::none},
    {item_error(409, "version_conflict_engine_exception"), "r", Trouble::none},
    {item_error(400, "mapper_parsing_exception"), "x", Trouble::none},
    {item_error(400, "document_parsing_exception"), "x", Trouble::none},
    {item_error(400, "illegal_argument_exception"), "x", Trouble::none},
    {item_error(400, "validation_exception"), "a", Trouble::setup},
    {item_error(400, "index_closed_exception"), "a", Trouble::setup},
    {item_error(401, "security_exception"), "a", Trouble::setup},
    {item_error(403, "security_exception"), "a", Trouble::setup},
    {item_error(403, "cluster_block_exception"), "a", Trouble::weather},
    {item_error(404, "index_not_found_exception"), "a", Trouble::setup},
    {item_error(429, "cluster_block_exception"), "a", Trouble::weather},
    {item_error(429, "circuit_breaking_exception"), "a", Trouble::weather},
    {item_error(503, "unavailable_shards_exception"), "a", Trouble::weather},
};

TEST_F(BulkTest, EachItemHasAFateOfItsOwn) {
  for (const BulkItemCase& c : kBulkItems) {
    const Outcome outcome =
        sent({"1", "2", "3"}, 200, bulk_items({item_taken(), c.item, item_taken()}));
    EXPECT_EQ(fates(outcome), "c" + c.fate + "c") << c.item;
    EXPECT_EQ(outcome.trouble, c.trouble) << c.item;
    EXPECT_EQ(outcome.why.why.empty(), c.trouble == Trouble::none) << c.item;
  }
}

TEST_F(BulkTest, ARefusedRecordHasTheReceiversWords) {
  const std::string error =
      R"({"status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse",)"
      R"("caused_by":{"type":"x","reason":"'no' is not an IP string literal."}}})";
  const Outcome outcome = sent({"1"}, 200, bulk_items({error}));
  EXPECT_EQ(fates(outcome), "x");
  EXPECT_EQ(outcome.records[0].why,
            "mapper_parsing_exception: failed to parse: 'no' is not an IP string literal.");
}

TEST_F(BulkTest, TheGravestTroubleIsTold) {
  const Outcome outcome =
      sent({"1", "2", "3"}, 200,
           bulk_items({item_error(429, "cluster_block_exception", "disk"),
                       item_error(404, "index_not_found_exception", "gone"), item_taken()}));
  EXPECT_EQ(fates(outcome), "aac");
  EXPECT_EQ(outcome.trouble, Trouble::setup);
  EXPECT_NE(outcome.why.why.find("gone"), std::string::npos) << outcome.why.why;
}

TEST_F(BulkTest, AnAnswerThatIsNoneIsWeather) {
  for (const std::string body :
       {"", "{}", "[]", "no JSON", R"({"items":{}})", R"({"items":[]})", R"({"items":[{}]})",
        R"({"items":[{"create":{}}]})", R"({"items":[{"create":{"status":"201"}}]})",
        R"({"items":[{"create":{"status":0}}]})", R"({"errors":false,"items":[)"}) {
    const Outcome outcome = sent({"1"}, 200, body);
    EXPECT_EQ(fates(outcome), "a") << body;
    EXPECT_EQ(outcome.trouble, Trouble::weather) << body;
  }
  EXPECT_EQ(fates(sent({"1"}, 200, bulk_items({item_taken(), item_taken()}))), "a")
      << "more items than records";
}

struct BulkWholeCase {
  unsigned status;
  Trouble trouble;
};

TEST_F(BulkTest, ARequestThatIsRefusedAsAWholeTookNothing) {
  for (const BulkWholeCase c :
       {BulkWholeCase{400, Trouble::batch}, BulkWholeCase{413, Trouble::batch},
        BulkWholeCase{401, Trouble::setup}, BulkWholeCase{403, Trouble::setup},
        BulkWholeCase{406, Trouble::setup}, BulkWholeCase{429, Trouble::weather},
        BulkWholeCase{503, Trouble::weather}}) {
    const Outcome outcome = sent({"1", "2"}, c.status, R"({"error":{"reason":"no"}})");
    EXPECT_EQ(fates(outcome), "aa");
    EXPECT_EQ(outcome.trouble, c.trouble) << c.status;
  }
  const Outcome cut = sent({"1"}, {.body = bulk_items({item_taken()}), .manner = Manner::cut});
  EXPECT_EQ(fates(cut), "a");
  EXPECT_EQ(cut.trouble, Trouble::weather);
}

TEST_F(BulkTest, WhatWasStoredAndNotAnsweredInTimeIsARepeatAfterwards) {
  world_.answer(200, kStreamIsThere);
  world_.answer({.body = bulk_items({item_taken()}), .after = milliseconds(300)});
  world_.answer(200, bulk_items({item_error(409, "version_conflict_engine_exception")}));
  const auto bulk = transport({.timeout = milliseconds(100)});
  const auto records = records_of({"1"});
  EXPECT_EQ(fates(bulk->send(records, world_.soon())), "a");
  EXPECT_EQ(fates(bulk->send(records, world_.soon())), "r");
  const auto heard = world_.receiver().heard();
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[1].body, heard[2].body) << "the same octets at every attempt";
}

TEST_F(BulkTest, WhatCannotBeADocumentNeverGoesOut) {
  auto records = records_of({"1", std::string(513, 'x'), "3"});
  records[2].body = "{\"a\":\"\xff\"}";
  world_.answer(200, kStreamIsThere);
  world_.answer(200, bulk_items({item_taken()}));
  EXPECT_EQ(fates(transport()->send(records, world_.soon())), "cxx");
  EXPECT_EQ(world_.last().body, "{\"create\":{\"_id\":\"1\"}}\n{\"event\":{\"id\":\"1\"}}\n");
}

// ---- the data stream ----

TEST_F(BulkTest, TheStreamIsAskedForOnce) {
  world_.answer(200, kStreamIsThere);
  world_.answer(200, bulk_items({item_taken()}));
  const auto bulk = transport();
  const auto records = records_of({"1"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fates(bulk->send(records, world_.soon())), "c");
  const auto heard = world_.receiver().heard();
  ASSERT_EQ(heard.size(), 4u);
  EXPECT_EQ(heard[0].method, "GET");
  EXPECT_EQ(heard[0].target, "/_data_stream/logs-waybill.delivery-default");
}

TEST_F(BulkTest, AStreamThatIsNotThereIsMadeByItsTemplate) {
  world_.answer(404, R"({"error":{"type":"index_not_found_exception"}})");
  world_.answer(200, R"({"acknowledged":true})");
  world_.answer(200, bulk_items({item_taken()}));
  EXPECT_EQ(fates(transport()->send(records_of({"1"}), world_.soon())), "c");
  EXPECT_EQ(world_.receiver().heard()[1].method, "PUT");
}

TEST_F(BulkTest, AnotherMayHaveMadeItMeanwhile) {
  world_.answer(404);
  world_.answer(400, R"({"error":{"type":"resource_already_exists_exception"}})");
  world_.answer(200, bulk_items({item_taken()}));
  EXPECT_EQ(fates(transport()->send(records_of({"1"}), world_.soon())), "c");
}

TEST_F(BulkTest, WithoutATemplateNothingIsWritten) {
  world_.answer(404);
  world_.answer(400, R"({"error":{"type":"illegal_argument_exception",)"
                     R"("reason":"no matching index template found"}})");
  const auto bulk = transport();
  const auto records = records_of({"1"});
  const Outcome outcome = bulk->send(records, world_.soon());
  EXPECT_EQ(fates(outcome), "a");
  EXPECT_EQ(outcome.trouble, Trouble::setup);
  EXPECT_NE(outcome.why.why.find("waybill sink template"), std::string::npos) << outcome.why.why;
  EXPECT_NE(outcome.why.why.find("no matching index template found"), std::string::npos);
  // The next attempt looks again, and finds it mended.
  world_.forget_answers();
  world_.answer(200, kStreamIsThere);
  world_.answer(200, bulk_items({item_taken()}));
  EXPECT_EQ(fates(bulk->send(records, world_.soon())), "c");
  for (const auto& heard : world_.receiver().heard()) {
    EXPECT_EQ(heard.method == "POST", heard.target.find("_bulk") != std::string::npos);
  }
}

TEST_F(BulkTest, AStreamThatWentIsLookedForAgain) {
  world_.answer(200, kStreamIsThere);
  world_.answer(200, bulk_items({item_error(404, "index_not_found_exception")}));
  world_.answer(403, R"({"error":{"type":"security_exception","reason":"no"}})");
  const auto bulk = transport();
  const auto records = records_of({"1"});
  EXPECT_EQ(bulk->send(records, world_.soon()).trouble, Trouble::setup);
  EXPECT_EQ(bulk->send(records, world_.soon()).trouble, Trouble::setup);
  EXPECT_EQ(world_.last().method, "GET");
}

TEST_F(BulkTest, AReceiverThatIsAwayIsWeatherBeforeTheFirstRecordToo) {
  world_.answer(503, "", "Retry-After: 3\r\n");
  const Outcome outcome = transport()->send(records_of({"1"}), world_.soon());
  EXPECT_EQ(outcome.trouble, Trouble::weather);
  EXPECT_EQ(outcome.retry_after, runtime::Duration(std::chrono::seconds(3)));
}

}  // namespace
}  // namespace waybill::stream
