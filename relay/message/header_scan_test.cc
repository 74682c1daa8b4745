#include "relay/message/header_scan.h"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace waybill::relay::message {
namespace {

using namespace std::string_literals;

TEST(HeaderScanTest, FindsWhatTheRelayNeeds) {
  const HeaderFacts facts = scan_header(
      "Received: from a.test by b.test; Tue, 24 Nov 2026 12:00:00 +0000\r\n"
      "Received: from c.test\r\n\tby a.test; Tue, 24 Nov 2026 11:59:59 +0000\r\n"
      "From: Ann <ann@e.test>\r\n"
      "Subject: Hello\r\n"
      "Message-ID: <1@e.test>\r\n"
      "\r\n"
      "body\r\n");
  EXPECT_EQ(facts.received, 2);
  EXPECT_EQ(facts.from, "Ann <ann@e.test>");
  EXPECT_EQ(facts.subject, "Hello");
  EXPECT_EQ(facts.message_id, "<1@e.test>");
  EXPECT_TRUE(facts.complete);
}

TEST(HeaderScanTest, CountsReceivedFieldsOfTheHeaderOnly) {
  const struct {
    std::string head;
    int received;
    bool complete;
  } cases[] = {
      {"", 0, false},
      {"\r\n", 0, true},
      {"\r\nReceived: in the body\r\n", 0, true},
      {"Received: a\r\n\r\nReceived: b\r\n\r\n", 1, true},
      {"Received: a\r\nReceived: b\r\nreceived: c\r\nRECEIVED: d\r\n\r\n", 4, true},
      // A line that begins with white space belongs to the field before it.
      {"Subject: x\r\n Received: folded\r\n\tReceived: folded\r\n\r\n", 0, true},
      {"Received: a\r\n Received: folded\r\n\r\n", 1, true},
      // White space alone does not end the header.
      {"Subject: x\r\n \r\nReceived: a\r\n\r\n", 1, true},
      // Obsolete: white space before the colon (RFC 5322 4.5.8).
      {"Received \t: a\r\n\r\n", 1, true},
      {"Received-SPF: pass\r\n\r\n", 0, true},
      {"X-Received: a\r\n\r\n", 0, true},
      {"Received\r\n\r\n", 0, true},
      {"Receive: a\r\n\r\n", 0, true},
      {"Received a: b\r\n\r\n", 0, true},
  };
  for (const auto& c : cases) {
    const HeaderFacts facts = scan_header(c.head);
    EXPECT_EQ(facts.received, c.received) << c.head;
    EXPECT_EQ(facts.complete, c.complete) << c.head;
  }
}

TEST(HeaderScanTest, ValuesAreUnfoldedAndFitForARecord) {
  const struct {
    std::string field;
    std::string subject;
  } cases[] = {
      {"Subject: plain\r\n", "plain"},
      {"Subject:plain\r\n", "plain"},
      {"subject:  \t plain \t\r\n", "plain"},
      {"SUBJECT : plain\r\n", "plain"},
      {"Subject: two\r\n words\r\n", "two words"},
      {"Subject: three\r\n\twhole\r\n  words\r\n", "three whole  words"},
      {"Subject:\r\n late\r\n", "late"},
      {"Subject: a: b\r\n", "a: b"},
      {"Subject: =?utf-8?q?kept_as_is?=\r\n", "=?utf-8?q?kept_as_is?="},
      {"Subject: b\xc3\xbc"
       "cher\r\n",
       "b\xc3\xbc"
       "cher"},
      {"Subject: nul\0bell\a!\x7f\r\n"s, "nul bell !"},
      {"Subject: bare\rcr and bare\n\tlf\r\n", "barecr and bare lf"},
      {"Subject:\r\n", ""},
      {"Subject:   \r\n", ""},
      {"Subject: first\r\nSubject: second\r\n", "first"},
      {"Subjects: no\r\n", ""},
      {"Subject no\r\n", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(scan_header(c.field + "\r\n").subject, c.subject) << c.field;
  }
}

TEST(HeaderScanTest, TheFirstOfEachFieldCounts) {
  const HeaderFacts facts = scan_header(
      "Message-ID: <1@e.test>\r\nMessage-Id: <2@e.test>\r\n"
      "From: a@e.test\r\nfrom: b@e.test\r\n\r\n");
  EXPECT_EQ(facts.message_id, "<1@e.test>");
  EXPECT_EQ(facts.from, "a@e.test");
}

TEST(HeaderScanTest, LongValuesAreCut) {
  const std::string exact(kMaxRecordedValue, 'x');
  EXPECT_EQ(scan_header("Subject: " + exact + "\r\n\r\n").subject, exact);
  EXPECT_EQ(scan_header("Subject: " + exact + "yz\r\n\r\n").subject, exact);
}

TEST(HeaderScanTest, AHeaderTornAnywhereGivesNoMoreThanItHolds) {
  const std::string whole =
      "Received: a\r\n\tb\r\nSubject: one\r\n two\r\nReceived : c\r\nMessage-ID: <1@e.test>\r\n"
      "From: ann@e.test\r\n\r\nReceived: body\r\n";
  const HeaderFacts all = scan_header(whole);
  const std::size_t end = whole.find("\r\n\r\n") + 4;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const HeaderFacts facts = scan_header(std::string_view(whole).substr(0, size));
    EXPECT_EQ(facts.complete, size >= end) << size;
    EXPECT_LE(facts.received, all.received) << size;
    EXPECT_TRUE(all.subject.starts_with(facts.subject)) << size << ": " << facts.subject;
    EXPECT_TRUE(all.message_id.starts_with(facts.message_id)) << size << ": " << facts.message_id;
    EXPECT_TRUE(all.from.starts_with(facts.from)) << size << ": " << facts.from;
    if (size < end) continue;
    EXPECT_EQ(facts.received, 2) << size;
    EXPECT_EQ(facts.subject, "one two") << size;
  }
}

// Seconds of the processor for a header of about `octets`, made of `unit`s: a machine that is busy
// with something else does not change them much.
double scan_time(const std::string& unit, std::size_t octets) {
  std::string head;
  while (head.size() < octets) head += unit;
  head += "\r\n";
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const std::clock_t begin = std::clock();
    EXPECT_TRUE(scan_header(head).complete);
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return best;
}

TEST(HeaderScanTest, HugeHeadersTakeLinearTime) {
  const std::string units[] = {
      "Received: x\r\n",
      "Subject: x\r\n x\r\n",
      "a:\r\n",
      "no field at all\r\n",
      "Subject: " + std::string(1 << 16, ' ') + "\r\n",
      "Received" + std::string(1 << 16, ' ') + "\r\n",
      "Subject: x" + std::string(1 << 14, '\t') + "\r\n",
      "s\n",
  };
  for (const std::string& unit : units) {
    const double small = scan_time(unit, 1 << 18);
    const double large = scan_time(unit, 1 << 22);
    // 16 times the octets; 64 leaves room for caches, a square would need 256.
    EXPECT_LT(large, 64 * std::max(small, 1e-4)) << unit.substr(0, 20);
  }
}

TEST(HeaderScanTest, OneFieldOfManyFoldedLinesTakesLinearTime) {
  std::string head = "Subject: x\r\n";
  while (head.size() < (4u << 20)) head += " x\r\n";
  const std::clock_t begin = std::clock();
  EXPECT_EQ(scan_header(head + "\r\n").subject.size(), kMaxRecordedValue - 1);
  EXPECT_LT(std::clock() - begin, 2 * CLOCKS_PER_SEC);
}

TEST(HeaderScanTest, PublishedTortureMessagesAreReadWithoutHarm) {
  const std::filesystem::path folder = WAYBILL_SOURCE_DIR "/../shared/cases/mime";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no ../shared/cases/mime here";
  int read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string octets(std::istreambuf_iterator<char>(in), {});
    const HeaderFacts facts = scan_header(octets);
    for (const auto& value : {facts.subject, facts.from, facts.message_id}) {
      EXPECT_LE(value.size(), kMaxRecordedValue) << entry.path();
      EXPECT_EQ(value.find_first_of("\r\n\t"), std::string::npos) << entry.path();
    }
    ++read;
  }
  EXPECT_GT(read, 200);
}

}  // namespace
}  // namespace waybill::relay::message
