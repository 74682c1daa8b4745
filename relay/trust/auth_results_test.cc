#include "relay/trust/auth_results.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace waybill::relay::trust {
namespace {

constexpr std::string_view kUs = "mx.us.test";

TEST(WriteAuthResults, WritesEachMethodOnItsLine) {
  const std::vector<AuthResult> results = {
      {"spf", "pass", "", {{"smtp", "mailfrom", "ann@origin.test"}}},
      {"dkim", "pass", "", {{"header", "d", "origin.test"}, {"header", "s", "key"}}},
      {"dmarc", "pass", "", {{"header", "from", "origin.test"}}}};
  EXPECT_EQ(write_auth_results(kUs, results),
            "Authentication-Results: mx.us.test;\r\n"
            "\tspf=pass smtp.mailfrom=ann@origin.test;\r\n"
            "\tdkim=pass header.d=origin.test header.s=key;\r\n"
            "\tdmarc=pass header.from=origin.test\r\n");
}

TEST(WriteAuthResults, SaysNoneWithoutResults) {
  EXPECT_EQ(write_auth_results(kUs, {}), "Authentication-Results: mx.us.test; none\r\n");
}

TEST(WriteAuthResults, FoldsAtTheMargin) {
  const std::vector<AuthResult> results = {{"dkim",
                                            "fail",
                                            "the body differs from what was signed",
                                            {{"header", "d", "a-rather-long-name.origin.test"},
                                             {"header", "s", "selector"},
                                             {"header", "a", "rsa-sha256"}}}};
  const std::string field = write_auth_results(kUs, results);
  EXPECT_EQ(field,
            "Authentication-Results: mx.us.test;\r\n"
            "\tdkim=fail reason=\"the body differs from what was signed\"\r\n"
            "\theader.d=a-rather-long-name.origin.test header.s=selector\r\n"
            "\theader.a=rsa-sha256\r\n");
}

std::string written_value(std::string_view value) {
  const std::string field =
      write_auth_results(kUs, {{"spf", "fail", "", {{"smtp", "helo", std::string(value)}}}});
  const std::size_t begin = field.find("helo=") + 5;
  return field.substr(begin, field.size() - 2 - begin);
}

TEST(WriteAuthResults, QuotesAndCleansValues) {
  const std::pair<std::string, std::string> cases[] = {
      {"mail.origin.test", "mail.origin.test"},
      {"[192.0.2.1]", "\"[192.0.2.1]\""},
      {"", "\"\""},
      {"@origin.test", "@origin.test"},
      {"a.b+c@origin.test", "a.b+c@origin.test"},
      {"a b@origin.test", "\"a b@origin.test\""},
      {"a@b@origin.test", "\"a@b@origin.test\""},
      {"\"a\\b\"@origin.test", "\"\\\"a\\\\b\\\"@origin.test\""},
      {"x; dkim=pass", "\"x; dkim=pass\""},
      {"x (y", "\"x (y\""},
      {"x\r\nSubject: y", "\"x??Subject: y\""},
      {"m\xc3\xbcller.test", "\"m??ller.test\""},
      {std::string("a\0b", 3), "\"a?b\""},
      {std::string(1000, 'a'), std::string(kMaxAuthValue, 'a')},
  };
  for (const auto& [value, expected] : cases) EXPECT_EQ(written_value(value), expected) << value;
}

TEST(WriteAuthResults, KeywordsStayKeywords) {
  EXPECT_EQ(write_auth_results(kUs, {{"s p;f", "\r\n", "", {}}}),
            "Authentication-Results: mx.us.test;\r\n\ts-p-f=--\r\n");
}

TEST(FindAuthResults, FindsOursHoweverItIsWritten) {
  const std::string_view ours[] = {
      " mx.us.test; spf=pass",
      "mx.us.test",
      " MX.Us.TEST; none",
      " mx.us.test 1; none",
      " mx.us.test.; none",
      " \"mx.us.test\"; none",
      " \"mx\\.us.test\"; none",
      "\r\n mx.us.test\r\n ; none",
      " (a (nested \\) comment)) mx.us.test(b) 1 (c); none",
      "(\r\n x)mx.us.test; none",
      " mx.us.test(",
      // Nobody knows how these are read.
      " (open mx.us.test; none",
      " \"open mx.us.test; none",
      " mx.them.test mx.us.test; none",
  };
  for (const std::string_view value : ours) {
    const std::string field = "authentication-RESULTS:" + std::string(value) + "\r\n";
    const std::vector<OctetRange> whole = {{0, field.size()}};
    EXPECT_EQ(find_auth_results(field, kUs), whole) << value;
  }
}

TEST(FindAuthResults, LeavesOthersAlone) {
  const std::string_view theirs[] = {
      " mx.them.test; spf=pass",
      " xmx.us.test; none",
      " mx.us.test.them.test; none",
      " mx.them.test; spf=pass reason=\"mx.us.test; none\"",
      " (mx.us.test;) mx.them.test; none",
      " mx.them.test (mx.us.test); none",
      " mx.them.test 1; none",
      // No id at all, and not ours: they stay, for a signature may cover them.
      "",
      " ; spf=pass",
      " dkim=none (message not signed) header.d=none;dmarc=none action=none",
  };
  for (const std::string_view value : theirs) {
    const std::string field = "Authentication-Results:" + std::string(value) + "\r\n";
    EXPECT_TRUE(find_auth_results(field, kUs).empty()) << value;
  }
}

TEST(FindAuthResults, GivesTheRangesOfWholeFieldsInTheHeaderAlone) {
  const std::string before = "Received: by them.test\r\n";
  const std::string first = "Authentication-Results: mx.us.test;\r\n\tspf=pass\r\n";
  const std::string between =
      "Subject: x\r\n Authentication-Results: mx.us.test; none\r\n"
      "ARC-Authentication-Results: i=1; mx.us.test; none\r\n"
      "Authentication-Results-X: mx.us.test\r\n";
  const std::string second = "Authentication-Results : mx.us.test; dkim=pass\r\n";
  const std::string rest = "To: bob@alias.test\r\n\r\nAuthentication-Results: mx.us.test; none\r\n";
  const std::vector<OctetRange> expected = {
      {before.size(), before.size() + first.size()},
      {(before + first + between).size(), (before + first + between + second).size()}};
  EXPECT_EQ(find_auth_results(before + first + between + second + rest, kUs), expected);
}

TEST(FindAuthResults, SeesWhatHidesBehindABareLineEnd) {
  for (const std::string end : {"\n", "\r"}) {
    const std::string before = "Subject: x" + end;
    const std::string forged = "Authentication-Results: mx.us.test; dmarc=pass" + end;
    const std::vector<OctetRange> expected = {{before.size(), (before + forged).size()}};
    EXPECT_EQ(find_auth_results(before + forged + "To: y\r\n", kUs), expected);
  }
}

TEST(FindAuthResults, WhatIsWrittenIsFoundAgain) {
  for (const std::string id : {"mx.us.test", "us", "odd id; (x) \"y\\"}) {
    const std::string field = write_auth_results(
        id, {{"spf", "pass", "a (reason; \"x\"", {{"smtp", "mailfrom", "a\r\nb"}}}});
    const std::vector<OctetRange> whole = {{0, field.size()}};
    EXPECT_EQ(find_auth_results(field, id), whole);
    EXPECT_TRUE(find_auth_results(field, "mx.them.test").empty()) << field;
  }
}

}  // namespace
}  // namespace waybill::relay::trust
