#include "relay/door/client_look.h"

#include <gtest/gtest.h>

#include "tests/support/run_virtual.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::door {
namespace {

runtime::IpAddress client_ip(const char* text) { return boost::asio::ip::make_address(text); }

TEST(ListQuestionTest, HasTheAddressBackwardsBeforeTheZone) {
  EXPECT_EQ(list_question(client_ip("192.0.2.99"), "bl.test"), "99.2.0.192.bl.test");
  EXPECT_EQ(list_question(client_ip("::ffff:192.0.2.99"), "bl.test"), "99.2.0.192.bl.test");
  EXPECT_EQ(list_question(client_ip("2001:db8:1:2:3:4:567:89ab"), "ugly.test"),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.test")
      << "RFC 5782 2.4";
}

TEST(ListHealthTest, AListThatIsSilentThriceIsNotWaitedForUntilItAnswers) {
  ListHealth health;
  const ListHealth::Asked four{"a.test", false};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(health.waited_for(four)) << i;
    health.silent(four);
  }
  EXPECT_FALSE(health.waited_for(four));
  EXPECT_TRUE(health.waited_for({"b.test"}));
  EXPECT_TRUE(health.waited_for({"a.test", true})) << "of the other family it was not asked";
  health.answered(four);
  EXPECT_TRUE(health.waited_for(four));
  health.silent(four);
  health.answered(four);
  health.silent(four);
  health.silent(four);
  EXPECT_TRUE(health.waited_for(four)) << "not in a row";
}

}  // namespace
}  // namespace waybill::relay::door
