// Every operation of a delivery fails once, in each way that it can. Whatever breaks, what is said
// of the message is true: accepted only if it was taken, deferred or refused only if it was not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/forward/handover.h"
#include "runtime/clock.h"
#include "tests/support/handover_world.h"

namespace waybill::relay::forward {
namespace {

using namespace std::chrono_literals;
using runtime::Errc;
using tests::HopFault;
using tests::HopScript;
using When = HopFault::When;

const std::string kPipelining = "250-mx.test\r\n250 PIPELINING";

struct FaultCase {
  const char* name;
  bool second_hop;  // there is another one to go to
  bool pooled;      // a message went before it over the same session
  HopScript script;
  std::size_t octets;  // of the message
  std::string without_fault;
};

class FaultWorld : public tests::HandoverWorld {
 public:
  // False once the fault lies behind the last operation.
  bool run_case(const FaultCase& c, HopFault fault) {
    dns_.add(c.second_hop ? kTwoHops : kOneHop);
    hops_.listen(kHop, {c.script});
    hops_.listen(kSecond, {c.script});
    if (c.pooled) {
      EXPECT_EQ(deliver(), "accepted body 250");
      hops_.forget_bodies();
      clearance_.asked = 0;
    }
    const std::size_t before = hops_.operations();
    const std::size_t taken_before = hops_.taken();
    fault.at += before;
    hops_.set_fault(fault);
    const auto begun = clock_.now();
    const std::string outcome = deliver(std::string(c.octets, 'x') + "\r\n");
    EXPECT_LE(clock_.now() - begun, 12min) << "ask and send together";
    const bool struck = hops_.operations() >= fault.at;
    if (!struck) {
      EXPECT_EQ(outcome, c.without_fault);
    }
    judge(outcome, hops_.taken() - taken_before);
    hops_.set_fault({});
    next_message_is_served(c);
    return struck;
  }

 private:
  void judge(const std::string& outcome, std::size_t taken) {
    EXPECT_LE(hops_.bodies().size(), 1u) << "a message goes out once";
    const bool arrived = !hops_.bodies().empty();
    switch (answer_.kind) {
      case HopAnswer::Kind::accepted: EXPECT_EQ(taken, 1u) << outcome; break;
      case HopAnswer::Kind::refused:
        EXPECT_EQ(taken, 0u) << outcome;
        EXPECT_EQ(answer_.by, HopAnswer::By::next_hop) << outcome;
        break;
      case HopAnswer::Kind::deferred:
        EXPECT_EQ(taken, 0u) << outcome;
        EXPECT_FALSE(arrived && answer_.by != HopAnswer::By::next_hop) << outcome;
        break;
      // The end must have been on its way.
      case HopAnswer::Kind::in_doubt: EXPECT_EQ(clearance_.asked, 1) << outcome; break;
    }
    if (arrived && taken == 1) {
      EXPECT_TRUE(answer_.kind == HopAnswer::Kind::accepted ||
                  answer_.kind == HopAnswer::Kind::in_doubt)
          << outcome;
    }
    EXPECT_FALSE(answer_.reply.text.empty()) << outcome;
  }

  // No fault leaves anything behind that the next message meets.
  void next_message_is_served(const FaultCase& c) {
    hops_.listen(kHop, {HopScript()});
    for (int i = 0; i < 2; ++i) {
      const std::string outcome = deliver();
      if (c.without_fault == "accepted body 250") {
        EXPECT_EQ(outcome, "accepted body 250") << "message " << i << " after it";
      }
    }
  }
};

const FaultCase kCases[] = {
    {"one hop", false, false, {}, 10, "accepted body 250"},
    {"one hop, pipelining", false, false, {{"EHLO", kPipelining}}, 10, "accepted body 250"},
    {"two hops", true, false, {}, 10, "accepted body 250"},
    {"HELO", false, false, {{"EHLO", "502 no"}}, 10, "accepted body 250"},
    {"a pooled session", false, true, {}, 10, "accepted body 250"},
    {"a pooled session, pipelining", true, true, {{"EHLO", kPipelining}}, 10, "accepted body 250"},
    {"a large message", false, false, {}, 700'000, "accepted body 250"},
    {"refused at RCPT", true, false, {{"RCPT", "550 no"}}, 10, "refused RCPT 550"},
    {"refused at DATA", true, false, {{"DATA", "554 no"}}, 10, "refused DATA 554"},
    {"refused at the end", true, false, {{"body", "554 no"}}, 10, "refused body 554"},
    {"not now at the end", true, false, {{"body", "452 full"}}, 10, "deferred body 452"},
};

const HopFault kFaults[] = {
    {0, When::before, Errc::closed},   {0, When::after, Errc::closed},
    {0, When::before, Errc::timeout},  {0, When::after, Errc::timeout},
    {0, When::before, Errc::io_error},
};

TEST(HandoverFaultTest, WhateverFailsWhatIsSaidOfTheMessageIsTrue) {
  for (const FaultCase& c : kCases) {
    for (HopFault fault : kFaults) {
      for (fault.at = 1;; ++fault.at) {
        SCOPED_TRACE(testing::Message() << c.name << ": " << make_error_code(fault.error).message()
                                        << (fault.when == When::before ? " before" : " after")
                                        << " operation " << fault.at);
        ASSERT_LT(fault.at, 100u) << "a delivery comes to an end";
        FaultWorld world;
        if (!world.run_case(c, fault)) break;
        if (testing::Test::HasFailure()) return;
      }
      EXPECT_GT(fault.at, 5u) << "the loop met the operations";
    }
  }
}

}  // namespace
}  // namespace waybill::relay::forward
