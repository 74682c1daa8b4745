#include <gtest/gtest.h>

#include <deque>

#include "tests/support/publisher_world.h"
#include "tests/support/sim_net.h"

namespace waybill::ingest {
namespace {

using schemas::Event;
using tests::keep_all;
using tests::keep_none;
using tests::kPartitions;
using tests::PublisherWorld;
using namespace std::chrono_literals;

// Whatever fails, and however often.
class PublisherFaults : public PublisherWorld, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(chance_.below(bound));
  }

  MemoryLog::Kept some() {
    switch (below(3)) {
      case 0: return keep_none();
      case 1: return keep_all();
      default: return [this](std::size_t unwritten) { return chance_.below(unwritten + 1); };
    }
  }

  void some_events() {
    for (std::uint32_t count = below(12); count > 0; --count) {
      const unsigned number = static_cast<unsigned>(last_seq_.value() + 1);
      const tests::Copy copy{.alias = alias(below(50)), .delivery = number};
      switch (below(8)) {
        case 0:
          write(tests::accepted(copy));
          open_.push_back(number);
          break;
        case 1:
          if (open_.empty()) break;
          write(tests::forwarded({.alias = copy.alias, .delivery = open_.front()}));
          open_.pop_front();
          break;
        case 2: {
          Event event;
          event.mutable_control()->set_subject("route");
          write(event);
          break;
        }
        default: write(tests::bounced(copy, schemas::pb::BOUNCE_CLASS_HARD));
      }
    }
  }

  void some_fault() {
    switch (below(8)) {
      case 0: log_.fail_send_after(below(20), some()); break;
      case 1: log_.fail_producers(some()); break;
      case 2: log_.hold_acknowledgements(below(2) == 0); break;
      case 3: log_.limit_queue(1 + below(10)); break;
      case 4: log_.refuse_producers(below(2) == 0 ? "no broker is known" : ""); break;
      case 5: log_.stall(schemas::kDeliveriesTopic, below(kPartitions), below(2) == 0); break;
      case 6: restart(); break;
      default: pass(std::chrono::milliseconds(below(1'500)));
    }
  }

  void all_is_well() {
    log_.fail_send_after(UINT64_MAX, keep_none());
    log_.hold_acknowledgements(false);
    log_.limit_queue(SIZE_MAX);
    log_.refuse_producers({});
    for (std::uint32_t i = 0; i < kPartitions; ++i) log_.stall(schemas::kDeliveriesTopic, i, false);
  }

  tests::SeededChance chance_{GetParam()};
  std::deque<unsigned> open_;
};

INSTANTIATE_TEST_SUITE_P(Seeds, PublisherFaults, ::testing::Range(1u, 201u));

TEST_P(PublisherFaults, EveryRecordTakesEffectOnceAndInOrder) {
  for (int round = 0; round < 60; ++round) {
    some_events();
    if (below(2) == 0) some_fault();
    step();
    if (below(3) == 0) pass(300ms);
    if (round % 6 == 0) expect_nothing_lost();
    if (HasFatalFailure()) return;
  }
  all_is_well();
  settle();
  expect_nothing_lost();
  EXPECT_EQ(read_once(contents()), expected());
}

}  // namespace
}  // namespace waybill::ingest
