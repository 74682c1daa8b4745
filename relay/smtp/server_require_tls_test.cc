#include <gtest/gtest.h>

#include "tests/support/smtp_player.h"

namespace waybill::relay::smtp {
namespace {

using tests::SmtpPlayer;

// RFC 8689 2: nobody who asks for TLS is to begin without it.
TEST(ServerCoreTest, RequireTlsIsOfferedAndTakenWhereTlsIsOn) {
  const std::string mail = "MAIL FROM:<a@a.example> REQUIRETLS\r\n";
  SmtpPlayer player;
  player.core().offer_tls();
  player.greet();
  EXPECT_EQ(player.say("EHLO c.example\r\n").find("REQUIRETLS"), std::string::npos);
  EXPECT_EQ(player.say(mail), "555 5.5.4 REQUIRETLS is taken under TLS alone\r\n");
  player.say("STARTTLS\r\n");
  EXPECT_NE(player.say("EHLO c.example\r\n").find("250-REQUIRETLS\r\n"), std::string::npos);
  EXPECT_EQ(player.say("MAIL FROM:<a@a.example> REQUIRETLS=yes\r\n").substr(0, 9), "501 5.5.4");
  EXPECT_EQ(player.say(mail).substr(0, 3), "250");

  SmtpPlayer from_start;
  from_start.core().begin_with_tls();
  from_start.greet();
  const std::string offered = from_start.say("EHLO c.example\r\n");
  EXPECT_NE(offered.find("250-REQUIRETLS\r\n"), std::string::npos);
  EXPECT_EQ(offered.find("STARTTLS"), std::string::npos);
  EXPECT_EQ(from_start.say(mail).substr(0, 3), "250");
}

}  // namespace
}  // namespace waybill::relay::smtp
