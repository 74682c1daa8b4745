#include "relay/trust/judge.h"

#include <gtest/gtest.h>

#include <set>

#include "runtime/clock.h"
#include "runtime/permits.h"
#include "runtime/workers.h"
#include "tests/support/dkim_signer.h"
#include "tests/support/run_task.h"
#include "tests/support/run_virtual.h"
#include "tests/support/virtual_clock.h"
#include "tests/support/zone_resolver.h"

namespace waybill::relay::trust {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kClient = "192.0.2.7";
constexpr std::string_view kStranger = "203.0.113.9";

class JudgeTest : public ::testing::Test {
 protected:
  Judgement judged(std::string_view client, const std::string& sender, const std::string& mail) {
    JudgeRequest request;
    request.client = boost::asio::ip::make_address(std::string(client));
    request.helo = "client.origin.test";
    if (!sender.empty()) request.sender = *schemas::Address::parse(sender);
    request.host_name = "mx.us.test";
    request.now = runtime::WallTime(1'700'000'100s);
    message::Spool spool({"/nonexistent", 1 << 20, workers_.get(), &permits_});
    EXPECT_TRUE(tests::run_task(io_, spool.append(mail)));
    request_ = request;
    const TrustDeadlines deadlines{clock_.now() + 5s, clock_.now() + 10s};
    return tests::run_virtual(io_, clock_, judge(zone_, request, spool.head(), spool, deadlines));
  }

  std::string signed_by(const std::string& domain, const std::string& mail) {
    tests::DkimSigning signing;
    signing.domain = domain;
    if (published_.insert(domain).second) zone_.add(tests::dkim_key_zone(signing));
    return tests::dkim_signature(signing, mail) + mail;
  }

  boost::asio::io_context io_;
  tests::VirtualClock clock_;
  tests::ZoneResolver zone_{clock_,
                            "origin.test. TXT \"v=spf1 ip4:192.0.2.7 -all\"\n"
                            "bounces.origin.test. TXT \"v=spf1 -all\"\n"
                            "_dmarc.origin.test. TXT \"v=DMARC1; p=reject\"\n"};
  std::unique_ptr<runtime::Workers> workers_ = runtime::inline_workers();
  runtime::Permits permits_{0};
  JudgeRequest request_;
  std::set<std::string> published_;
  const std::string mail_ = "From: Ann <ann@origin.test>\r\nSubject: x\r\n\r\nHello\r\n";
};

// I6: what makes an originator one who may be told. A message that one user of a provider had
// signed was sent again with another's address as its reverse path, and the bounces went there.
TEST_F(JudgeTest, TheOriginatorIsVerifiedBySpfOrByASignatureOverHisOwnMailbox) {
  zone_.add("soft.test. TXT \"v=spf1 ~all\"\n");
  const struct {
    std::string_view client;
    std::string sender;
    std::string author;
    std::string signer;
    Voucher voucher;
  } cases[] = {
      {kClient, "ann@origin.test", "ann@origin.test", "", Voucher::spf},
      {kClient, "ann@origin.test", "bob@other.test", "", Voucher::spf},
      {kStranger, "ann@open.test", "ann@open.test", "", Voucher::none},
      {kStranger, "ann@open.test", "ann@open.test", "open.test", Voucher::mailbox},
      {kStranger, "ann@open.test", "Ann <ANN@Open.test>", "open.test", Voucher::mailbox},
      {kStranger, "ann@soft.test", "ann@soft.test", "soft.test", Voucher::mailbox},
      {kStranger, "ann@sub.open.test", "ann@sub.open.test", "open.test", Voucher::mailbox},
      {kStranger, "victim@open.test", "attacker@open.test", "open.test", Voucher::domain},
      {kStranger, "victim@open.test", "\"victim@open.test\" <a@open.test>", "open.test",
       Voucher::domain},
      {kStranger, "victim@open.test", "victim@open.test, a@open.test", "open.test",
       Voucher::domain},
      {kStranger, "vp=x@bounces.open.test", "ann@open.test", "open.test", Voucher::domain},
      // Not against SPF.
      {kStranger, "ann@origin.test", "ann@origin.test", "origin.test", Voucher::none},
      {kStranger, "vp=x@bounces.origin.test", "ann@origin.test", "origin.test", Voucher::none},
      // Whoever may sign below a domain does not speak for it.
      {kStranger, "ann@open.test", "ann@open.test", "mail.open.test", Voucher::none},
      {kStranger, "ann@open.test", "ann@open.test", "evil.test", Voucher::none},
      {kStranger, "ann@notopen.test", "ann@notopen.test", "open.test", Voucher::none},
      {kClient, "", "ann@origin.test", "origin.test", Voucher::none},
  };
  for (const auto& c : cases) {
    const std::string unsigned_mail = "From: " + c.author + "\r\nSubject: x\r\n\r\nHello\r\n";
    const std::string mail = c.signer.empty() ? unsigned_mail : signed_by(c.signer, unsigned_mail);
    const Judgement judgement = judged(c.client, c.sender, mail);
    EXPECT_EQ(judgement.voucher, c.voucher) << c.sender << " " << c.author << " " << c.signer;
    EXPECT_FALSE(judgement.reason.empty());
  }
}

TEST_F(JudgeTest, ADomainMayTakeASignatureForEverybodyInTheDomainThatSigned) {
  using schemas::DkimVerifies;
  const std::pair<Voucher, std::pair<bool, bool>> cases[] = {{Voucher::none, {false, false}},
                                                             {Voucher::domain, {false, true}},
                                                             {Voucher::mailbox, {true, true}},
                                                             {Voucher::spf, {true, true}}};
  for (const auto& [voucher, verified] : cases) {
    Judgement judgement;
    judgement.voucher = voucher;
    EXPECT_EQ(is_verified(judgement, DkimVerifies::mailbox), verified.first);
    EXPECT_EQ(is_verified(judgement, DkimVerifies::domain), verified.second);
    schemas::pb::Accepted accepted;
    record_judgement(judgement, DkimVerifies::domain, accepted);
    EXPECT_EQ(accepted.originator_verified(), verified.second);
  }
}

// RFC 6376 3.6.1, t=y: it is as if the message were not signed.
TEST_F(JudgeTest, ASignatureByAKeyInTestModeSpeaksForNobody) {
  zone_.add("_dmarc.open.test. TXT \"v=DMARC1; p=reject\"\n");
  const std::string mail =
      signed_by("open.test", "From: ann@open.test\r\nSubject: x\r\n\r\nHello\r\n");
  EXPECT_EQ(judged(kStranger, "ann@open.test", mail).dmarc.code, dmarc::DmarcCode::pass);
  zone_.remove("key._domainkey.open.test");
  zone_.add_text("key._domainkey.open.test",
                 "t=y; " + tests::dkim_key_record(tests::DkimKey::rsa).substr(9));
  const Judgement judgement = judged(kStranger, "ann@open.test", mail);
  EXPECT_EQ(judgement.dkim.front().word, dkim::DkimWord::pass);
  EXPECT_EQ(judgement.voucher, Voucher::none);
  EXPECT_EQ(judgement.dmarc.code, dmarc::DmarcCode::fail);
  EXPECT_NE(auth_results_field("mx.us.test", request_, judgement).find("the key is a test"),
            std::string::npos);
}

TEST_F(JudgeTest, ASignatureOfAnAlteredMessageVerifiesNobody) {
  std::string mail = signed_by("open.test", "From: ann@open.test\r\n\r\nHello\r\n");
  mail.replace(mail.find("Hello"), 5, "Hullo");
  EXPECT_EQ(judged(kStranger, "ann@open.test", mail).voucher, Voucher::none);
}

TEST_F(JudgeTest, ADeadNameServerVerifiesNobodyAndSaysSo) {
  zone_.fail("origin.test", runtime::Errc::temporary);
  const Judgement judgement = judged(kClient, "ann@origin.test", mail_);
  EXPECT_EQ(judgement.voucher, Voucher::none);
  EXPECT_EQ(judgement.spf.code, spf::SpfCode::temperror);
}

TEST_F(JudgeTest, DmarcFailsWhereNothingIsAligned) {
  const Judgement forged = judged(kStranger, "x@evil.test", signed_by("evil.test", mail_));
  EXPECT_EQ(forged.dmarc.code, dmarc::DmarcCode::fail);
  EXPECT_EQ(forged.dmarc.policy, dmarc::Policy::reject);
  EXPECT_EQ(judged(kClient, "ann@origin.test", mail_).dmarc.code, dmarc::DmarcCode::pass);
}

// A forger's own name server, silent for as long as anybody listens, hid whose policy he broke.
TEST_F(JudgeTest, SilentNameServersOfTheSenderSpendNoTimeOfTheAuthorsPolicy) {
  zone_.add("_dmarc.victim.test. TXT \"v=DMARC1; p=reject\"\n");
  zone_.silence("evil.test");
  zone_.silence("key._domainkey.evil.test");
  const auto began = clock_.now();
  const Judgement judgement =
      judged(kStranger, "x@evil.test",
             signed_by("evil.test", "From: ceo@victim.test\r\nSubject: x\r\n\r\nHello\r\n"));
  EXPECT_EQ(judgement.spf.code, spf::SpfCode::temperror);
  EXPECT_EQ(judgement.dkim.front().word, dkim::DkimWord::temperror);
  EXPECT_EQ(judgement.dmarc.code, dmarc::DmarcCode::fail);
  EXPECT_EQ(judgement.dmarc.policy, dmarc::Policy::reject);
  EXPECT_EQ(clock_.now() - began, 5s);
}

TEST_F(JudgeTest, WhatTheAuthorAsksForIsLookedForBesideTheEvidence) {
  zone_.silence("evil.test");
  zone_.silence("_dmarc.victim.test");
  const auto began = clock_.now();
  const Judgement judgement =
      judged(kStranger, "x@evil.test", "From: ceo@victim.test\r\nSubject: x\r\n\r\nHello\r\n");
  EXPECT_EQ(judgement.dmarc.code, dmarc::DmarcCode::temperror);
  EXPECT_EQ(judgement.dmarc.policy, dmarc::Policy::reject) << "nobody knows better";
  EXPECT_EQ(clock_.now() - began, 5s);
}

TEST_F(JudgeTest, TheFieldAndTheEventSayTheSame) {
  const Judgement judgement = judged(kClient, "ann@origin.test", signed_by("origin.test", mail_));
  const std::string field = auth_results_field("mx.us.test", request_, judgement);
  EXPECT_TRUE(field.starts_with("Authentication-Results: mx.us.test;\r\n")) << field;
  for (const char* part : {"spf=pass", "smtp.mailfrom=ann@origin.test", "dkim=pass",
                           "header.d=origin.test", "dmarc=pass", "header.from=origin.test"}) {
    EXPECT_NE(field.find(part), std::string::npos) << part << " in " << field;
  }
  schemas::pb::Accepted accepted;
  record_judgement(judgement, schemas::DkimVerifies::mailbox, accepted);
  ASSERT_EQ(accepted.authentication_size(), 3);
  for (const auto& result : accepted.authentication()) EXPECT_EQ(result.result(), "pass");
  EXPECT_TRUE(accepted.originator_verified());
}

TEST_F(JudgeTest, AMessageWithoutBodyOrHeaderIsJudgedToo) {
  for (const std::string& mail : {std::string("\r\n"), std::string("From: a@origin.test\r\n"),
                                  std::string("From: a@origin.test\r\n\r\n"), std::string("x")}) {
    EXPECT_EQ(judged(kClient, "ann@origin.test", mail).voucher, Voucher::spf) << mail;
  }
}

}  // namespace
}  // namespace waybill::relay::trust
