#include "relay/plan/content_digest.h"

#include <gtest/gtest.h>

#include "relay/plan/tries.h"
#include "tests/support/run_task.h"

namespace waybill::relay::plan {
namespace {

using message::Spool;

const std::string kNameless = "From: a@b.test\r\nSubject: x\r\n";
const std::string kOwn = "Message-ID: <1@b.test>\r\n" + kNameless;
const std::string kBody = "\r\nReceived: this line is the body's\r\n";

ContentDigest whole_digest_of(const std::string& text, std::vector<Spool::Range> left_out = {}) {
  boost::asio::io_context io;
  Spool spool({});
  EXPECT_TRUE(tests::run_task(io, spool.append(text)));
  spool.leave_out(std::move(left_out));
  const auto digest = tests::run_task(io, content_digest(spool));
  EXPECT_EQ(digest->octets.size(), kContentDigestOctets);
  return *digest;
}

std::string digest_of(const std::string& text, std::vector<Spool::Range> left_out = {}) {
  return whole_digest_of(text, std::move(left_out)).octets;
}

TEST(ContentDigestTest, FieldsOfTheWayMakeNoDifference) {
  const std::string plain = digest_of(kOwn + kBody);
  for (const char* trace :
       {"Received: from a by b\r\n\tid 1\r\n", "Return-Path: <x@y.test>\r\n",
        "Authentication-Results: mx; spf=pass\r\n", "ARC-Seal: i=1; b=x\r\n",
        "DKIM-Signature: v=1; t=17;\r\n\tb=x\r\n", "arc-message-signature: i=1\r\n",
        "ARC-Authentication-Results: i=1\r\n"}) {
    EXPECT_EQ(digest_of(trace + kOwn + kBody), plain) << trace;
    EXPECT_EQ(digest_of(kOwn + trace + kBody), plain) << trace;
  }
}

TEST(ContentDigestTest, WhatTheSenderWroteMakesADifference) {
  const std::string plain = digest_of(kOwn + kBody);
  EXPECT_NE(digest_of("X-Received: a\r\n" + kOwn + kBody), plain);
  EXPECT_NE(digest_of(kOwn + kBody + "more\r\n"), plain);
  EXPECT_NE(digest_of(kOwn + "\r\n"), plain);
  EXPECT_NE(digest_of("Subject: x\r\nFrom: a@b.test\r\nMessage-ID: <1@b.test>\r\n" + kBody), plain);
  EXPECT_NE(digest_of("Message-ID: <2@b.test>\r\n" + kNameless + kBody), plain);
}

TEST(ContentDigestTest, WhatTheSpoolLeavesOutMakesNoDifference) {
  const std::string plain = digest_of(kOwn + kBody);
  const std::string forged = "Authentication-Results: us; spf=pass\r\n";
  const std::string way = "Received: from a by b\r\n";
  EXPECT_EQ(digest_of(forged + way + kOwn + kBody, {{0, forged.size()}}), plain);
  const std::size_t at = way.size() + kOwn.size();
  EXPECT_EQ(digest_of(way + kOwn + forged + kBody, {{at, at + forged.size()}}), plain);
}

TEST(ContentDigestTest, AMessageWithoutABodyHasOneToo) {
  EXPECT_EQ(digest_of("Received: a\r\n" + kOwn), digest_of(kOwn));
  EXPECT_NE(digest_of(kOwn), digest_of(kNameless));
}

// A robot that wrote neither Date nor Message-ID raised one alarm twice. The second was taken for a
// retry of the first and dropped.
TEST(ContentDigestTest, WithoutAMessageIdItIsTheQueueOfTheSenderThatNamesAMessage) {
  const std::string first = "Received: from a by b id 1; Sun, 01 Mar 2026 12:00:00 +0000\r\n";
  const std::string second = "Received: from a by b id 2; Sun, 01 Mar 2026 12:00:05 +0000\r\n";
  const std::string queued = digest_of(first + kNameless + kBody);
  EXPECT_TRUE(whole_digest_of(first + kNameless + kBody).is_named);
  EXPECT_EQ(digest_of("ARC-Seal: i=1; b=x\r\n" + first + kNameless + kBody), queued);
  EXPECT_NE(digest_of(second + kNameless + kBody), queued);
}

TEST(ContentDigestTest, WhereNothingNamesAMessageTheDigestSaysSo) {
  EXPECT_TRUE(whole_digest_of(kOwn + kBody).is_named);
  for (const char* empty : {"", "Message-ID:\r\n", "Message-ID: \r\n \t\r\n"}) {
    EXPECT_FALSE(whole_digest_of(empty + kNameless + kBody).is_named) << empty;
  }
  EXPECT_FALSE(whole_digest_of("").is_named);
}

}  // namespace
}  // namespace waybill::relay::plan
