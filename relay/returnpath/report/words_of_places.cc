#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// What stands before a recipient, and between a report and what it returns.
constexpr ProseRule kPlacesRules[] = {
    {lead, recipient, "", "lhost-ezweb-04", "recipient"},
    {lead, recipient, "", "lhost-apachejames-01", "rcpt to"},
    {lead, recipient, "", "lhost-kddi-02", "delivered to"},
    {lead, recipient, "", "lhost-dragonfly-03", "your mail to"},
    {lead, recipient, "", "lhost-mailfoundry-02", "message to"},
    {lead, recipient, "", "lhost-imailserver-06", "undeliverable to"},
    {lead, recipient, "", "lhost-imailserver-02", "exceeds allowed size"},
    {lead, recipient, "", "lhost-imailserver-04", "attempts"},
    {lead, recipient, "", "lhost-x6-01", "permanent errors"},
    {lead, recipient, "", "not-bounce/rb-issue-368-bug", "target mail address"},
    {lead, recipient, "", "lhost-fml-03", "message-id in"},
    {divider, returned, "", "lhost-imailserver-02", "original message follows"},
    {divider, returned, "", "lhost-gmail-01", "original message -"},
    {divider, returned, "", "lhost-fml-03", "original mail as follows"},
    {divider, returned, "", "lhost-dragonfly-03", "message headers follow"},
    {divider, returned, "", "common",
     "message header follows|headers of the original message|original message text|"
     "original message:|original mail:|returned message:|returned message follows|"
     "text of your message|begin returned|begin of returned|start of your message|"
     "start of original|start of forwarded|unsent message|first # lines|first part of your|"
     "your message follows|your mail follows"},
    {divider, returned, "", "Exchange", "original message headers"},
    {divider, returned, "", "lhost-v5sendmail-01", "unsent message follows"},
    {divider, returned, "", "rfc3464-37", "message text follows"},
    {divider, returned, "", "lhost-notes-01", "returned message -"},
    {divider, returned, "", "lhost-qmail-03", "is a copy of the message"},
    {divider, returned, "", "lhost-opensmtpd-01", "is a copy of the original message"},
    {divider, returned, "", "lhost-gmx-01", "header of the original message"},
    {divider, returned, "", "not-bounce/rb-issue-368-bug", "bounced e-mail:"},
    {lead, recipient, "", "field/r4-full-colon", "mailbox is full"},
    {lead, recipient, "", "field/r4-invalid-userid", "userid"},
    {lead, recipient, "", "field/r4-undeliverable-address", "undeliverable address"},
    {lead, recipient, "", "field/r4-local-mailbox-is", "local mailbox|mailbox is"},
    {lead, recipient, "", "field/r4-originally-addressed-to", "addressed to"},
    {lead, recipient, "", "common",
     "recipients|recipient is|recipient was|recipient(s)|addressee|addressees|"
     "delivery failed|delivery to|sent to|deliver to|deliver mail to|deliver message to|"
     "your message to|email to|e-mail to|unknown user|user unknown|no such user|"
     "unknown address|bad address|invalid address|invalid recipient|unknown recipient|"
     "address|addresses|following address|following addresses|mailbox|destination|"
     "final-recipient|original-recipient|rfc822;|failed for|failure for|failed to|"
     "intended for|forwarded to|not delivered|undelivered|undeliverable|failed recipient|"
     "mailto:"},
    {lead, recipient, "", "German",
     "empfanger|empfangeradresse|adresse|adressen|zustellung an|nachricht an"},
    {lead, recipient, "", "French, Spanish, Italian, Portuguese",
     "destinataire|destinataires|destinatario|destinatarios|destinatari|destinatario/a|"
     "direccion|indirizzo|endereco|adresse suivante"},
    {lead, recipient, "", "Dutch, Polish",
     "geadresseerde|ontvanger|ontvangers|adresat|adresaci|odbiorca"},
    {lead, recipient, "", "Russian",
     "получатель|получателя|получателю|адресат|адресату|адрес|адреса|кому"},
    {lead, recipient, "", "Chinese, Japanese, Korean",
     "收件人|收件者|收信人|地址|宛先|宛先アドレス|受信者|宛先は|メールアドレス|受取人|받는 "
     "사람|수신자|수신인"},
    {divider, returned, "", "field/r5-addressed-to-in-quotes", "start of returned message"},
    {divider, returned, "", "field/r4-originally-addressed-to", "your message reads"},
};

}  // namespace

std::span<const ProseRule> words_of_places() { return kPlacesRules; }

}  // namespace waybill::relay::returnpath::report
