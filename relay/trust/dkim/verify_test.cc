#include "relay/trust/dkim/verify.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "relay/trust/dkim/hash_body.h"
#include "runtime/clock.h"
#include "tests/support/dkim_judged.h"
#include "tests/support/dkim_signer.h"
#include "tests/support/run_task.h"
#include "tests/support/text_body.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::trust::dkim {
namespace {

using namespace std::chrono_literals;
using tests::DkimForm;
using tests::DkimKey;
using tests::DkimSigning;
using tests::TextBody;

const std::string kHeader =
    "From: Ann <ann@origin.test>\r\n"
    "To: bob@alias.test\r\n"
    "Subject:  a  folded\r\n"
    "\tsubject \r\n"
    "\r\n";
const std::string kBody = "Dear  Bob,\r\n\r\nthe parcel \t has left. \r\n\r\n\r\n";

const runtime::WallTime kNow{std::chrono::seconds(1'700'000'100)};

class DkimVerifyTest : public testing::Test {
 protected:
  std::string sign(const DkimSigning& signing, const std::string& header = kHeader,
                   const std::string& body = kBody) {
    if (published_.insert(signing.selector).second) zone_.add(tests::dkim_key_zone(signing));
    return tests::dkim_signature(signing, header + body);
  }

  std::vector<DkimResult> judge(const std::string& header, const std::string& body = kBody,
                                std::size_t piece = std::string::npos) {
    TextBody source(body, piece);
    auto results = tests::run_task(io_, verify(zone_, header, source, now_, clock_.now() + 5s));
    EXPECT_TRUE(results.has_value());
    asked_body_ = source.asked();
    return *results;
  }

  // "word reason" of each.
  std::string said(const std::string& header, const std::string& body = kBody,
                   std::size_t piece = std::string::npos) {
    return tests::words_of(judge(header, body, piece));
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::ZoneResolver zone_{clock_};
  std::set<std::string> published_;
  runtime::WallTime now_ = kNow;
  std::size_t asked_body_ = 0;
};

TEST_F(DkimVerifyTest, AMessageWithoutSignatureIsNone) {
  EXPECT_EQ(said(kHeader), "none");
  EXPECT_EQ(said(""), "none");
  EXPECT_EQ(asked_body_, 0u);
}

TEST_F(DkimVerifyTest, EveryFormAndKeyPassesInPiecesOfAnySize) {
  for (const DkimKey key : {DkimKey::rsa, DkimKey::ed25519}) {
    for (const DkimForm header : {DkimForm::simple, DkimForm::relaxed}) {
      for (const DkimForm body : {DkimForm::simple, DkimForm::relaxed}) {
        DkimSigning signing;
        signing.key = key;
        signing.selector = key == DkimKey::rsa ? "rsa" : "ed";
        signing.header = header;
        signing.body = body;
        const std::string signature = sign(signing);
        for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
          EXPECT_EQ(said(signature + kHeader, kBody, piece), "pass") << signature << piece;
        }
      }
    }
  }
}

TEST_F(DkimVerifyTest, AnyBodyIsHashedTheSameHoweverItIsCut) {
  const std::vector<std::string> bodies = {"",
                                           "\r\n",
                                           "\r\n\r\n",
                                           " \r\n",
                                           "a\r\n",
                                           "a\r\n\r\n b \r\n\r\n",
                                           "\r\n\r\na\r\n",
                                           "a \r\n\t\r\n",
                                           std::string(3000, 'x') + "\r\n",
                                           "a\r\n" + std::string(500, ' ') + "b\r\n"};
  for (const DkimForm form : {DkimForm::simple, DkimForm::relaxed}) {
    DkimSigning signing;
    signing.body = form;
    for (const std::string& body : bodies) {
      const std::string signature = sign(signing, kHeader, body);
      EXPECT_EQ(said(signature + kHeader, body), "pass") << body;
      EXPECT_EQ(said(signature + kHeader, body, 1), "pass") << body;
    }
  }
}

TEST_F(DkimVerifyTest, ALastLineWithoutItsEndIsGivenOne) {
  for (const DkimForm form : {DkimForm::simple, DkimForm::relaxed}) {
    DkimSigning signing;
    signing.body = form;
    const std::string signature = sign(signing, kHeader, "one\r\ntwo\r\n");
    EXPECT_EQ(said(signature + kHeader, "one\r\ntwo"), "pass");
  }
}

TEST_F(DkimVerifyTest, WhatTheWireSaysIsInTheResult) {
  const auto results = judge(sign({}) + kHeader);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].domain, "origin.test");
  EXPECT_EQ(results[0].selector, "key");
  EXPECT_EQ(results[0].identity, "@origin.test");
  EXPECT_EQ(results[0].algorithm, "rsa-sha256");
  EXPECT_EQ(results[0].key, KeyMode::in_use);
}

TEST_F(DkimVerifyTest, AChangedBodyFails) {
  EXPECT_EQ(said(sign({}) + kHeader, kBody + "P.S.\r\n"), "fail the body differs");
}

TEST_F(DkimVerifyTest, AChangedOrAddedSignedFieldFails) {
  const std::string signature = sign({});
  EXPECT_EQ(said(signature + "Subject: other\r\nFrom: ann@origin.test\r\nTo: bob@alias.test\r\n"),
            "fail the header differs");
  // Fields are taken from the bottom (RFC 6376 5.4.2): one that is put on top changes nothing.
  EXPECT_EQ(said("Subject: other\r\n" + signature + kHeader), "pass");
  EXPECT_EQ(said(signature + kHeader.substr(0, kHeader.size() - 2) + "Subject: other\r\n"),
            "fail the header differs");
}

TEST_F(DkimVerifyTest, ATrailerOfUnsignedFieldsChangesNothing) {
  EXPECT_EQ(said("Received: by us.test\r\n" + sign({}) + "X-Any: thing\r\n" + kHeader), "pass");
}

TEST_F(DkimVerifyTest, ASecondFromThatIsNotSignedIsRefused) {
  EXPECT_EQ(said("From: eve@other.test\r\n" + sign({}) + kHeader),
            "permerror a From field is not signed");
}

TEST_F(DkimVerifyTest, AListThatNamesEveryFieldAndMoreIsCheckedInBounds) {
  DkimSigning signing;
  signing.fields = {"From"};
  const std::string header = "From: ann@origin.test\r\n";
  std::string signature = sign(signing, header + "\r\n");
  EXPECT_EQ(said(signature + header), "pass");
  const std::size_t list = signature.find("h=From");
  ASSERT_NE(list, std::string::npos) << signature;
  std::string names = "h=From:DKIM-Signature";
  for (int i = 0; i < 90; ++i) names += ":From:DKIM-Signature";
  signature.replace(list, 6, names);
  EXPECT_EQ(said(signature + header), "fail the header differs");
}

TEST_F(DkimVerifyTest, SeveralSignaturesAreJudgedEachByItself) {
  DkimSigning rsa;
  rsa.selector = "rsa";
  DkimSigning ed;
  ed.key = DkimKey::ed25519;
  ed.selector = "ed";
  DkimSigning keyless;
  keyless.selector = "gone";
  std::string broken = sign(rsa);
  broken.replace(broken.find("bh=") + 3, 4, "AAAA");
  const std::string header =
      sign(rsa) + "DKIM-Signature: nonsense\r\n" + broken + sign(keyless) + sign(ed) + kHeader;
  zone_.remove("gone._domainkey.origin.test");
  EXPECT_EQ(said(header),
            "pass; permerror the tags break the syntax; fail the header differs; "
            "permerror there is no key; pass");
}

TEST_F(DkimVerifyTest, OneKeyIsAskedForOnce) {
  EXPECT_EQ(said(sign({}) + sign({}) + kHeader), "pass; pass");
  EXPECT_EQ(zone_.asked().size(), 1u);
}

TEST_F(DkimVerifyTest, OnlySoManySignaturesAreJudged) {
  std::string header;
  for (std::size_t i = 0; i < kMaxSignatures + 5; ++i) header += sign({});
  const auto results = judge(header + kHeader);
  EXPECT_EQ(results.size(), kMaxSignatures);
  for (const DkimResult& one : results) EXPECT_EQ(one.word, DkimWord::pass);
}

TEST_F(DkimVerifyTest, ASignatureMaySignTheOneBelow) {
  const std::string below = sign({});
  DkimSigning over;
  over.selector = "over";
  over.fields = {"From", "DKIM-Signature"};
  const std::string above = sign(over, below + kHeader);
  EXPECT_EQ(said(above + below + kHeader), "pass; pass");
  EXPECT_EQ(said("DKIM-Signature: nonsense\r\n" + above + below + kHeader),
            "permerror the tags break the syntax; pass; pass");
  EXPECT_EQ(said(above + "DKIM-Signature: nonsense\r\n" + kHeader),
            "fail the header differs; permerror the tags break the syntax");
}

TEST_F(DkimVerifyTest, KeysThatCannotBeFetchedAreTemporary) {
  const std::string header = sign({}) + kHeader;
  zone_.fail("key._domainkey.origin.test", runtime::Errc::temporary);
  EXPECT_EQ(said(header), "temperror the key could not be fetched");
  EXPECT_EQ(asked_body_, 0u);
  zone_.heal();
  zone_.fail("key._domainkey.origin.test", runtime::Errc::timeout);
  EXPECT_EQ(said(header), "temperror the key could not be fetched");
  zone_.heal();
  zone_.fail("key._domainkey.origin.test", runtime::Errc::corrupt);
  EXPECT_EQ(said(header), "permerror the key is malformed");
  zone_.heal();
  zone_.remove("key._domainkey.origin.test");
  EXPECT_EQ(said(header), "permerror there is no key");
}

TEST_F(DkimVerifyTest, KeyRecordsAreHeldAgainstTheSignature) {
  const std::string header = sign({}) + kHeader;
  const std::string name = "key._domainkey.origin.test";
  const std::string good = tests::dkim_key_record(DkimKey::rsa);
  const std::string key = good.substr(good.find("p="));
  const std::pair<std::string, std::string> cases[] = {
      {key, "pass"},
      {"v=DKIM1; h=sha1:sha256; s=email; " + key, "pass"},
      {"v=DKIM1; t=s; " + key, "pass"},
      {"v=DKIM2; " + key, "permerror the key is malformed"},
      {key + "; v=DKIM1", "permerror the key is malformed"},
      {"v=DKIM1; k=rsa", "permerror the key is malformed"},
      {"v=DKIM1; p=", "permerror the key is revoked"},
      {"v=DKIM1; k=ed25519; " + key, "permerror the key is of another type"},
      {"v=DKIM1; h=sha1; " + key, "permerror the key is not for this hash"},
      {"v=DKIM1; s=tlsrpt; " + key, "permerror the key is not for mail"},
      {"v=DKIM1; p=AAAA", "permerror the key is malformed"},
      {"v=DKIM1; p=A", "permerror the key is malformed"},
      {"v=DKIM1; p=" + std::string(2000, 'A'), "policy the key is too long"},
  };
  for (const auto& [record, expected] : cases) {
    zone_.remove(name);
    zone_.add(name + ". TXT \"" + record + "\"");
    EXPECT_EQ(said(header), expected) << record;
  }
}

TEST_F(DkimVerifyTest, OtherTextAtTheNameIsPassedOverButASecondKeyIsNot) {
  const std::string header = sign({}) + kHeader;
  zone_.add("key._domainkey.origin.test. TXT \"some=verification\"");
  EXPECT_EQ(said(header), "pass");
  zone_.add(tests::dkim_key_zone({}));
  EXPECT_EQ(said(header), "permerror there are several keys");
}

TEST_F(DkimVerifyTest, AKeyInTestModeSaysSo) {
  const std::string header = sign({}) + kHeader;
  const std::string good = tests::dkim_key_record(DkimKey::rsa);
  zone_.remove("key._domainkey.origin.test");
  zone_.add("key._domainkey.origin.test. TXT \"v=DKIM1; t=y; " + good.substr(9) + "\"");
  const auto results = judge(header);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].word, DkimWord::pass);
  EXPECT_EQ(results[0].key, KeyMode::testing);
}

