// What came back is told in honest words: reports of the kinds of ../shared/cases/field (the case
// stands beside each), in texts of our own of the same form.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "relay/returnpath/report/read_report.h"

namespace waybill::relay::returnpath::report {
namespace {

const std::string kDaemon = "From: Mail Delivery System <mailer-daemon@gw.example>\n";
const std::string kPerson = "From: Rob <rob@target.example>\n";

std::string mail(const std::string& from, const std::string& subject, const std::string& text) {
  return "Return-Path: <>\n" + from + "To: b.return-path@alias.example\nSubject: " + subject +
         "\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + text;
}

std::string told(const ReportFacts& facts) {
  std::string out(name_of(facts.kind));
  for (const RecipientFacts& one : facts.recipients) {
    out += " " + one.final_recipient + " " + one.status;
  }
  return out;
}

struct Case {
  const char* shown_by;
  std::string mail;
  std::string told;
};

void hold(const std::vector<Case>& cases) {
  for (const Case& one : cases) EXPECT_EQ(told(read_report(one.mail)), one.told) << one.shown_by;
}

TEST(ToldInWords, ADelayIsADelayWhateverElseIsSaid) {
  hold({
      {"r1-delay-warning-exim",
       mail(kDaemon, "Warning: message delayed 2 days",
            "Your message has not yet been delivered after 2 days.\n\n  <a@b.example>\n\n"
            "connection refused\n\nDelivery attempts will continue for some time.\n"),
       "delayed a@b.example 4.4.1"},
      {"r1-failure-words-but-still-trying",
       mail(kDaemon, "Delivery failure notification",
            "Your message could not be delivered to:\n\na@b.example\n\n"
            "Delivery attempts will continue to be made for 5 day(s).\n"),
       "delayed a@b.example 4.0.0"},
      {"faults H1",
       mail(kDaemon, "Notice",
            "Delivery of your mail has been postponed.\n\n"
            "<a@b.example>:\nWe will continue to try.\n"),
       "delayed a@b.example 4.0.0"},
      {"German",
       mail(kDaemon, "Zustellung verzögert",
            "Ihre Nachricht an\n\na@b.example\n\nwurde "
            "noch nicht zugestellt. Es wird weiterhin versucht.\n"),
       "delayed a@b.example 4.0.0"},
      {"French",
       mail(kDaemon, "Message retardé",
            "Votre message n’a pas encore été remis.\n\n"
            "<a@b.example>:\nLe serveur continuera d’essayer.\n"),
       "delayed a@b.example 4.0.0"},
      {"Russian",
       mail(kDaemon, "Доставка отложена",
            "Письмо ещё не доставлено:\n\n<a@b.example>\n"
            "\nПопытки доставки будут продолжены.\n"),
       "delayed a@b.example 4.0.0"},
      {"Chinese",
       mail(kDaemon, "邮件延迟", "您的邮件尚未送达：\n\n<a@b.example>\n\n系统会重试。\n"),
       "delayed a@b.example 4.0.0"},
  });
}

TEST(ToldInWords, AnEndIsAnEnd) {
  hold({
      {"faults M4, Exim",
       mail(kDaemon, "Mail delivery failed",
            "could not be delivered:\n\n  a@b.example\n"
            "    all hosts for 'b.example' have been failing for a long time\n"),
       "soft a@b.example 4.4.7"},
      {"faults M4, InterMail",
       mail(kDaemon, "Undeliverable",
            "<a@b.example>\n\nThe message was not delivered within 3 "
            "days.\n"),
       "soft a@b.example 4.4.7"},
      {"faults M4, Yahoo",
       mail(kDaemon, "failure notice", "<a@b.example>:\nmultiple retries, giving up\n"),
       "soft a@b.example 4.4.7"},
      {"r5-addressed-to-in-quotes",
       mail(kDaemon, "Mail delivery failure",
            "Your message could not be delivered.\n\nThe message, addressed to 'a@b.example',\n"
            "failed because it has not been collected after 14 days\n\n"
            "--- START OF RETURNED MESSAGE ---\nFrom: w@o.example\nTo: other@o.example\n\nx\n"),
       "soft a@b.example 4.4.7"},
  });
}

TEST(ToldInWords, ARecipientIsKnownByTheFormInWhichItStands) {
  const std::string failed = "Mail delivery failed";
  hold({
      {"r4-full-colon", mail(kDaemon, failed, "User's mailbox is full: <a@b.example>\n"),
       "hard a@b.example 5.2.2"},
      {"r4-invalid-userid", mail(kDaemon, failed, "Invalid final delivery userid: a@b.example\n"),
       "hard a@b.example 5.1.1"},
      {"r4-local-mailbox-is",
       mail(kDaemon, failed,
            "Not accepted.\n Local mailbox a@b.example is unavailable: user not "
            "found\n"),
       "hard a@b.example 5.1.1"},
      {"r4-originally-addressed-to",
       mail(kDaemon, failed,
            "Delivery problems to local user a.\n(Originally addressed to "
            "a@b.example)\n\nUser not known\n"),
       "hard a@b.example 5.1.1"},
      {"r4-undeliverable-address",
       mail(kDaemon, failed,
            "Undeliverable Address: a@b.example\n\nReason: it is over disk quota."
            "\n\nSystem Contact: postmaster@gw.example\n"),
       "hard a@b.example 5.2.2"},
      {"a full-width colon", mail(kDaemon, failed, "收件人：a@b.example\n\n用户不存在\n"),
       "hard a@b.example 5.1.1"},
      {"a mailto", mail(kDaemon, failed, "a@b.example<mailto:a@b.example>\nunknown user\n"),
       "hard a@b.example 5.1.1"},
      {"a typed address", mail(kDaemon, failed, "Could not deliver to rfc822; a@b.example\n"),
       "hard a@b.example 5.0.0"},
      {"the only address that is nobody else's",
       mail(kDaemon, failed,
            "Sadly, a@b.example is not with us. Write from w@o.example, or to "
            "b.return-path@alias.example, or contact help@gw.example.\n"),
       "hard a@b.example 5.0.0"},
      {"nobody where several are named",
       mail(kDaemon, failed, "We know one@b.example and two@b.example.\n"), "hard  5.0.0"},
      {"never the To of what came back",
       mail(kDaemon, failed, "Sorry.\n\n--- Original message follows ---\nTo: a@b.example\n\nx\n"),
       "hard  5.0.0"},
  });
}

TEST(ToldInWords, AReasonIsKnownInManyLanguages) {
  const struct {
    const char* text;
    const char* status;
  } cases[] = {
      {"552 Account(s) does not have enough space", "5.2.2"},  // r8-enough-space
      {"Mailbox quota usage exceeded.", "5.2.2"},              // r8-quota-usage
      {"unrouteable mail domain \"b.example\"", "5.1.2"},      // r8-unrouteable-domain
      {"Das Postfach ist voll", "5.2.2"},
      {"Empfänger unbekannt", "5.1.1"},
      {"La boîte aux lettres est pleine", "5.2.2"},
      {"Utilisateur inconnu", "5.1.1"},
      {"El buzón está lleno", "5.2.2"},
      {"La casella è piena", "5.2.2"},
      {"Usuário desconhecido", "5.1.1"},
      {"Onbekende gebruiker", "5.1.1"},
      {"Skrzynka jest pełna", "5.2.2"},
      {"Почтовый ящик переполнен", "5.2.2"},
      {"Пользователь не найден", "5.1.1"},
      {"邮箱已满", "5.2.2"},
      {"使用者不存在", "5.1.1"},
      {"メールボックスがいっぱいです", "5.2.2"},
      {"宛先不明", "5.1.1"},
      {"존재하지 않는 사용자", "5.1.1"},
  };
  for (const auto& c : cases) {
    const std::string text = std::string("<a@b.example>:\n") + c.text + "\n";
    const ReportFacts facts = read_report(mail(kDaemon, "failure notice", text));
    EXPECT_EQ(told(facts), std::string("hard a@b.example ") + c.status) << c.text;
  }
}

TEST(ToldInWords, FormAloneTellsAReportInALanguageThatNobodyKnows) {
  const std::string unknown =
      kDaemon +
      "To: b.return-path@alias.example\nSubject: Zxqv\n"
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nZxqv wvut.\n\n<a@b.example>:\n\n--b\n"
      "Content-Type: message/rfc822\n\nSubject: s\n\nx\n--b--\n";
  EXPECT_EQ(told(read_report(unknown)), "hard a@b.example 5.0.0");  // r7-chinese-8bit
  EXPECT_EQ(told(read_report(mail(kDaemon, "Zxqv", "Zxqv wvut.\n"))), "unrecognised");
}

TEST(ToldInWords, OctetsOfGb2312AreWords) {
  const std::string text =
      "\xd3\xca\xbc\xfe\xce\xde\xb7\xa8\xcd\xb6\xb5\xdd\n\n<a@b.example>:\n"
      "\xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda\n";
  EXPECT_EQ(told(read_report(kDaemon +
                             "Content-Type: text/plain; charset=gb2312\n"
                             "Content-Transfer-Encoding: 8bit\n\n" +
                             text)),
            "hard a@b.example 5.1.1");
}

std::string status_report(const std::string& text, const std::string& fields) {
  return kDaemon +
         "Subject: Delivery status\nContent-Type: multipart/report; "
         "report-type=delivery-status; boundary=b\n\n--b\n\n" +
         text +
         "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; gw.example\n\n"
         "Final-Recipient: rfc822; a@b.example\n" +
         fields + "\n--b--\n";
}

TEST(ToldInWords, TheTextBesideAStatusPartFillsWhatThePartLacks) {
  const ReportFacts full = read_report(
      status_report("<a@b.example>: mailbox is full\n", "Action: failed\nStatus: 5.0.0\n"));
  ASSERT_EQ(full.recipients.size(), 1u);
  EXPECT_NE(full.recipients[0].diagnostic_code.find("mailbox is full"), std::string::npos);
  const ReportFacts said =
      read_report(status_report("<a@b.example>: 550 5.1.1 unknown\n", "Action: failed\n"));
  EXPECT_EQ(told(said), "hard a@b.example 5.1.1");
}

TEST(ToldInWords, AnActionDoesNotOutweighTheWords) {
  hold({
      {"faults H2, OpenSMTPD",
       status_report("a@b.example: Envelope expired\n", "Action: delayed\nStatus: 4.4.7\n"),
       "soft a@b.example 4.4.7"},
      {"Exchange delays",
       status_report("It is delayed.\n",
                     "Action: delayed\nStatus: 4.4.7\n"
                     "Will-Retry-Until: Fri, 27 Nov 2026 10:00:00 +0000\n"),
       "delayed a@b.example 4.4.7"},
      {"failed, and tried again",
       status_report("The server will keep trying for 2 days.\n",
                     "Action: failed\nStatus: 4.4.7\n"),
       "delayed a@b.example 4.4.7"},
      {"r6-action-error",
       status_report("a@b.example: Domain does not exist\n", "Action: error\nStatus: 5.0.0\n"),
       "hard a@b.example 5.0.0"},
      {"a status that the text contradicts",
       status_report("a@b.example: no such user\n", "Action: error\nStatus: 2.0.0\n"),
       "hard a@b.example 2.0.0"},
      {"a status that the refusal contradicts",
       status_report("", "Action: failed\nStatus: 4.0.0\nDiagnostic-Code: smtp; 550 no\n"),
       "hard a@b.example 4.0.0"},
      {"an action that is none", status_report("", "Action: pondered\n"),
       "unrecognised a@b.example "},
  });
}

TEST(ToldInWords, AnAutomaticAnswerIsToldByWhatItIs) {
  for (const std::string& answer : {
           mail(kPerson, "Autoodpowiedz: s", "Jestem na urlopie.\n"),  // u-out-of-office-polish
           mail("From: Help <help@target.example>\nX-Auto-Response-Suppress: All\n",
                "[Ticket#1] We have received your request", "Thank you.\n"),  // u-ticket-received
           mail(kPerson, "Re: s", "Ich bin im Urlaub und bin wieder am 1.12. erreichbar.\n"),
           mail(kPerson, "Re: s", "Je suis absent du bureau jusqu’au 4 décembre.\n"),
           mail(kPerson, "Absence du bureau", "Je suis en congé.\n"),
           mail(kPerson, "Автоответ: s", "Я в отпуске.\n"),
           mail(kPerson, "自動返信", "休暇中です。\n"),
           mail(kPerson, "自动回复", "我在休假。\n"),
           mail(kPerson, "Please confirm", "To confirm your message, click.\n"),
           mail("Auto-Submitted: auto-replied\n" + kPerson, "Re: s", "Zxqv.\n"),
           mail("Auto-Submitted: auto-generated\n" + kPerson, "Re: s", "Zxqv.\n"),
           mail(kPerson, "Automatic reply: s", "Mail to old@b.example is not delivered.\n"),
       }) {
    EXPECT_EQ(told(read_report(answer)), "auto_reply") << answer;
  }
}

TEST(ToldInWords, AMarkAloneMakesNoAnswerOfABounce) {
  hold({
      {"r2-marked-auto-replied",
       mail("Auto-Submitted: auto-replied\nFrom: Filter <no-reply@gw.example>\n",
            "Permanent Delivery Failure",
            "NOT DELIVERED\n\n> a@b.example\n\n550 5.1.1 <a@b.example> no such user here\n"),
       "hard a@b.example 5.1.1"},
      {"marked as generated",
       mail("Auto-Submitted: auto-generated\nPrecedence: bulk\n" + kDaemon, "Undeliverable: s",
            "<a@b.example>: user unknown\n"),
       "hard a@b.example 5.1.1"},
  });
}

TEST(ToldInWords, WhatArrivedIsNotToldAsLost) {
  EXPECT_EQ(read_report(mail(kDaemon, "Delivery report",
                             "Your message was successfully delivered to:\n\n<a@b.example>\n"))
                .kind,
            ReportClass::delivered);
}

TEST(ToldInWords, ADateThatTheRecordCannotCountIsNone) {
  for (const char* date : {"Fri, 31 Dec 9999 23:59:59 +0000", "Thu, 1 Jan 1970 00:00:00 +2300",
                           "Wed, 1 Jan 2262 00:00:00 +0000"}) {
    EXPECT_FALSE(
        read_report(status_report("", std::string("Action: failed\nArrival-Date: ") + date + "\n"))
            .arrival_date)
        << date;
  }
  EXPECT_TRUE(read_report(status_report("",
                                        "Action: failed\nArrival-Date: Thu, 26 Nov 2026 "
                                        "12:00:00 +0000\n"))
                  .arrival_date);
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
