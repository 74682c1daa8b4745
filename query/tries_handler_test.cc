#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/support/query_world.h"

namespace waybill::query {
namespace {

namespace json = boost::json;
using tests::QueryWorld;

const std::string kTurn = "/v1/tries/" + tests::delivery_id(1).text() + "/turn?partition=0&holder=";

class TriesHandlerTest : public testing::Test {
 protected:
  TriesHandlerTest() {
    world_.guard();
    service_ = world_.service();
  }

  http::Response ask(const std::string& target, const std::string& method = "GET") {
    http::Head head;
    head.method = method;
    head.target = target;
    head.fields = {{"Authorization", world_.secret().authorization()}};
    return tests::answer_of(*service_, std::move(head));
  }
  json::object json(const std::string& target, unsigned status = 200) {
    const auto response = ask(target);
    EXPECT_EQ(response.status, status) << target << ": " << response.body;
    return json::parse(response.body).as_object();
  }
  unsigned take(const std::string& holder) { return ask(kTurn + holder, "POST").status; }

  QueryWorld world_;
  std::unique_ptr<http::Service> service_;
};

TEST_F(TriesHandlerTest, TellsEachTryOnceInTheOrderOfTheLog) {
  world_.fold(world_.accepted(20));
  world_.fold(world_.deferred(10));
  auto told = json("/v1/tries?partition=0");
  ASSERT_EQ(told.at("events").as_array().size(), 1u);
  EXPECT_EQ(told.at("events").as_array()[0].as_object().at("kind"), "deferred");
  const std::string on = "/v1/tries?partition=0&hour=" + json::serialize(told.at("hour")) +
                         "&index=" + json::serialize(told.at("index"));
  EXPECT_TRUE(json(on).at("events").as_array().empty());
  EXPECT_FALSE(told.at("more").as_bool());
  // A relay whose clock is behind, at the turn of the hour.
  world_.fold(world_.deferred(50));
  EXPECT_EQ(json(on).at("events").as_array().size(), 1u);
}

TEST_F(TriesHandlerTest, ADeliveryThatWasPutOffIsOneRelaysAtATime) {
  world_.fold(world_.accepted(20));
  world_.fold(world_.deferred(10));
  EXPECT_EQ(take("mx1"), 200U);
  EXPECT_EQ(take("mx1"), 200U) << "the answer may have been lost";
  EXPECT_EQ(take("mx2"), 409U);
  EXPECT_EQ(ask(kTurn + "mx1", "DELETE").status, 200U);
  EXPECT_EQ(take("mx2"), 200U);
}

TEST_F(TriesHandlerTest, WhatWentThroughIsNobodys) {
  world_.fold(world_.accepted(20));
  EXPECT_EQ(take("mx1"), 409U) << "it is being tried";
  world_.fold(world_.forwarded(10));
  EXPECT_EQ(take("mx1"), 409U);
}

TEST_F(TriesHandlerTest, NobodyTakesATurnWhileTheViewsAreBehindTheLog) {
  world_.fold(world_.accepted(20));
  world_.fold(world_.deferred(10));
  world_.health().lag = 1;
  EXPECT_EQ(take("mx1"), 503U);
  world_.health().lag = 0;
  EXPECT_EQ(take("mx2"), 200U) << "what was not given is nobody's";
}

TEST_F(TriesHandlerTest, ADeliveryHasTriesEnough) {
  world_.fold(world_.accepted(20));
  for (int i = 0; i < 500; ++i) world_.fold(world_.deferred(10));
  EXPECT_EQ(take("mx1"), 409U);
}

TEST_F(TriesHandlerTest, NamesTheParameterThatIsWrong) {
  EXPECT_EQ(json("/v1/tries", 400).at("parameter"), "partition");
  EXPECT_EQ(json("/v1/tries?partition=0&index=x", 400).at("parameter"), "index");
  EXPECT_EQ(ask("/v1/tries/7/turn?partition=0&holder=mx1", "POST").status, 400U);
  EXPECT_EQ(ask("/v1/tries/" + tests::delivery_id(1).text() + "/turn?partition=0", "POST").status,
            400U);
}

}  // namespace
}  // namespace waybill::query
