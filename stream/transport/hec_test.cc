#include "stream/transport/hec.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "runtime/chance.h"
#include "tests/support/http_sink_world.h"

namespace waybill::stream {
namespace {

using runtime::Errc;
using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::fates;
using tests::GivenAnswer;
using tests::HttpSinkWorld;
using tests::records_of;
using Manner = GivenAnswer::Manner;

const std::string kToken = "00000000-0000-0000-0000-000000000001";
const std::string kHecSuccess = R"({"text":"Success","code":0})";
constexpr const char* kChannel = "X-Splunk-Request-Channel";

std::string hec_taken(int id) {
  return R"({"text":"Success","code":0,"ackId":)" + std::to_string(id) + "}";
}
std::string hec_refusal(int code, const std::string& more = "") {
  return R"({"text":"No","code":)" + std::to_string(code) + more + "}";
}

class HecTest : public ::testing::Test {
 protected:
  std::unique_ptr<Transport> transport(HecSettings settings = {}) {
    settings.way.url = world_.url();
    settings.token = kToken;
    settings.first_poll = milliseconds(5);
    auto out = make_hec(std::move(settings), world_.clock(), *chance_);
    EXPECT_TRUE(out) << out.error().why;
    return std::move(out.value());
  }

  HttpSinkWorld world_;
  std::unique_ptr<runtime::Chance> chance_ = runtime::system_chance();
};

TEST_F(HecTest, EventsStandOneBehindTheOther) {
  world_.answer(200, kHecSuccess);
  const auto hec = transport({.index = "mail", .host = "mx.test"});
  EXPECT_EQ(fates(hec->send(records_of({"1", "2"}), world_.soon())), "cc");
  EXPECT_EQ(world_.last().target, "/services/collector/event");
  EXPECT_EQ(world_.last().field("Authorization"), "Splunk " + kToken);
  EXPECT_EQ(world_.last().field(kChannel).size(), 36u);
  const auto event = [](const std::string& id) {
    return R"({"time":1790000000.123,"host":"mx.test","source":"waybill",)"
           R"("sourcetype":"waybill:event","index":"mail","event":{"event":{"id":")" +
           id + R"("}},"fields":{"waybill_event_id":")" + id + "\"}}\n";
  };
  EXPECT_EQ(world_.last().body, event("1") + event("2"));
}

TEST_F(HecTest, ATextIsAStringOfTheEvent) {
  world_.answer(200, kHecSuccess);
  auto records = records_of({"1"});
  records[0].body = "CEF:0|a\\|b\"c";
  EXPECT_EQ(fates(transport({.body = HecSettings::Body::text})->send(records, world_.soon())), "c");
  EXPECT_NE(world_.last().body.find(R"("event":"CEF:0|a\\|b\"c",)"), std::string::npos)
      << world_.last().body;
}

TEST_F(HecTest, WithoutAnAckIdAnAnswerConfirms) {
  world_.answer(200, kHecSuccess);
  const auto hec = transport();
  EXPECT_EQ(hec->grade(), Grade::taken);
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "c");
  EXPECT_EQ(hec->grade(), Grade::taken);
  EXPECT_TRUE(hec->confirm(world_.soon()).value());
  EXPECT_EQ(world_.receiver().heard().size(), 1u) << "nothing to ask for";
}

TEST_F(HecTest, WithAnAckIdTheRecordsAreOpenUntilItIsTold) {
  world_.answer(200, hec_taken(0));
  world_.answer(200, hec_taken(1));
  world_.answer(200, R"({"acks":{"0":false,"1":false}})");
  world_.answer(200, R"({"acks":{"0":true,"1":false}})");
  world_.answer(503, hec_refusal(9));
  world_.answer(200, R"({"acks":{"1":true}})");
  const auto hec = transport();
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  EXPECT_EQ(fates(hec->send(records_of({"2", "3"}), world_.soon())), "oo");
  EXPECT_EQ(hec->grade(), Grade::stored);
  EXPECT_TRUE(hec->confirm(world_.soon()).value());
  const auto heard = world_.receiver().heard();
  ASSERT_EQ(heard.size(), 6u);
  EXPECT_EQ(heard[3].target, "/services/collector/ack");
  EXPECT_EQ(heard[3].body, R"({"acks":[0,1]})");
  EXPECT_EQ(heard[5].body, R"({"acks":[1]})");
  for (const auto& one : heard) EXPECT_EQ(one.field(kChannel), heard[0].field(kChannel));
}

TEST_F(HecTest, ADeadlineLeavesTheRecordsOpen) {
  world_.answer(200, hec_taken(0));
  world_.answer(200, R"({"acks":{"0":false}})");
  const auto hec = transport();
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  EXPECT_FALSE(hec->confirm(world_.in(milliseconds(50))).value());
  world_.forget_answers();
  world_.answer(200, R"({"acks":{"0":true}})");
  EXPECT_TRUE(hec->confirm(world_.soon()).value());
}

// An id is told once: the answer that told it was cut off, and it reads false for ever.
TEST_F(HecTest, AnAcknowledgementThatNeverComesIsWaitedForSoLongAndNoLonger) {
  world_.answer(200, hec_taken(0));
  world_.answer({.body = R"({"acks":{"0":true}})", .manner = Manner::cut});
  world_.answer(200, R"({"acks":{"0":false}})");
  const auto hec = transport({.ack_patience = milliseconds(100)});
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  const auto confirmed = hec->confirm(world_.soon());
  ASSERT_FALSE(confirmed);
  EXPECT_EQ(confirmed.error().code, Errc::timeout);
  EXPECT_TRUE(hec->confirm(world_.soon()).value()) << "nothing is open any more";
  // What is sent again goes through a channel of its own.
  const std::string before = world_.last().field(kChannel);
  world_.forget_answers();
  world_.answer(200, hec_taken(0));
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  EXPECT_NE(world_.last().field(kChannel), before);
}

