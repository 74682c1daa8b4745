#include "relay/returnpath/report/prose_rules.h"

#include <array>

#include "relay/returnpath/report/clean_text.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

constexpr auto kRules = std::to_array<ProseRule>({
    {from, report, "mailer-daemon", "", "lhost-qmail-03"},
    {from, report, "mailer daemon", "", "lhost-opensmtpd-01"},
    {from, report, "postmaster", "", "lhost-domino-01"},
    {from, report, "post_master", "", "lhost-apachejames-01"},
    {from, report, "mail delivery system", "", "lhost-exim-01"},
    {from, report, "mail delivery subsystem", "", "lhost-v5sendmail-01"},
    {from, report, "mail.delivery.system", "", "lhost-x3-01"},

    {subject, report, "delivery status notification", "", "lhost-gmail-01"},
    {subject, report, "delivery failure", "", "lhost-domino-01"},
    {subject, report, "failure delivery", "", "lhost-x2-05"},
    {subject, report, "failure notice", "", "lhost-qmail-03"},
    {subject, report, "mail failure", "", "lhost-mailru-01"},
    {subject, report, "delivery failed", "", "lhost-exim-01"},
    {subject, report, "delivery has failed", "", "lhost-mailfoundry-02"},
    {subject, report, "mail failed", "", "rfc3464-37"},
    {subject, report, "returned mail", "", "lhost-v5sendmail-05"},
    {subject, report, "returned to sender", "", "lhost-postfix-07"},
    {subject, report, "undeliver", "", "lhost-imailserver-02"},
    {subject, report, "non delivery", "", "common"},
    {subject, report, "non-delivery", "", "common"},
    {subject, report, "delivery error", "", "common"},
    {subject, report, "delivery problem", "", "common"},
    {subject, report, "unzustellbar", "", "German Exchange"},
    {subject, report, "non remis", "", "French Exchange"},
    {subject, report, "not be delivered", "", "lhost-trendmicro-02"},
    {subject, report, "could not send mail", "", "lhost-x1-04"},
    {subject, report, "error sending your mail", "", "lhost-x6-01"},
    {subject, report, "bounce notification", "", "not-bounce/rb-issue-368-bug"},
    {subject, report, "loop alert", "", "lhost-fml-03"},
    {subject, delayed, "notification: warning", "", "lhost-opensmtpd-04"},
    {subject, delayed, "warning--could not send", "", "lhost-x1-04"},
    {subject, delayed, "warning: could not send", "", "Sendmail"},
    {subject, delayed, "warning: message", "", "Exim"},
    {subject, delayed, "(delay)", "", "lhost-gmail-06"},
    {subject, delayed, "delayed mail", "", "Postfix"},
    {subject, delayed, "delivery delayed", "", "Exchange"},
    {subject, auto_reply, "automatic reply", "", "rfc3834-04"},
    {subject, auto_reply, "auto reply", "", "rfc3834-03"},
    {subject, auto_reply, "autoreply", "", "common"},
    {subject, auto_reply, "auto-reply", "", "common"},
    {subject, auto_reply, "auto response", "", "common"},
    {subject, auto_reply, "autoresponse", "", "common"},
    {subject, auto_reply, "out of office", "", "common"},
    {subject, auto_reply, "out of the office", "", "common"},
    {subject, auto_reply, "on vacation", "", "common"},
    {subject, auto_reply, "vacation reply", "", "common"},
    {subject, auto_reply, "vacation message", "", "common"},
    {subject, auto_reply, "abwesenheit", "", "German Outlook"},
    {subject, auto_reply, "automatische antwort", "", "German Outlook"},
    {subject, auto_reply, "absence du bureau", "", "French Outlook"},
    {subject, auto_reply, "automatisch antwoord", "", "Dutch Outlook"},
    {subject, auto_reply, "respuesta autom", "", "Spanish Outlook"},
    {subject, auto_reply, "risposta automatica", "", "Italian Outlook"},

    {body, report, "not be delivered", "", "lhost-exim-01"},
    {body, report, "cannot be delivered", "", "lhost-x2-04"},
    {body, report, "could not deliver", "", "lhost-dragonfly-29"},
    {body, report, "couldn't deliver", "", "common"},
    {body, report, "couldn't be delivered", "", "rhost-gsuite-01"},
    {body, report, "not delivered", "", "lhost-domino-01"},
    {body, report, "wasn't delivered", "", "rhost-gsuite-01"},
    {body, report, "unable to deliver", "", "lhost-x2-01"},
    {body, report, "able to deliver your message", "", "lhost-qmail-03"},
    {body, report, "trouble delivering", "", "lhost-x6-01"},
    {body, report, "delivery to the following recipient", "", "lhost-gmail-01"},
    {body, report, "error delivering your mail", "", "lhost-dragonfly-03"},
    {body, report, "to deliver the mail to", "", "lhost-amazonworkmail-01"},
    {body, report, "attempting to deliver a message", "", "lhost-opensmtpd-01"},
    {body, report, "did not reach the following recipient", "", "lhost-exchange2003-02"},
    {body, report, "rejected by a remote mail server", "", "lhost-ezweb-01"},
    {body, report, "you sent was rejected", "", "not-bounce/rb-issue-368-bug"},
    {body, report, "had permanent fatal errors", "", "lhost-sendmail-54"},
    {body, report, "addresses had delivery", "", "lhost-x1-01"},
    {body, report, "had permanent delivery errors", "", "lhost-x5-01"},
    {body, report, "transcript of session follows", "", "lhost-v5sendmail-01"},
    {body, report, "failed addresses", "", "rfc3464-37"},
    {body, report, "failure reasons", "", "lhost-notes-01"},
    {body, report, "delivery failed", "", "lhost-imailserver-04"},
    {body, report, "delivery has failed", "", "Exchange"},
    {body, report, "undelivered mail", "", "common"},
    {body, report, "undeliverable to", "", "lhost-imailserver-06"},
    {body, report, "is delayed for more than", "", "lhost-opensmtpd-04"},
    {body, delayed, "has been delayed", "", "lhost-gmail-06"},
    {body, delayed, "is delayed for more than", "", "lhost-opensmtpd-04"},
    {body, delayed, "warning message only", "", "lhost-gmail-06"},
    {body, delayed, "only a temporary failure report", "", "lhost-opensmtpd-04"},
    {body, delayed, "will be retried", "", "lhost-gmail-17"},
    {body, delayed, "not yet been delivered", "", "Exim"},
    {body, delayed, "still undelivered", "", "lhost-sendmail-55"},

    // Reasons, the surer first: one text may give several.
    {body, reason, "too long in the queue", "4.4.7", "lhost-qmail-05"},
    {body, reason, "in the queue too long", "4.4.7", "lhost-qmail-05"},
    {body, reason, "retry timeout exceeded", "4.4.7", "lhost-exim-06"},
    {body, reason, "envelope expired", "4.4.7", "lhost-opensmtpd-05"},
    {body, reason, "could not deliver for the last", "4.4.7", "lhost-dragonfly-29"},
    {body, reason, "message expired", "4.4.7", "lhost-office365-06"},
    {body, reason, "was aborted after", "4.4.7", "lhost-x3-02"},
    {body, reason, " attempts: ", "4.4.7", "lhost-imailserver-04"},
    {body, reason, "mailbox is full", "5.2.2", "lhost-kddi-02"},
    {body, reason, "mailbox full", "5.2.2", "lhost-gmx-01"},
    {body, reason, "over quota", "5.2.2", "lhost-x2-04"},
    {body, reason, "quota exceeded", "5.2.2", "lhost-gmail-19"},
    {body, reason, "exceeds allowed size", "5.2.2", "lhost-imailserver-02"},
    {body, reason, "quota exceed", "5.2.2", "common"},
    {body, reason, "exceeded quota", "5.2.2", "common"},
    {body, reason, "out of storage space", "5.2.2", "rhost-google-05"},
    {body, reason, "user unknown", "5.1.1", "lhost-x1-01"},
    {body, reason, "unknown user", "5.1.1", "lhost-amazonses-02"},
    {body, reason, "unknown recipient", "5.1.1", "lhost-exchange2003-02"},
    {body, reason, "no such user", "5.1.1", "lhost-apachejames-01"},
    {body, reason, "no such recipient", "5.1.1", "common"},
    {body, reason, "no such mailbox", "5.1.1", "common"},
    {body, reason, "no mailbox here by that name", "5.1.1", "qmail"},
    {body, reason, "unknown local part", "5.1.1", "Exim"},
    {body, reason, "unknown or illegal", "5.1.1", "lhost-exim-05"},
    {body, reason, "user not found", "5.1.1", "lhost-postfix-76"},
    {body, reason, "user not exist", "5.1.1", "lhost-mcafee-05"},
    {body, reason, "mailbox not found", "5.1.1", "lhost-v5sendmail-05"},
    {body, reason, "mailbox unavailable", "5.1.1", "lhost-zoho-03"},
    {body, reason, "invalid user", "5.1.1", "lhost-apachejames-01"},
    {body, reason, "invalid recipient", "5.1.1", "lhost-bigfoot-02"},
    {body, reason, "invalid address", "5.1.1", "lhost-zoho-02"},
    {body, reason, "address not found", "5.1.1", "rhost-gsuite-01"},
    {body, reason, "not listed in", "5.1.1", "lhost-domino-01"},
    {body, reason, "name is not recognized", "5.1.1", "lhost-exchange2003-02"},
    {body, reason, "user doesn't have a", "5.1.1", "lhost-x2-01"},
    {body, reason, "check if address is correct", "5.1.1", "lhost-trendmicro-02"},
    {body, reason, "account is locked", "5.2.1", "lhost-qmail-10"},
    {body, reason, "account is disabled", "5.2.1", "lhost-ezweb-02"},
    {body, reason, "mailbox disabled", "5.2.1", "lhost-powermta-01"},
    {body, reason, "account that you tried to reach is", "5.2.1", "rhost-google-07"},
    {body, reason, "host unknown", "5.1.2", "lhost-v5sendmail-05"},
    {body, reason, "unknown host", "5.1.2", "rfc3464-37"},
    {body, reason, "host not found", "5.1.2", "lhost-postfix-34"},
    {body, reason, "domain does not exist", "5.1.2", "lhost-opensmtpd-03"},
    {body, reason, "dns lookup failure", "5.1.2", "lhost-dragonfly-04"},
    {body, reason, "unrouteable address", "5.1.2", "lhost-mailru-06"},
    {body, reason, "unroutable address", "5.1.2", "common"},
    {body, reason, "couldn't find any host", "5.1.2", "qmail"},
    {body, reason, "domain name not found", "5.1.2", "Gmail"},
    {body, reason, "no such domain", "5.1.2", "common"},
    {body, reason, "indicated no smtp service", "5.1.10", "lhost-mailru-05"},
    {body, reason, "size limit exceeded", "5.3.4", "lhost-einsundeins-02"},
    {body, reason, "message too large", "5.3.4", "common"},
    {body, reason, "message size exceeds", "5.3.4", "lhost-sendmail-05"},
    {body, reason, "message is too big", "5.3.4", "common"},
    {body, reason, "relay access denied", "5.7.1", "lhost-sendmail-07"},
    {body, reason, "duplicated message-id", "5.4.6", "lhost-fml-03"},
    {body, reason, "too many hops", "5.4.6", "lhost-sendmail-20"},
    {body, reason, "may not have permission", "5.7.1", "lhost-googlegroups-02"},
    {body, reason, "blacklisted", "5.7.1", "lhost-imailserver-06"},
    {body, reason, "connection timed out", "4.4.1", "lhost-x1-04"},
    {body, reason, "connection refused", "4.4.1", "lhost-sendmail-54"},
    {body, reason, "connection reset", "4.4.2", "lhost-v5sendmail-05"},
    {body, reason, "lost connection", "4.4.2", "lhost-postfix-56"},
    {body, reason, "no route to host", "4.4.1", "common"},
    {body, reason, "name service error", "4.4.3", "rhost-aol-06"},
    {body, reason, "not accept our requests to connect", "4.4.1", "lhost-gmail-10"},
    {body, reason, "network error", "4.4.1", "lhost-opensmtpd-04"},

    {lead, recipient, "recipient", "", "lhost-ezweb-04"},
    {lead, recipient, "rcpt to", "", "lhost-apachejames-01"},
    {lead, recipient, "delivered to", "", "lhost-kddi-02"},
    {lead, recipient, "your mail to", "", "lhost-dragonfly-03"},
    {lead, recipient, "message to", "", "lhost-mailfoundry-02"},
    {lead, recipient, "undeliverable to", "", "lhost-imailserver-06"},
    {lead, recipient, "exceeds allowed size", "", "lhost-imailserver-02"},
    {lead, recipient, "attempts", "", "lhost-imailserver-04"},
    {lead, recipient, "permanent errors", "", "lhost-x6-01"},
    {lead, recipient, "target mail address", "", "not-bounce/rb-issue-368-bug"},
    {lead, recipient, "message-id in", "", "lhost-fml-03"},

    {divider, returned, "original message follows", "", "lhost-imailserver-02"},
    {divider, returned, "original message -", "", "lhost-gmail-01"},
    {divider, returned, "original mail as follows", "", "lhost-fml-03"},
    {divider, returned, "message headers follow", "", "lhost-dragonfly-03"},
    {divider, returned, "message header follows", "", "common"},
    {divider, returned, "headers of the original message", "", "common"},
    {divider, returned, "original message headers", "", "Exchange"},
    {divider, returned, "original message text", "", "common"},
    {divider, returned, "unsent message follows", "", "lhost-v5sendmail-01"},
    {divider, returned, "message text follows", "", "rfc3464-37"},
    {divider, returned, "returned message -", "", "lhost-notes-01"},
    {divider, returned, "is a copy of the message", "", "lhost-qmail-03"},
    {divider, returned, "is a copy of the original message", "", "lhost-opensmtpd-01"},
    {divider, returned, "header of the original message", "", "lhost-gmx-01"},
    {divider, returned, "bounced e-mail:", "", "not-bounce/rb-issue-368-bug"},
});

}  // namespace

std::span<const ProseRule> prose_rules() { return kRules; }

std::string flat_text(std::string_view text) { return clean_line(lower(text), text.size()); }

bool says(std::string_view flat, Passage passage, Meaning meaning) {
  for (const ProseRule& rule : kRules) {
    if (rule.passage != passage || rule.meaning != meaning) continue;
    if (flat.find(rule.phrase) != std::string_view::npos) return true;
  }
  return false;
}

std::string_view reason_in(std::string_view flat) {
  for (const ProseRule& rule : kRules) {
    if (rule.meaning == reason && flat.find(rule.phrase) != std::string_view::npos) {
      return rule.status;
    }
  }
  return {};
}

bool ends_with_rule(std::string_view flat, Passage passage, Meaning meaning) {
  for (const ProseRule& rule : kRules) {
    if (rule.passage == passage && rule.meaning == meaning && flat.ends_with(rule.phrase))
      return true;
  }
  return false;
}

}  // namespace waybill::relay::returnpath::report
