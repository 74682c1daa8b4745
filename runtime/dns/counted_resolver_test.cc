#include "runtime/dns/counted_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/clock.h"
#include "tests/support/run_task.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::runtime::dns {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class CountedResolverTest : public ::testing::Test {
 protected:
  CountedResolverTest() {
    auto inner = std::make_unique<tests::ZoneResolver>(clock_,
                                                       "a.test. MX 10 mx.a.test.\n"
                                                       "a.test. TXT \"one\"\n"
                                                       "mx.a.test. A 192.0.2.1\n"
                                                       "mx.a.test. AAAA 2001:db8::1\n"
                                                       "1.2.0.192.in-addr.arpa. PTR mx.a.test.\n");
    inner->fail("down.test", Errc::temporary);
    inner->fail("late.test", Errc::timeout);
    resolver_.emplace(std::move(inner), clock_, metrics_);
  }

  template <class Answered>
  auto run(Task<Answered> task) {
    return tests::run_task(io_, std::move(task));
  }

  std::string series(const std::string& type, const std::string& answer) {
    return "waybill_dns_questions_total{answer=\"" + answer + "\",type=\"" + type + "\"} ";
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  Metrics metrics_;
  std::optional<CountedResolver> resolver_;
};

TEST_F(CountedResolverTest, EachTypeIsCountedByHowItEndedAndAnsweredAsBelow) {
  const Instant soon = clock_.now() + 1s;
  const IpAddress mail = *ip_of("192.0.2.1");
  EXPECT_EQ(run(resolver_->mx("a.test", soon))->records.at(0).exchange, "mx.a.test");
  EXPECT_EQ(run(resolver_->a("mx.a.test", soon))->records.at(0), mail);
  EXPECT_EQ(run(resolver_->aaaa("mx.a.test", soon))->records.size(), 1U);
  EXPECT_EQ(run(resolver_->txt("a.test", soon))->records.at(0), "one");
  EXPECT_EQ(run(resolver_->ptr(mail, soon))->records.at(0), "mx.a.test");
  EXPECT_EQ(run(resolver_->tlsa("_25._tcp.mx.a.test", soon))->name, Existence::no_such_name);
  EXPECT_EQ(run(resolver_->txt("down.test", soon)).error(), Errc::temporary);
  EXPECT_EQ(run(resolver_->txt("late.test", soon)).error(), Errc::timeout);
  const std::string shown = metrics_.render();
  for (const char* const type : {"MX", "A", "AAAA", "TXT", "PTR"}) {
    EXPECT_THAT(shown, HasSubstr(series(type, "found") + "1"));
  }
  EXPECT_THAT(shown, HasSubstr(series("TLSA", "none") + "1"));
  EXPECT_THAT(shown, HasSubstr(series("TLSA", "found") + "0"));
  EXPECT_THAT(shown, HasSubstr(series("TXT", "failed") + "1"));
  EXPECT_THAT(shown, HasSubstr(series("TXT", "timeout") + "1"));
  EXPECT_THAT(shown, HasSubstr("waybill_dns_seconds_count 8"));
}

}  // namespace
}  // namespace waybill::runtime::dns
