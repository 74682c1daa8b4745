#include "app/return_paths/known_tries.h"

#include <gtest/gtest.h>

#include "tests/support/folded_views.h"

namespace waybill::app {
namespace {

using namespace std::chrono_literals;
using relay::plan::Tries;
using relay::plan::TryKey;
using runtime::WallTime;
using schemas::DeliveryId;
using schemas::Event;

constexpr WallTime kTriedAt{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};
constexpr const char* kTarget = "bob@hop.test";
const std::string kTriedDigest(relay::plan::kContentDigestOctets, 'x');

class KnownTriesTest : public testing::Test {
 protected:
  // A delivery of the message that began at `at`.
  DeliveryId add(Event event, unsigned message, unsigned number, WallTime at) {
    const auto id = schemas::delivery_of(tests::message_id(message), number);
    auto octets = id.octets();
    const auto ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    for (int i = 0; i < 6; ++i) octets[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
    const DeliveryId made(octets);
    add_to(std::move(event), message, made, at);
    return made;
  }

  void add_to(Event event, unsigned message, const DeliveryId& delivery, WallTime at) {
    event.set_message_id(tests::message_id(message).bytes());
    event.set_occurred_at(schemas::nanoseconds(at));
    event.set_sender("ann@e.test");
    event.set_alias("shop@a.test");
    if (event.has_accepted()) {
      event.mutable_accepted()->clear_targets();
      auto& target = *event.mutable_accepted()->add_targets();
      target.set_delivery_id(delivery.bytes());
      target.set_target(kTarget);
    } else {
      event.set_delivery_id(delivery.bytes());
    }
    log_.add(std::move(event));
  }

  static Event deferred() {
    Event event = tests::deferred({});
    event.mutable_deferred()->set_stage(schemas::pb::STAGE_BODY);
    event.mutable_deferred()->set_target(kTarget);
    return event;
  }
  static Event forwarded() {
    Event event = tests::forwarded({});
    event.mutable_forwarded()->set_target(kTarget);
    event.mutable_forwarded()->set_content_digest(kTriedDigest);
    return event;
  }

  Tries& learn() {
    views_.fold(log_);
    EXPECT_TRUE(learn_tries(views_.history(), kTriedAt, tries_));
    return tries_;
  }

  const TryKey key_ = relay::plan::try_key("ann@e.test", "shop@a.test", kTarget);
  tests::EventLog log_;
  tests::FoldedViews views_;
  Tries tries_;
};

TEST_F(KnownTriesTest, ADeliveryThatWasPutOffIsLentAgain) {
  const DeliveryId id = add(deferred(), 1, 1, kTriedAt - 1h);
  EXPECT_EQ(learn().take(key_, kTriedAt), id);
}

TEST_F(KnownTriesTest, OneThatHasGoneThroughSinceIsNot) {
  const DeliveryId id = add(tests::accepted({}), 1, 1, kTriedAt - 2h);
  add_to(deferred(), 1, id, kTriedAt - 2h);
  add_to(tests::accepted({}), 2, id, kTriedAt - 1h);
  add_to(forwarded(), 2, id, kTriedAt - 1h);
  EXPECT_EQ(learn().take(key_, kTriedAt), std::nullopt);
}

TEST_F(KnownTriesTest, OneThatIsTooOldIsNot) {
  add(deferred(), 1, 1, kTriedAt - schemas::kRetryLife);
  EXPECT_EQ(learn().take(key_, kTriedAt), std::nullopt);
}

TEST_F(KnownTriesTest, WhatIsDoneOfAMessageThatIsOpenIsRemembered) {
  const DeliveryId id = add(forwarded(), 1, 1, kTriedAt - 1h);
  Event open = deferred();
  open.mutable_deferred()->set_target("eve@other.test");
  add(std::move(open), 1, 2, kTriedAt - 1h);
  EXPECT_EQ(learn().done(key_, kTriedDigest, kTriedAt), id);
}

TEST_F(KnownTriesTest, AsIsWhatACrashLeftInDoubt) {
  const DeliveryId id = add(forwarded(), 1, 1, kTriedAt - 1h);
  add(tests::in_doubt({}), 1, 2, kTriedAt - 1h);
  EXPECT_EQ(learn().done(key_, kTriedDigest, kTriedAt), id);
}

TEST_F(KnownTriesTest, WhatEndedWellMayBeSentOnceMore) {
  add(forwarded(), 1, 1, kTriedAt - 1h);
  add(forwarded(), 1, 2, kTriedAt - 1h);
  EXPECT_FALSE(learn().any_done(key_, kTriedAt));
}

}  // namespace
}  // namespace waybill::app
