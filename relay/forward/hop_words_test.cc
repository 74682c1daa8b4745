#include "relay/forward/hop_words.h"

#include <gtest/gtest.h>

namespace waybill::relay::forward {
namespace {

struct Said {
  int code;
  const char* enhanced;
  const char* text;
};

std::string word(const Said& said) {
  const auto rule = about_us({said.code, said.enhanced, said.text});
  return rule ? std::string(policy::word_of(*rule)) : "";
}

void expect(std::string_view rule, std::initializer_list<Said> each) {
  for (const Said& said : each) EXPECT_EQ(word(said), rule) << said.text;
}

TEST(HopWordsTest, HowMuchIsSent) {
  expect(
      "next-hop-throttles",
      {{421, "4.7.28",
        "Gmail has detected an unusual rate of unsolicited mail.\nTo protect our users from "
        "spam, mail has been temporarily rate limited."},
       {421, "",
        "RP-001 (BAY004-MC1F12) Unfortunately, some messages from 192.0.2.1 weren't "
        "sent. Please try again. We have limits for how many messages can be sent per "
        "hour and per day."},
       {451, "4.7.500", "Server busy. Please try again later from [192.0.2.1]. (S77719)"},
       {421, "4.7.0",
        "[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user "
        "complaints - 4.16.55.1; see https://postmaster.example/error-codes"},
       {421, "4.3.2", "The maximum number of concurrent server connections has exceeded a limit"},
       {421, "", "mx1.example Too many connections, slow down. OFR004_104 [104]"},
       {421, "4.1.0", "192.0.2.1 Throttled - try again later. RL000001"},
       {450, "4.7.1", "Error: too much mail from 192.0.2.1"},
       {450, "", "The IP frequency limited: please try later"},
       {421, "4.7.0", "mx.example Error: too many errors from client"},
       {452, "4.3.1", "Sending rate of the client exceeds what this server takes"}});
}

TEST(HopWordsTest, TheNameOfTheServer) {
  expect("next-hop-reputation",
         {{550, "5.7.1",
           "Our system has detected that this message is\nlikely suspicious due to the very low "
           "reputation of the sending IP address."},
          {451, "4.7.650",
           "The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. "
           "(S775)"},
          {554, "5.7.1",
           "Your access to this mail system has been rejected due to the sending MTA's poor "
           "reputation."},
          {421, "4.7.0",
           "[TS01] Messages from 192.0.2.1 temporarily deferred due to user "
           "complaints - 4.16.55.1"},
          {554, "", "Sender score of the connecting host is too low"}});
}

TEST(HopWordsTest, TheAddressOfTheServer) {
  expect("next-hop-blocks",
         {{550, "5.7.1",
           "Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet "
           "service provider since part of their network is on our block list (S3140)."},
          {550, "", "SC-001 (BAY0-MC1) Unfortunately, messages from 192.0.2.1 weren't sent."},
          {550, "5.7.606", "Access denied, banned sending IP [192.0.2.1]. To request removal ..."},
          {554, "5.7.1",
           "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; "
           "https://check.example/query/ip/192.0.2.1"},
          {553, "5.7.1",
           "[BL21] Connections will not be accepted from 192.0.2.1, because the ip is "
           "in Spamhaus's list; see http://postmaster.example/550-bl23.html"},
          {554, "", "No SMTP service. IP address is black listed."},
          {554, "",
           "IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact "
           "tosa@rx.example to clarify.)"},
          {554, "", "Blocked - see https://ipcheck.example/?ip=192.0.2.1"},
          {550, "5.7.1",
           "[192.0.2.1] The IP you're using to send mail is not authorized to\nsend "
           "email directly to our servers."},
          {550, "", "192.0.2.1 is listed in our RBL"},
          {554, "5.7.1", "<mx.relay.example[192.0.2.1]>: Client host rejected: Access denied"}});
}

TEST(HopWordsTest, WhatForwardingMayHaveBroken) {
  expect(
      "next-hop-authentication",
      {{550, "5.7.26",
        "This mail has been blocked because the sender is unauthenticated.\nGmail requires all "
        "senders to authenticate with either SPF or DKIM."},
       {550, "5.7.1",
        "Unauthenticated email from example.org is not accepted due to\ndomain's "
        "DMARC policy."},
       {550, "5.7.509",
        "Access denied, sending domain example.org does not pass DMARC "
        "verification and has a DMARC policy of reject."},
       {550, "5.7.23", "The message was rejected because of Sender Policy Framework violation"},
       {550, "", "SPF check failed for ann@example.org"},
       {554, "5.7.1", "Message rejected: DKIM signature verification failed"},
       {421, "4.7.32", "Your email has been rate limited because the From domain does not align"},
       {550, "5.7.515",
        "Access denied, sending domain x.example doesn't meet the required "
        "authentication level"},
       {550, "", "SPF: 192.0.2.1 is not allowed to send mail from x.example"},
       {550, "5.7.1", "message does not pass DMARC for x.example"}});
}

TEST(HopWordsTest, WhatIsAboutOthersSaysNothing) {
  expect("", {{554, "5.7.0",
               "Reject, id=1-2 - BANNED: multipart/mixed | application/x-msdownload,.exe"},
              {554, "5.7.1", "Blocked by SpamAssassin"},
              {550, "5.7.1", "Blocked by our content filter as spam"},
              {550, "5.7.1", "Blocked by a DLP policy: numbers of cards"},
              {550, "5.7.1", "Rejected: body contains blacklisted domain"},
              {554, "5.7.1", "Sender address [a@x.example] blocked using dbl.spamhaus.org"},
              {550, "", "Sender a@x.example is blacklisted"},
              {550, "5.7.1", "Sender address a@x.example is on our blacklist"},
              {550, "5.7.1", "From address blacklisted by recipient"},
              {550, "5.7.0", "Sender domain x.example is listed at dbl.spamhaus.org"},
              {550, "", "Administrative prohibition - envelope blocked - https://help.example"},
              {450, "4.7.1",
               "<mx.relay.example[192.0.2.1]>: Client host rejected: Greylisted, see "
               "http://postgrey.example"},
              {451, "4.3.0", "Temporary lookup failure of dnsbl"},
              {550, "5.7.1", "You are not permitted to send to this group"},
              {550, "5.7.1", "Posting access to the list is denied"},
              {450, "4.2.1",
               "The user you are trying to contact is receiving mail at a rate that "
               "prevents additional messages from being delivered."},
              {550, "5.1.1", "unverified address: host mx.example said: 421 too many connections"},
              {450, "4.7.1", "Recipient address rejected: too many messages for this recipient"},
              {552, "5.3.4", "Message size exceeds sending limit"},
              {550, "", "no such user <bob@reputation.example>"},
              {550, "", "No such user here: barracuda@hop.example"},
              {550, "5.7.750", "Client blocked from sending from unregistered domains"},
              {550, "5.7.1",
               "[192.0.2.1] Our system has detected that this message is\nlikely "
               "unsolicited mail. This message has been blocked."},
              {250, "2.0.0", "Ok: queued; rate limit not reached"},
              {550, "5.1.1", "User unknown"},
              {550, "5.1.1", "The email account that you tried to reach is disabled; blocked"},
              {552, "5.2.2", "The email account that you tried to reach is over quota"},
              {452, "4.2.2", "Mailbox full: its daily limit is exceeded"},
              {452, "4.5.3", "Too many recipients"},
              {550, "5.7.1", "The recipient has blocked your email address"},
              {550, "5.7.1", "Message contains a link that is on the SURBL block list"},
              {554, "5.7.1", "Blocked attachment: file type .exe is banned"},
              {552, "5.3.4", "Message size exceeds the limit"},
              {450, "4.7.1", "Greylisted, please try again in 300 seconds"},
              {451, "4.3.0", "Temporary server error. Please try again later"},
              {550, "5.7.1", "Sender address listed by the recipient's own list: not permitted"},
              {554, "5.4.6", "Too many hops"},
              {550, "5.6.0", "Message rejected by policy: relationship of parts is invalid"},
              {0, "", ""}});
}

TEST(HopWordsTest, TheCodesOfRfc7372AndRfc3463SayItWithoutText) {
  EXPECT_EQ(word({550, "5.7.23", ""}), "next-hop-authentication");
  EXPECT_EQ(word({450, "4.7.28", ""}), "next-hop-throttles");
  EXPECT_EQ(word({550, "5.7.25", ""}), "next-hop-blocks");
  EXPECT_EQ(word({550, "5.7.1", ""}), "");
}

// What a server says that takes our mail by agreement, to MAIL a reverse-path of ours.
TEST(HopWordsTest, AServerThatDoesNotSendForUsIsToldFromOneThatHasNoSuchMailbox) {
  struct Case {
    const char* command;
    schemas::Reply reply;
    bool ours;
  };
  const std::string path = "b.eaaa+x@Shop.test";
  for (const Case& c : std::initializer_list<Case>{
           {"connect", {554, "", "mail.example ESMTP not for your address"}, true},
           {"EHLO", {550, "5.7.1", "Access denied for your IP"}, true},
           {"MAIL", {550, "5.7.1", "No"}, true},
           {"MAIL", {552, "5.3.4", "Message size exceeds the limit"}, false},
           {"RCPT",
            {554, "5.7.1", "<b.eaaa+x@shop.test>: Sender address rejected: Access denied"},
            true},
           {"RCPT", {554, "5.7.1", "<bob@h.test>: Relay access denied"}, true},
           {"RCPT", {550, "5.7.1", "Relaying denied. Proper authentication required."}, true},
           {"RCPT", {550, "", "relay not permitted"}, true},
           {"RCPT", {553, "", "sorry, that domain isn't in my list of allowed rcpthosts"}, true},
           {"RCPT", {550, "5.1.8", "Domain of the sender does not exist"}, true},
           {"RCPT", {530, "5.7.0", "Must issue STARTTLS or log in first"}, true},
           {"RCPT", {535, "5.7.8", "Bad credentials"}, true},
           {"body",
            {550, "5.7.60", "Client does not have permissions to send as this sender"},
            true},
           {"RCPT",
            {550, "5.1.1", "<b@relay.example>: Recipient address rejected: User unknown"},
            false},
           {"RCPT", {550, "5.1.1", "smtp-relay.example.net: no such user here"}, false},
           {"RCPT", {550, "", "<relay-denied@h.test> unknown user"}, false},
           {"RCPT", {550, "5.2.1", "The mailbox is not allowed to relay"}, false},
           {"RCPT", {550, "5.7.1", "Blocked by the recipient"}, false},
           {"body", {554, "5.7.1", "Message looks like spam"}, false},
           {"body", {552, "5.3.4", "Too large for relay access denied"}, false},
           {"RCPT", {451, "4.7.1", "Relay access denied for now"}, false},
           {"RCPT", {250, "2.1.5", "Ok"}, false},
       }) {
    EXPECT_EQ(refuses_to_send_for_us(c.reply, c.command, path), c.ours)
        << c.command << " " << c.reply.code << " " << c.reply.text;
  }
  EXPECT_FALSE(refuses_to_send_for_us({550, "5.7.1", "No"}, "RCPT", "")) << "the null sender";
}

}  // namespace
}  // namespace waybill::relay::forward