TEST_F(DkimVerifyTest, AShortRsaKeyIsAgainstPolicyWhetherItHoldsOrNot) {
  DkimSigning signing;
  signing.key = DkimKey::rsa_768;
  const std::string header = sign(signing) + kHeader;
  EXPECT_EQ(said(header), "policy the RSA key is too short");
  EXPECT_EQ(said(header, "other\r\n"), "policy the RSA key is too short");
}

TEST_F(DkimVerifyTest, TheTimeIsThatWhichIsGiven) {
  DkimSigning signing;
  signing.seconds = 1000;
  const std::string header = sign(signing) + kHeader;
  EXPECT_EQ(said(header), "pass");
  now_ = kNow + 1100s;
  EXPECT_EQ(said(header), "pass");
  now_ = kNow + 1300s;
  EXPECT_EQ(said(header), "permerror the signature has expired");
  now_ = kNow - 300s;
  EXPECT_EQ(said(header), "pass");
  now_ = kNow - 1000s;
  EXPECT_EQ(said(header), "policy t= is in the future");
}

TEST_F(DkimVerifyTest, OctetsThatAreNoLineEndsAreSignedLikeAnyOther) {
  const std::string nul(1, '\0');
  for (const std::string& body : {std::string("a\nb\r\n"), std::string("a\rb\r\n"),
                                  std::string("a\r\r\n"), "a" + nul + "\r\n"}) {
    for (const DkimForm form : {DkimForm::simple, DkimForm::relaxed}) {
      DkimSigning signing;
      signing.body = form;
      const std::string signature = sign(signing, kHeader, body);
      for (const std::size_t piece : {1, 1000}) {
        EXPECT_EQ(said(signature + kHeader, body, piece), "pass");
        EXPECT_EQ(said(signature + kHeader, "a\r\nb\r\n", piece), "fail the body differs");
      }
    }
  }
  const std::string signature = sign({});
  const std::string permanent = "permerror the header has a NUL or a bare CR or LF";
  EXPECT_EQ(said(signature + "X: a\nb\r\n" + kHeader), permanent);
  EXPECT_EQ(said(signature + "X: a\rb\r\n" + kHeader), permanent);
  EXPECT_EQ(said(signature + "X: a" + nul + "\r\n" + kHeader), permanent);
}

