#include "relay/forward/asks_for_tls.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

using schemas::Reply;

TEST(AsksForTlsTest, KnowsARefusalThatIsOurTroubleAndNotTheSenders) {
  const struct {
    bool ours;
    Reply reply;
  } cases[] = {
      {true, {530, "5.7.0", "Must issue a STARTTLS command first"}},
      {true, {530, "", "Authentication required"}},
      {true, {550, "5.7.10", "Encryption needed"}},
      {true, {554, "5.7.1", "starttls is required here"}},
      {true, {451, "4.7.0", "Use STARTTLS"}},
      {false, {250, "2.0.0", "STARTTLS would have been nice"}},
      {false, {550, "5.7.1", "Relaying denied"}},
      {false, {550, "5.1.1", "No such user"}},
  };
  for (const auto& c : cases) {
    const auto answer = asks_for_tls({"MAIL", c.reply});
    ASSERT_EQ(answer.has_value(), c.ours) << c.reply.text;
    if (!answer) continue;
    EXPECT_EQ(answer->kind, HopAnswer::Kind::deferred);
    EXPECT_EQ(answer->rule, policy::Rule::next_hop_wants_tls);
    EXPECT_EQ(answer->reply.code, 451);
    EXPECT_EQ(answer->command, "MAIL");
    EXPECT_NE(answer->reply.text.find(c.reply.text), std::string::npos) << "its words are kept";
  }
}

}  // namespace
}  // namespace waybill::relay::forward
