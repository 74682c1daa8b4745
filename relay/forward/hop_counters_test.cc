#include "relay/forward/hop_counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace waybill::relay::forward {
namespace {

using testing::HasSubstr;
using testing::Not;

HopAnswer answer_of(HopAnswer::Kind kind) {
  HopAnswer out;
  out.kind = kind;
  return out;
}

TEST(HopCountersTest, ATargetsDomainHasItsAnswersByKind) {
  runtime::Metrics metrics;
  HopCounters counters(metrics);
  counters.count_domain("a.test", answer_of(HopAnswer::Kind::accepted));
  counters.count_domain("a.test", answer_of(HopAnswer::Kind::accepted));
  counters.count_domain("a.test", answer_of(HopAnswer::Kind::refused));
  counters.count_domain("b.test", answer_of(HopAnswer::Kind::deferred));
  const std::string shown = metrics.render();
  EXPECT_THAT(shown,
              HasSubstr(R"(waybill_target_answers_total{answer="accepted",domain="a.test"} 2)"));
  EXPECT_THAT(shown,
              HasSubstr(R"(waybill_target_answers_total{answer="rejected",domain="a.test"} 1)"));
  EXPECT_THAT(shown,
              HasSubstr(R"(waybill_target_answers_total{answer="deferred",domain="b.test"} 1)"));
}

TEST(HopCountersTest, MoreDomainsThanFitAreOneSeriesAndThoseBeforeGoOn) {
  runtime::Metrics metrics;
  HopCounters counters(metrics);
  const HopAnswer accepted = answer_of(HopAnswer::Kind::accepted);
  for (std::size_t i = 0; i < kMostDomains + 3; ++i) {
    counters.count_domain("d" + std::to_string(i) + ".test", accepted);
  }
  counters.count_domain("d0.test", accepted);
  const std::string shown = metrics.render();
  EXPECT_THAT(shown, HasSubstr(R"(domain="other"} 3)"));
  EXPECT_THAT(shown, HasSubstr(R"(domain="d0.test"} 2)"));
  EXPECT_THAT(shown, Not(HasSubstr("d" + std::to_string(kMostDomains) + ".test")));
}

}  // namespace
}  // namespace waybill::relay::forward
