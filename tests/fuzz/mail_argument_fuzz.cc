// The arguments of MAIL and RCPT, and how much of a message is internationalized: what is taken
// leads back to itself, is fit for a command line, and does not depend on how octets are cut.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "relay/message/needs.h"
#include "relay/smtp/asked.h"
#include "relay/smtp/envelope.h"
#include "runtime/ascii.h"
#include "runtime/check.h"

namespace {

using namespace waybill;  // NOLINT: a program of one function
using relay::message::NeedsScan;
using relay::smtp::MailArgument;
using relay::smtp::RcptArgument;
using relay::smtp::Smtputf8;
using runtime::check;

void one_mail(std::string_view argument) {
  const MailArgument mail = relay::smtp::parse_mail(argument, 1000);
  if (mail.refusal) {
    check(mail.refusal->permanent(), "MAIL is refused for good");
    return;
  }
  check(mail.sender.has_value() == !mail.path.empty(), "a path that is taken is a sender");
  check(!mail.size || *mail.size <= 1000, "a size that is taken is within the limit");
  check(mail.asked.empty() || relay::smtp::is_asked(mail.asked), "marks are marks");
  if (!mail.sender) return;
  const std::string text = mail.sender->text();
  check(!runtime::ascii::has_control(text), "a sender fits a command line");
  const MailArgument again = relay::smtp::parse_mail("FROM:<" + text + "> SMTPUTF8", 1000);
  check(!again.refusal && again.sender == mail.sender, "a sender's text leads back to it");
}

void one_rcpt(std::string_view argument) {
  const RcptArgument rcpt = relay::smtp::parse_rcpt(argument, "mx.example", Smtputf8::yes);
  check(rcpt.refusal || rcpt.recipient, "a recipient is named or refused");
}

void one_message(std::string_view octets, std::size_t step) {
  NeedsScan whole;
  whole.read(octets);
  NeedsScan cut;
  for (std::size_t at = 0; at < octets.size(); at += step) cut.read(octets.substr(at, step));
  check(whole.needs() == cut.needs(), "needs do not depend on how a message is cut");
  check(!whole.needs().smtputf8 || whole.needs().eight_bit, "SMTPUTF8 is of eight bits");
  check(whole.needs().eight_bit == !runtime::ascii::is_ascii(octets), "eight bits are seen");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  one_mail(text);
  one_mail("FROM:<" + std::string(text));
  one_rcpt(text);
  one_rcpt("TO:<" + std::string(text));
  one_message(text, 1 + data[0] % 16);
  return 0;
}
