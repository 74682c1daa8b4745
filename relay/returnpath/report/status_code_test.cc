#include "relay/returnpath/report/status_code.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace waybill::relay::returnpath::report {
namespace {

struct Prose {
  std::string text;
  int code;
  std::string enhanced;
};

TEST(FindReply, FindsTheRefusalThatProseQuotes) {
  const std::vector<Prose> cases = {
      {"550 5.1.1 User unknown", 550, "5.1.1"},
      {"host mx [192.0.2.1] said: 550-5.7.26 no\n550 5.7.26 really", 550, "5.7.26"},
      {"Remote host said: 552 over quota (#5.1.1)", 552, "5.1.1"},
      {"Sorry, no mail exchanger. (#5.4.4)", 0, "5.4.4"},
      {"please try again later [#4.1.9].", 0, "4.1.9"},
      {"501: 5.1.8 Sender rejected", 501, "5.1.8"},
      {"ERROR_CODE :550, ERROR_CODE :5.2.1 gone", 550, "5.2.1"},
      {"smtp; 550 unknown user", 550, ""},
      {"550 - Requested action not taken", 550, ""},
      {"after RCPT TO:<a@b.example>:\n    450 4.2.2 full", 450, "4.2.2"},
      {"421 mx.example (smtp)... Deferred", 421, ""},
  };
  for (const Prose& one : cases) {
    const FoundReply found = find_reply(one.text);
    EXPECT_EQ(found.code, one.code) << one.text;
    EXPECT_EQ(found.enhanced, one.enhanced) << one.text;
  }
}

TEST(FindReply, TakesNoOtherNumberForOne) {
  for (const char* text : {"", "SIZE=550", "550th street", "from 192.0.2.5 and 5.1.1.1",
                           "version 5.65/1.37", "1-550-555", "we got 500 recipients", "id a550.b",
                           "at 5:50", "mail-550 5", "650 600 599a"}) {
    EXPECT_FALSE(find_reply(text)) << text;
  }
}

TEST(ReadStatus, DropsTheComment) {
  EXPECT_EQ(read_status(" 5.0.0 (permanent failure)"), "5.0.0");
  EXPECT_EQ(read_status("4.4.7"), "4.4.7");
  EXPECT_EQ(read_status("5.7.606"), "5.7.606");
  for (const char* text : {"", "5", "5.1", "3.1.1", "5.1.1.1", "5.1.1x", "5.1.1234", "five"}) {
    EXPECT_EQ(read_status(text), "") << text;
  }
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
