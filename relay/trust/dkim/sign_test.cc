#include "relay/trust/dkim/sign.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "relay/message/header_fields.h"
#include "relay/trust/dkim/body_hash.h"
#include "relay/trust/dkim/signature.h"
#include "relay/trust/dkim/tag_list.h"
#include "relay/trust/dkim/verify.h"
#include "runtime/base64.h"
#include "runtime/clock.h"
#include "tests/support/dkim_judged.h"
#include "tests/support/run_task.h"
#include "tests/support/text_body.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::trust::dkim {
namespace {

using namespace std::chrono_literals;
using runtime::PrivateKey;

const runtime::WallTime kNow{std::chrono::seconds(1'700'000'100)};

const std::string kHeader =
    "From: Ann <ann@origin.test>\r\n"
    "To: bob@alias.test\r\n"
    "Subject:  a  folded\r\n"
    "\tsubject \r\n";
const std::string kBody = "Dear  Bob,\r\n\r\nthe parcel \t has left. \r\n\r\n\r\n";

// To make one of RSA takes a tenth of a second.
const std::vector<SigningKey>& both_keys() {
  static const std::vector<SigningKey> keys = {
      {"alias.test", "r", PrivateKey::make(PrivateKey::Type::rsa)},
      {"alias.test", "e", PrivateKey::make(PrivateKey::Type::ed25519)}};
  return keys;
}

runtime::Digest hash_of(const std::string& body) {
  BodyHashes hashes;
  hashes.ask(Form::relaxed, {});
  hashes.take(body);
  hashes.end();
  return hashes.hash(Form::relaxed, {}).digest;
}

std::string sign_both(const std::string& header, const std::string& body) {
  return sign(header, hash_of(body), both_keys(), kNow);
}

class SignTest : public testing::Test {
 protected:
  SignTest() {
    for (const SigningKey& one : both_keys()) {
      const bool rsa = one.key->type() == PrivateKey::Type::rsa;
      zone_.add_text(one.record_name(),
                     std::string("v=DKIM1; k=") + (rsa ? "rsa" : "ed25519") +
                         "; p=" + runtime::encode_base64(one.key->public_octets()));
    }
  }

  // "pass; pass", or what is wrong with each signature.
  std::string judged(const std::string& header, const std::string& body) {
    tests::TextBody source(body);
    const auto results =
        tests::run_task(io_, verify(zone_, header + "\r\n", source, kNow, clock_.now() + 5s));
    return tests::words_of(*results);
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::ZoneResolver zone_{clock_};
};

TEST_F(SignTest, BothKeysSignAndBothSignaturesHold) {
  const std::string fields = sign_both(kHeader, kBody);
  EXPECT_EQ(judged(fields + kHeader, kBody), "pass; pass") << fields;
  EXPECT_EQ(judged(fields + kHeader, kBody + "more\r\n"),
            "fail the body differs; fail the body differs");
}

TEST_F(SignTest, TheFieldSaysWhatIsSignedAndWhen) {
  const std::string text = sign(kHeader, hash_of(kBody), both_keys().front(), kNow);
  const auto fields = message::split_header(text);
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields.front().end, text.size());
  const Signature signature = parse_signature(fields.front().value);
  ASSERT_FALSE(signature.fault) << signature.fault->reason;
  EXPECT_EQ(signature.domain, "alias.test");
  EXPECT_EQ(signature.selector, "r");
  EXPECT_EQ(signature.algorithm, "rsa-sha256");
  EXPECT_EQ(signature.header_form, Form::relaxed);
  EXPECT_EQ(signature.body_form, Form::relaxed);
  EXPECT_EQ(signature.signed_at, 1'700'000'100u);
  EXPECT_FALSE(signature.length);
  EXPECT_FALSE(signature.expires_at);
  EXPECT_EQ(signature.times_signed("FROM"), 2u);
  EXPECT_EQ(signature.times_signed("SUBJECT"), 2u);
  EXPECT_EQ(signature.times_signed("REPLY-TO"), 1u);
  EXPECT_EQ(signature.times_signed("LIST-ID"), 0u);
}

TEST_F(SignTest, LinesAreShortHoweverLongTheNamesAre) {
  std::string label(63, 'a');
  SigningKey key = both_keys().front();
  key.domain = label + "." + label + ".test";
  std::string header = kHeader;
  for (int i = 0; i < 50; ++i) header += "References: <" + std::to_string(i) + "@origin.test>\r\n";
  const std::string text = sign(header, hash_of(kBody), key, kNow);
  ASSERT_FALSE(text.empty());
  EXPECT_FALSE(parse_signature(message::split_header(text).front().value).fault);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    EXPECT_LE(end - at, 160u) << text.substr(at, end - at);
    EXPECT_GT(end - at, 1u);
    at = end + 2;
  }
}

// RFC 6376 8.15.
TEST_F(SignTest, AnotherFieldThatAReaderIsShownBreaksIt) {
  const std::string fields = sign_both(kHeader, kBody);
  for (const char* added :
       {"From: eve@evil.test", "Subject: urgent", "To: all@alias.test", "Reply-To: eve@evil.test",
        "Date: today", "Content-Type: text/html", "Cc: a@b.test", "MIME-Version: 1.0"}) {
    const std::string more = std::string(added) + "\r\n";
    EXPECT_EQ(judged(more + fields + kHeader, kBody).find("pass"), std::string::npos) << added;
    EXPECT_EQ(judged(fields + kHeader + more, kBody).find("pass"), std::string::npos) << added;
  }
  for (const char* added : {"Received: by mx.other.test; today", "List-Id: <l.other.test>",
                            "Authentication-Results: mx.other.test; dkim=pass", "X-Spam: no"}) {
    const std::string more = std::string(added) + "\r\n";
    EXPECT_EQ(judged(more + fields + kHeader, kBody), "pass; pass") << added;
  }
}

TEST_F(SignTest, EveryFromFieldIsSignedHoweverManyThereAre) {
  const std::string header = kHeader + "from: bob@origin.test\r\nFROM : carl@origin.test\r\n";
  EXPECT_EQ(judged(sign_both(header, kBody) + header, kBody), "pass; pass");
}

TEST_F(SignTest, BodiesOfEveryEndHold) {
  for (const std::string body :
       {"", "\r\n", "\r\n\r\n", " ", " \r\n", "a", "a\r\n", ".\r\n", "..\r\n.\r\n",
        "a\r\n.\r\n\r\n", "a\r\n ", "\t\r\n\r\na \t b\r\n\r\n", "\xc3\xa9\xff\r\n", "a\rb\nc"}) {
    EXPECT_EQ(judged(sign_both(kHeader, body) + kHeader, body), "pass; pass") << body;
  }
  // What the next server adds to a last line that has no end is not part of what is signed.
  EXPECT_EQ(judged(sign_both(kHeader, "a") + kHeader, "a\r\n"), "pass; pass");
}

TEST_F(SignTest, OctetsOfTheMessageStandNowhereInTheField) {
  const std::string hostile =
      "From: \"x\r\n y\" <ann@origin.test>\r\n"
      "Subject: ; b=forged; d=evil.test;\r\n"
      "\tDKIM-Signature: v=1\r\n"
      "To:\xff\x01\x7f;\r\n"
      "DKIM-Signature: v=1; d=evil.test\r\n"
      "no colon in this line\r\n"
      ": no name\r\n";
  const std::string fields = sign_both(hostile, kBody);
  EXPECT_EQ(fields.find("evil"), std::string::npos) << fields;
  EXPECT_EQ(fields.find("forged"), std::string::npos) << fields;
  EXPECT_TRUE(message::has_plain_lines(fields));
  EXPECT_EQ(message::split_header(fields).size(), 2u);
  EXPECT_TRUE(judged(fields + hostile, kBody).starts_with("pass; pass; "));
}

TEST_F(SignTest, WhatNobodyCouldVerifyIsNotSigned) {
  const std::string nul("To: a\0b\r\n", 9);
  std::string many = kHeader;
  for (std::size_t i = 0; i < kMaxFields; ++i) many += "X: y\r\n";
  std::string names = kHeader;
  for (std::size_t i = 0; i < 900; ++i) names += "Content-Transfer-Encoding: 7bit\r\n";
  for (const std::string& header :
       {std::string(), std::string("\r\n"), std::string("To: bob@alias.test\r\n"), kHeader + nul,
        kHeader + "To: a\rb\r\n", kHeader + "To: a\nb\r\n", many, names,
        kHeader + "X: " + std::string(kMaxHeaderOctets, 'x') + "\r\n"}) {
    EXPECT_EQ(sign_both(header, kBody), "") << header.substr(0, 300);
  }
}

TEST_F(SignTest, TheLongestHeaderThatIsSignedHolds) {
  std::string header = kHeader;
  while (header.size() < kMaxHeaderOctets - (20 << 10)) {
    header += "X-Long: " + std::string(900, 'x') + "\r\n";
  }
  EXPECT_EQ(judged(sign_both(header, kBody) + header, kBody), "pass; pass");
}

// Any fields and bodies of the octets that matter: what is signed here is verified.
TEST_F(SignTest, WhatIsSignedIsVerifiedWhateverItIs) {
  std::minstd_rand chance(8);
  const auto pick = [&](std::size_t count) { return chance() % count; };
  const std::vector<std::string> names = {"From",  "Subject", "to",           "CC",    "Received",
                                          "X-Own", "List-Id", "Content-Type", "sender"};
  const std::vector<std::string> pieces = {" ",  "  ", "\t", "\r\n ", "a",      "=",
                                           "\"", ";",  ":",  "\xe9",  "\r\n\t", "word"};
  const std::vector<std::string> lines = {"\r\n", " ", "\t", ".", "a", "..", "\r\n.\r\n", "\xff"};
  for (int round = 0; round < 300; ++round) {
    std::string header = "From: ann@origin.test\r\n";
    for (std::size_t fields = pick(6); fields > 0; --fields) {
      header += names[pick(names.size())] + ":";
      for (std::size_t at = pick(8); at > 0; --at) header += pieces[pick(pieces.size())];
      // A fold of white space alone is no line of a field to everybody.
      header += "x\r\n";
    }
    std::string body;
    for (std::size_t at = pick(12); at > 0; --at) body += lines[pick(lines.size())];
    ASSERT_EQ(judged(sign_both(header, body) + header, body), "pass; pass")
        << header << "|" << body;
  }
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
