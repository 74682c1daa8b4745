#include "relay/tlsrpt/record.h"

#include <gtest/gtest.h>

namespace waybill::relay::tlsrpt {
namespace {

// "mailto:a@b.test https://c.test/d"
std::string found(const std::vector<std::string>& texts) {
  std::string out;
  for (const Destination& one : find_destinations(texts)) {
    if (!out.empty()) out += ' ';
    out += one.text();
  }
  return out;
}

// RFC 8460 3.1.1, 3.1.2
TEST(TlsReportRecordTest, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(found({"v=TLSRPTv1;rua=mailto:reports@example.com"}), "mailto:reports@example.com");
  EXPECT_EQ(found({"v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt"}),
            "https://reporting.example.com/v1/tlsrpt");
}

TEST(TlsReportRecordTest, ReadsWhatTheGrammarAllows) {
  const std::string both = "mailto:a@b.test https://c.test/d";
  EXPECT_EQ(found({"v=TLSRPTv1;rua=mailto:a@b.test,https://c.test/d"}), both);
  EXPECT_EQ(found({"v=TLSRPTv1 ;\t rua=mailto:a@b.test \t,\t https://c.test/d ; "}), both);
  EXPECT_EQ(found({"v=TLSRPTv1;rua=mailto:a@b.test;x=y;rua=https://c.test/d"}), both);
  EXPECT_EQ(found({"v=TLSRPTv1;rua=mailto:a@b.test,mailto:a@b.test"}), "mailto:a@b.test") << "once";
  EXPECT_EQ(found({"v=TLSRPTv1;rua=MAILTO:a@b.test"}), "mailto:a@b.test");
  EXPECT_EQ(found({"v=TLSRPTv1;rua=mailto:a%21b@b.test"}), "mailto:a!b@b.test")
      << "octets that a record has no room for";
  EXPECT_EQ(found({"v=TLSRPTv1;rua=mailto:a@b.test?subject=x"}), "mailto:a@b.test");
  EXPECT_EQ(found({"v=TLSRPTv1;rua=https://C.test:8443/a?b=c#d"}), "https://c.test:8443/a?b=c");
  EXPECT_EQ(found({"v=TLSRPTv1;rua=https://c.test"}), "https://c.test/");
  EXPECT_EQ(found({"v=TLSRPTv1;rua=https://c.test:?q"}), "https://c.test/?q");
}

// RFC 8460 3: records that do not begin with the version are passed over; one has to be left.
TEST(TlsReportRecordTest, WantsOneRecordOfItsVersion) {
  const std::string one = "v=TLSRPTv1;rua=mailto:a@b.test";
  EXPECT_EQ(found({}), "");
  EXPECT_EQ(found({"v=spf1 -all", one, "v=TLSRPTv2;rua=mailto:c@d.test"}), "mailto:a@b.test");
  EXPECT_EQ(found({one, one}), "");
  for (const char* const other :
       {"", "v=TLSRPTv1", "v=TLSRPTv1 rua=mailto:a@b.test", "V=TLSRPTv1;rua=mailto:a@b.test",
        "v=tlsrptv1;rua=mailto:a@b.test", " v=TLSRPTv1;rua=mailto:a@b.test", "v=TLSRPTv1;",
        "v=TLSRPTv1;rua", "v=TLSRPTv1;rua=", "v=TLSRPTv1;RUA=mailto:a@b.test",
        "v=TLSRPTv10;rua=mailto:a@b.test"}) {
    EXPECT_EQ(found({other}), "") << other;
  }
}

TEST(TlsReportRecordTest, PassesOverWhatNoReportCanGoTo) {
  for (const char* const uri : {"mailto:",
                                "mailto:a",
                                "mailto:a@",
                                "mailto:a%0D%0Ab@c.test",
                                "mailto:a%0@c.test",
                                "mailto:a%zz@c.test",
                                "mailto:a%2@c.test",
                                "mailto:a@[127.0.0.1]",
                                "mailto:%C3%A9@c.test",
                                "http://c.test/",
                                "https://",
                                "https:///x",
                                "https://127.0.0.1/x",
                                "https://2130706433/x",
                                "https://0x7f.1/x",
                                "https://[::1]/x",
                                "https://user@c.test/",
                                "https://user:pw@c.test/",
                                "https://c.test:0/",
                                "https://c.test:65536/",
                                "https://c.test:x/",
                                "https://c.test:-1/",
                                "https://a b.test/",
                                "https://c.test/\r\nHost: x",
                                "https://c.test/\x7f",
                                "https://c.test/\xc3\xa9",
                                "gopher://c.test/",
                                "c.test"}) {
    EXPECT_EQ(found({std::string("v=TLSRPTv1;rua=") + uri + ",mailto:a@b.test"}), "mailto:a@b.test")
        << uri;
  }
  EXPECT_EQ(found({"v=TLSRPTv1;rua=https://c.test/" + std::string(kMostUri, 'x')}), "");
}

TEST(TlsReportRecordTest, GoesToSoManyPlacesAndNoMore) {
  std::string record = "v=TLSRPTv1;rua=mailto:a0@b.test";
  for (int i = 1; i < 1000; ++i) record += ",mailto:a" + std::to_string(i) + "@b.test";
  const auto all = find_destinations({record});
  ASSERT_EQ(all.size(), kMostDestinations);
  EXPECT_EQ(all.back().text(), "mailto:a3@b.test");
}

}  // namespace
}  // namespace waybill::relay::tlsrpt