TEST_F(DkimVerifyTest, ALineOfAnyLengthIsHashed) {
  const std::string body = std::string(3 << 20, 'a') + "\r\n";
  EXPECT_EQ(said(sign({}, kHeader, body) + kHeader, body), "pass");
}

// RFC 6376 8.2: what is behind l= may be anybody's.
TEST_F(DkimVerifyTest, ALengthThatCoversAllIsAsGoodAsNone) {
  const struct {
    DkimForm form;
    std::string octets;  // canonical
  } cases[] = {{DkimForm::simple, "Dear  Bob,\r\n\r\nthe parcel \t has left. \r\n"},
               {DkimForm::relaxed, "Dear Bob,\r\n\r\nthe parcel has left.\r\n"}};
  for (const auto& one : cases) {
    DkimSigning signing;
    signing.body = one.form;
    signing.length = one.octets.size();
    const std::string all = sign(signing);
    EXPECT_EQ(said(all + kHeader), "pass");
    EXPECT_EQ(said(all + kHeader, kBody + "\r\n"), "pass");
    EXPECT_EQ(said(all + kHeader, kBody + "P.S."), "policy l= leaves the end of the body unsigned");
    EXPECT_EQ(said(all + kHeader, "P.S. " + kBody), "fail the body differs");
    signing.length = one.octets.size() - 1;
    EXPECT_EQ(said(sign(signing) + kHeader), "policy l= leaves the end of the body unsigned");
    signing.length = 0;
    EXPECT_EQ(said(sign(signing) + kHeader), "policy l= leaves the end of the body unsigned");
    signing.length = one.octets.size() + 1;
    EXPECT_EQ(said(sign(signing) + kHeader), "fail the body is shorter than l=");
  }
}

