#include "app/return_paths/heard_tries.h"

#include <gtest/gtest.h>

#include "tests/support/event_log.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using relay::plan::Tries;
using relay::plan::TryKey;
using runtime::WallTime;
using schemas::DeliveryId;
using schemas::Event;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};
const std::string kDigest(relay::plan::kContentDigestOctets, 'x');

class HeardTriesTest : public testing::Test {
 protected:
  static DeliveryId id(unsigned number) {
    auto octets = schemas::delivery_of(tests::message_id(1), number).octets();
    const auto ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(kNow.time_since_epoch()).count());
    for (int i = 0; i < 6; ++i) octets[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    return DeliveryId(octets);
  }

  // By another relay, of a delivery of message 1 to the target.
  void hear(Event event, unsigned number, const char* target, WallTime at = kNow - 1min,
            const char* node = "mx2") {
    event.set_node(node);
    event.set_message_id(tests::message_id(1).bytes());
    event.set_delivery_id(id(number).bytes());
    event.set_occurred_at(schemas::nanoseconds(at));
    event.set_sender("ann@e.test");
    event.set_alias("shop@a.test");
    if (event.has_deferred()) {
      event.mutable_deferred()->set_stage(schemas::pb::STAGE_BODY);
      event.mutable_deferred()->set_target(target);
    } else {
      event.mutable_forwarded()->set_target(target);
      event.mutable_forwarded()->set_content_digest(kDigest);
    }
    heard_.hear(event, kNow);
  }

  static TryKey key(const char* target) {
    return relay::plan::try_key("ann@e.test", "shop@a.test", target);
  }

  Tries tries_;
  HeardTries heard_{"mx1", kNow - 2min, tries_};
};

TEST_F(HeardTriesTest, WhatAnotherPutOffIsLentHere) {
  hear(tests::deferred({}), 1, "bob@h.test");
  EXPECT_EQ(tries_.take(key("bob@h.test"), kNow), id(1));
}

TEST_F(HeardTriesTest, ItsOwnAreNoNews) {
  hear(tests::deferred({}), 1, "bob@h.test", kNow - 1min, "mx1");
  EXPECT_EQ(tries_.take(key("bob@h.test"), kNow), std::nullopt);
}

TEST_F(HeardTriesTest, ItsOwnFromBeforeItsStartAre) {
  hear(tests::deferred({}), 1, "bob@h.test", kNow - 3min, "mx1");
  EXPECT_EQ(tries_.take(key("bob@h.test"), kNow), id(1));
}

TEST_F(HeardTriesTest, WhatWentThroughElsewhereIsNotLent) {
  hear(tests::deferred({}), 1, "bob@h.test");
  hear(tests::forwarded({}), 1, "bob@h.test");
  EXPECT_EQ(tries_.take(key("bob@h.test"), kNow), std::nullopt);
}

TEST_F(HeardTriesTest, WhatIsDoneOfAMessageThatComesAgainIsKnownInEitherOrder) {
  hear(tests::forwarded({}), 1, "bob@h.test");
  EXPECT_FALSE(tries_.any_done(key("bob@h.test"), kNow)) << "it was whole";
  hear(tests::deferred({}), 2, "eve@h.test");
  hear(tests::forwarded({}), 3, "max@h.test");
  EXPECT_EQ(tries_.done(key("bob@h.test"), kDigest, kNow), id(1));
  EXPECT_EQ(tries_.done(key("max@h.test"), kDigest, kNow), id(3));
}

TEST_F(HeardTriesTest, WhatIsOldIsNotLearned) {
  hear(tests::deferred({}), 1, "bob@h.test", kNow - schemas::kRetryLife);
  hear(tests::forwarded({}), 2, "eve@h.test", kNow - schemas::kDoneLife);
  EXPECT_EQ(tries_.take(key("bob@h.test"), kNow), std::nullopt);
  EXPECT_FALSE(tries_.any_done(key("eve@h.test"), kNow));
}

}  // namespace
}  // namespace waybill::app
