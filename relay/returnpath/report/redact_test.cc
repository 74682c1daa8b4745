#include "relay/returnpath/report/redact.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::relay::returnpath::report {
namespace {

const Hidden kHidden = {
    "Sales@alias.example",
    {"hidden.person@target.example", "mx7.bigmail.example", "out.relay.example"}};

struct Case {
  std::string said;
  std::string told;
};

TEST(Redact, LeavesTheReasonAndTakesTheTarget) {
  const std::vector<Case> cases = {
      {"smtp; 550 5.1.1 User unknown", "smtp; 550 5.1.1 User unknown"},
      {"smtp; 550 5.1.1 <hidden.person@target.example>... User unknown",
       "smtp; 550 5.1.1 [address]... User unknown"},
      {"smtp; 550 5.1.1 <sales@alias.example>: unknown",
       "smtp; 550 5.1.1 <Sales@alias.example>: unknown"},
      {"smtp; 550 Hidden.Person is not known at TARGET.EXAMPLE",
       "smtp; 550 [address] is not known at [host]"},
      {"smtp; 452 4.2.2 mailbox of another@other.example is full",
       "smtp; 452 4.2.2 mailbox of [address] is full"},
      {"smtp; 550 mx7.bigmail.example[192.0.2.7]:25 said no", "smtp; 550 [host]:25 said no"},
      {"smtp; 554 Bigmail will not take this", "smtp; 554 [host] will not take this"},
      {"smtp; 550-5.7.26 see https://help.example/x?y 4f2si99625855ad.239 - end",
       "smtp; 550-5.7.26 see [link] [id] - end"},
      {"smtp; 550 5.7.606 banned sending IP [2001:db8::1]",
       "smtp; 550 5.7.0 banned sending IP [host]"},
      {"smtp; 554 5.7.0 Reject, id=20025-09 - SPAM", "smtp; 554 5.7.0 Reject, [id] - SPAM"},
      {"smtp; 550 hidden.person\xc3\xa9 is gone", "smtp; 550 [address] is gone"},
      {"x-unix; no room", "x-unix; no room"},
      {"no type at all", "x-text; no type at all"},
      {"", ""},
  };
  for (const Case& one : cases) EXPECT_EQ(redact(one.said, kHidden), one.told);
}

TEST(Redact, KeepsNoAddressWhereThereIsNoAlias) {
  EXPECT_EQ(redact("smtp; 550 <a@b.example> unknown", {}), "smtp; 550 [address] unknown");
}

TEST(RedactStatus, KeepsWhatIsRegistered) {
  const std::vector<Case> cases = {{"5.1.1", "5.1.1"},
                                   {"5.7.606", "5.7.0"},
                                   {"4.4.312", "4.4.0"},
                                   {"5.1.10", "5.1.10"},
                                   {"", ""},
                                   {"no", ""}};
  for (const Case& one : cases) EXPECT_EQ(redact_status(one.said), one.told);
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