TEST_F(DkimVerifyTest, FieldsThatAreSignedAsAbsentMayNotBeAdded) {
  DkimSigning signing;
  signing.oversigned = {"Subject", "From", "Reply-To"};
  const std::string signature = sign(signing);
  EXPECT_EQ(said(signature + kHeader), "pass");
  EXPECT_EQ(said("Subject: other\r\n" + signature + kHeader), "fail the header differs");
  EXPECT_EQ(said("Reply-To: eve@other.test\r\n" + signature + kHeader), "fail the header differs");
  EXPECT_EQ(said("From: eve@other.test\r\n" + signature + kHeader), "fail the header differs");
}

TEST_F(DkimVerifyTest, ItsOwnFieldMayBeWrittenInOddWays) {
  for (const DkimForm form : {DkimForm::simple, DkimForm::relaxed}) {
    DkimSigning signing;
    signing.header = form;
    signing.more_tags = " xb=not this; z=From:b=nor/this;";
    const std::string signature = sign(signing);
    EXPECT_EQ(said(signature + kHeader), "pass");
    // Whatever stands in b= is not of the header that is signed, white space included.
    std::string folded = signature;
    folded.replace(folded.find("\tb=") + 3, 0, "\r\n  ");
    EXPECT_EQ(said(folded + kHeader), "pass");
    std::string closed = signature;
    closed.insert(closed.size() - 2, " ");
    EXPECT_EQ(said(closed + kHeader), "pass");
    std::string tagged = signature;
    tagged.insert(tagged.size() - 2, ";");
    EXPECT_EQ(said(tagged + kHeader), "fail the header differs");
  }
}

