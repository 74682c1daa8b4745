#include <gtest/gtest.h>

#include "schemas/limits.h"
#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using tests::field;
using tests::QueryWorld;

constexpr char kOne[] = "/v1/return-paths/019ca945-0a01-7000-8002-000000000001/turn";
constexpr char kOther[] = "/v1/return-paths/019ca945-0a02-7000-8002-000000000002/turn";

// Longer than the relay's last transaction (relay/returnpath/directory.h).
constexpr minutes kLife = schemas::kTurnLife;

class TurnHandlerTest : public testing::Test {
 protected:
  TurnHandlerTest() {
    world_.guard();
    service_ = world_.service();
  }

  http::Response ask(const std::string& method, const std::string& target) {
    http::Head head;
    head.method = method;
    head.target = target;
    head.fields = {{"Authorization", world_.secret().authorization()}};
    return tests::answer_of(*service_, std::move(head));
  }
  unsigned take(const std::string& holder, const std::string& path = kOne) {
    return ask("POST", path + "?holder=" + holder).status;
  }
  unsigned give_back(const std::string& holder, const std::string& path = kOne) {
    return ask("DELETE", path + "?holder=" + holder).status;
  }

  QueryWorld world_;
  std::unique_ptr<http::Service> service_;
};

TEST_F(TurnHandlerTest, ThereIsNoneWhereNoOtherNodesAsk) {
  QueryWorld alone;
  EXPECT_EQ(alone.ask("POST", std::string(kOne) + "?holder=mx1").status, 404U);
  EXPECT_EQ(alone.ask("GET", kOne).status, 404U);
}

TEST_F(TurnHandlerTest, WhoDoesNotShowTheSecretTakesAndGivesBackNothing) {
  EXPECT_EQ(take("mx1"), 200U);
  for (const std::string shown : {"", "Bearer ", "Bearer 00112233445566778899aabbccddeefe"}) {
    for (const char* const method : {"POST", "DELETE"}) {
      http::Head head;
      head.method = method;
      head.target = std::string(kOne) + "?holder=mx1";
      head.fields = {{"Authorization", shown}};
      const auto response = tests::answer_of(*service_, std::move(head));
      EXPECT_EQ(response.status, 401U) << shown;
      EXPECT_EQ(field(response, "WWW-Authenticate"), "Bearer");
    }
  }
  EXPECT_EQ(take("mx2"), 409U);
}

TEST_F(TurnHandlerTest, IsOneHoldersUntilItGivesItBack) {
  EXPECT_EQ(take("mx1"), 200U);
  const auto refused = ask("POST", std::string(kOne) + "?holder=mx2");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(boost::json::parse(refused.body).at("code"), "turn_taken");
  EXPECT_EQ(take("mx1"), 200U);  // the first answer may have been lost

  EXPECT_EQ(give_back("mx1"), 200U);
  EXPECT_EQ(take("mx2"), 200U);
  EXPECT_EQ(take("mx1"), 409U);
}

TEST_F(TurnHandlerTest, WhoHasItNotGivesNothingBack) {
  EXPECT_EQ(give_back("mx1"), 200U);
  EXPECT_EQ(take("mx1"), 200U);
  EXPECT_EQ(give_back("mx2"), 200U);
  EXPECT_EQ(take("mx2"), 409U);
}

TEST_F(TurnHandlerTest, EachDeliveryHasItsOwn) {
  EXPECT_EQ(take("mx1", kOne), 200U);
  EXPECT_EQ(take("mx2", kOther), 200U);
  EXPECT_EQ(give_back("mx2", kOther), 200U);
  EXPECT_EQ(take("mx2", kOne), 409U);
}

TEST_F(TurnHandlerTest, EndsByItselfAfterItsLife) {
  EXPECT_EQ(take("mx1"), 200U);
  world_.clock().move(kLife - seconds(1));
  EXPECT_EQ(take("mx2"), 409U);
  world_.clock().move(seconds(1));
  EXPECT_EQ(take("mx2"), 200U);
  EXPECT_EQ(give_back("mx1"), 200U);  // late: it is another's by now
  EXPECT_EQ(take("mx1"), 409U);
}

// A holder whose giving back was lost comes again with the next report: that one has its whole
// life.
TEST_F(TurnHandlerTest, BeginsAnewWhenItsHolderTakesItAgain) {
  EXPECT_EQ(take("mx1"), 200U);
  world_.clock().move(minutes(10));
  EXPECT_EQ(take("mx1"), 200U);
  world_.clock().move(kLife - seconds(1));
  EXPECT_EQ(take("mx2"), 409U);
  world_.clock().move(seconds(1));
  EXPECT_EQ(take("mx2"), 200U);
}

TEST_F(TurnHandlerTest, TakesNoOtherMethod) {
  for (const char* const method : {"GET", "HEAD", "PUT"}) {
    const auto response = ask(method, std::string(kOne) + "?holder=mx1");
    EXPECT_EQ(response.status, 405U) << method;
    EXPECT_EQ(field(response, "Allow"), "POST, DELETE");
  }
  EXPECT_EQ(take("mx2"), 200U);  // a GET took nothing
}

TEST_F(TurnHandlerTest, NamesTheParameterThatIsWrong) {
  const std::string one(kOne);
  const std::pair<std::string, const char*> cases[] = {
      {one, "holder"},
      {one + "?holder=", "holder"},
      {one + "?holder=mx1&holder=mx2", "holder"},
      {one + "?holder=mx1&partition=0", "partition"},
      {"/v1/return-paths/201/turn?holder=mx1", "id"},
  };
  for (const auto& [target, parameter] : cases) {
    for (const char* const method : {"POST", "DELETE"}) {
      const auto response = ask(method, target);
      EXPECT_EQ(response.status, 400U) << target;
      EXPECT_EQ(boost::json::parse(response.body).at("parameter"), parameter) << target;
    }
  }
}

}  // namespace
}  // namespace waybill::query