TEST_F(HecTest, ACollectorThatCountsAnewWasRestarted) {
  world_.answer(200, hec_taken(0));
  world_.answer(200, hec_taken(1));
  world_.answer(200, hec_taken(0));
  const auto hec = transport();
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  EXPECT_EQ(fates(hec->send(records_of({"2"}), world_.soon())), "o");
  const Outcome outcome = hec->send(records_of({"3"}), world_.soon());
  EXPECT_EQ(fates(outcome), "a");
  EXPECT_EQ(outcome.trouble, Trouble::weather) << "all that was open is sent again";
}

TEST_F(HecTest, ATokenThatNoLongerAcknowledgesLosesWhatIsOpen) {
  world_.answer(200, hec_taken(0));
  world_.answer(400, hec_refusal(14));
  const auto hec = transport();
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  EXPECT_EQ(hec->confirm(world_.soon()).error().code, Errc::refused);
}

TEST_F(HecTest, EachTransportHasAChannelOfItsOwn) {
  world_.answer(200, kHecSuccess);
  std::set<std::string> channels;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fates(transport()->send(records_of({"1"}), world_.soon())), "c");
    channels.insert(world_.last().field(kChannel));
  }
  EXPECT_EQ(channels.size(), 3u);
}

struct HecCodeCase {
  unsigned status;
  int code;
  std::string more;
  std::string fates;  // of three records
  Trouble trouble;
};

const HecCodeCase kHecCodes[] = {
    {401, 2, "", "aaa", Trouble::setup},
    {401, 3, "", "aaa", Trouble::setup},
    {403, 4, "", "aaa", Trouble::setup},
    {400, 5, "", "aaa", Trouble::batch},
    {400, 6, "", "aaa", Trouble::batch},
    {400, 6, R"(,"invalid-event-number":0)", "xaa", Trouble::none},
    {400, 6, R"(,"invalid-event-number":2)", "aax", Trouble::none},
    {400, 6, R"(,"invalid-event-number":3)", "aaa", Trouble::batch},
    {400, 7, R"(,"invalid-event-number":0)", "aaa", Trouble::setup},
    {503, 9, "", "aaa", Trouble::weather},
    {400, 10, "", "aaa", Trouble::setup},
    {400, 11, "", "aaa", Trouble::setup},
    {400, 12, R"(,"invalid-event-number":1)", "axa", Trouble::none},
    {400, 13, R"(,"invalid-event-number":1)", "axa", Trouble::none},
    {400, 14, "", "aaa", Trouble::setup},
    {400, 15, R"(,"invalid-event-number":1)", "axa", Trouble::none},
    {413, 27, "", "aaa", Trouble::batch},
    {500, 8, "", "aaa", Trouble::weather},
};

TEST_F(HecTest, ACodeSaysWhatStandsInTheWay) {
  const auto hec = transport();
  for (const HecCodeCase& c : kHecCodes) {
    world_.forget_answers();
    world_.answer(c.status, hec_refusal(c.code, c.more));
    const Outcome outcome = hec->send(records_of({"1", "2", "3"}), world_.soon());
    EXPECT_EQ(fates(outcome), c.fates) << c.code << c.more;
    EXPECT_EQ(outcome.trouble, c.trouble) << c.code << c.more;
    if (c.trouble != Trouble::none) {
      const std::string code = "No (code " + std::to_string(c.code) + ")";
      EXPECT_NE(outcome.why.why.find(code), std::string::npos) << outcome.why.why;
      EXPECT_EQ(outcome.why.why.find(kToken), std::string::npos) << outcome.why.why;
    }
  }
}

TEST_F(HecTest, TheNumberOfARefusedEventIsThatOfTheRequest) {
  auto records = records_of({"1", "2", "3"});
  records[0].body = "none";  // it never goes out
  world_.answer(400, hec_refusal(6, R"(,"invalid-event-number":1)"));
  EXPECT_EQ(fates(transport()->send(records, world_.soon())), "xax");
}

TEST_F(HecTest, AnAnswerThatIsNoneIsWeather) {
  for (const std::string body : {"", "OK", "{}", "[]", R"({"code":"0"})", R"({"code":9})"}) {
    world_.forget_answers();
    world_.answer(200, body);
    const Outcome outcome = transport()->send(records_of({"1"}), world_.soon());
    EXPECT_EQ(fates(outcome), "a") << body;
    EXPECT_EQ(outcome.trouble, Trouble::weather) << body;
  }
  world_.forget_answers();
  world_.answer({.body = kHecSuccess, .manner = Manner::cut});
  EXPECT_EQ(transport()->send(records_of({"1"}), world_.soon()).trouble, Trouble::weather);
}

TEST_F(HecTest, WhoWaitsForAnAcknowledgementIsToldSoonAfterACancel) {
  world_.answer(200, hec_taken(0));
  world_.answer(200, R"({"acks":{"0":false}})");
  HecSettings settings;
  const auto hec = transport(settings);
  EXPECT_EQ(fates(hec->send(records_of({"1"}), world_.soon())), "o");
  std::thread cancels([&] {
    std::this_thread::sleep_for(milliseconds(100));
    hec->cancel();
  });
  const auto before = world_.clock().now();
  EXPECT_FALSE(hec->confirm(world_.in(seconds(60))));
  EXPECT_LT(world_.clock().now() - before, seconds(10));
  cancels.join();
  EXPECT_EQ(hec->send(records_of({"1"}), world_.soon()).trouble, Trouble::weather);
}

}  // namespace
}  // namespace waybill::stream