TEST_F(DkimVerifyTest, TheBodyIsReadForHeadersThatHoldAlone) {
  EXPECT_EQ(said(sign({}) + kHeader), "pass");
  EXPECT_GT(asked_body_, 0u);
  std::string broken = sign({});
  broken.replace(broken.find("\tb=") + 3, 4, "AAAA");
  EXPECT_EQ(said(broken + kHeader), "fail the header differs");
  EXPECT_EQ(asked_body_, 0u);
}

TEST_F(DkimVerifyTest, HeadersBeyondTheLimitsAreNotJudged) {
  const std::string signature = sign({});
  EXPECT_EQ(said(signature + kHeader + "X: " + std::string(kMaxHeaderOctets, 'a') + "\r\n"),
            "pass");  // behind the empty line: not of the header
  EXPECT_EQ(said(signature + "X: " + std::string(kMaxHeaderOctets, 'a') + "\r\n" + kHeader),
            "policy the header is too large");
  std::string many;
  for (std::size_t i = 0; i < kMaxFields; ++i) many += "X: a\r\n";
  EXPECT_EQ(said(signature + many + kHeader), "policy the header has too many fields");
}

TEST_F(DkimVerifyTest, ALongFieldIsHashedWhole) {
  const std::string header =
      "From: ann@origin.test\r\nTo: " + std::string(100'000, 'b') + "@alias.test\r\n\r\n";
  for (const DkimForm form : {DkimForm::simple, DkimForm::relaxed}) {
    DkimSigning signing;
    signing.header = form;
    EXPECT_EQ(said(sign(signing, header) + header), "pass");
  }
}

TEST_F(DkimVerifyTest, ABodyThatCannotBeReadIsTheEnvironmentsFailure) {
  class Broken final : public BodySource {
   public:
    runtime::Task<runtime::Result<std::string_view>> next() override {
      co_return make_error_code(runtime::Errc::io_error);
    }
  };
  const std::string header = sign({}) + kHeader;
  Broken source;
  const auto results = tests::run_task(io_, verify(zone_, header, source, now_, clock_.now() + 5s));
  ASSERT_TRUE(results.has_error());
  EXPECT_EQ(runtime::errc_of(results.error()), runtime::Errc::io_error);
}

TEST_F(DkimVerifyTest, ALargeBodyIsHashedInTurns) {
  // Another task of the thread runs at least once for each piece.
  std::string body;
  while (body.size() < 20 * kHashedOctets) body += std::string(70, 'a') + "\r\n";
  const std::string header = sign({}, kHeader, body) + kHeader;
  std::size_t turns = 0;
  bool ended = false;
  std::function<void()> other = [&] {
    ++turns;
    if (!ended) boost::asio::post(io_, other);
  };
  boost::asio::post(io_, other);
  EXPECT_EQ(said(header, body), "pass");
  ended = true;
  EXPECT_GE(turns, body.size() / kHashedOctets);
}

}  // namespace
}  // namespace waybill::relay::trust::dkim
