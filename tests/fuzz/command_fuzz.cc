// A session out of any octets, in any split, is the same session; and what it gives the driver
// keeps the core's promises.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "relay/smtp/server_core.h"
#include "runtime/ascii.h"
#include "schemas/utf8.h"
#include "tests/support/smtp_player.h"

namespace {

namespace runtime = waybill::runtime;
using waybill::tests::SmtpPlayer;
using waybill::tests::SmtpPolicy;

void require(bool kept) {
  if (!kept) std::abort();
}

struct PromisesHeld : SmtpPolicy {
  waybill::schemas::Reply mail(const waybill::relay::smtp::MailStep& step) override {
    require(waybill::schemas::is_clean_utf8(step.argument));
    require(!runtime::ascii::has_control(step.dsn.ret + step.dsn.envid));
    return SmtpPolicy::mail(step);
  }
  waybill::schemas::Reply rcpt(const waybill::relay::smtp::RcptStep& step) override {
    require(step.recipient.has_value());
    require(waybill::schemas::is_clean_utf8(step.argument));
    require(!runtime::ascii::has_control(step.dsn.notify + step.dsn.orcpt));
    return SmtpPolicy::rcpt(step);
  }
};

SmtpPlayer player() {
  return SmtpPlayer({.max_message_octets = 64, .max_recipients = 3}, "mx.example",
                    std::make_shared<PromisesHeld>());
}

}  // namespace

// The first octet says how the rest is cut, and whether a transaction is open already.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 16;
  std::string wire = "EHLO fuzz.example\r\n";
  if (data[0] >= 128) wire += "MAIL FROM:<a@b.example> SMTPUTF8\r\nRCPT TO:<c@d.example>\r\n";
  wire.append(reinterpret_cast<const char*>(data) + 1, size - 1);

  SmtpPlayer whole = player();
  const std::string replies = whole.say(wire);

  SmtpPlayer cut = player();
  std::string cut_replies;
  for (std::size_t at = 0; at < wire.size(); at += step) {
    cut_replies += cut.say(std::string_view(wire).substr(at, step));
  }

  require(replies == cut_replies);
  require(whole.seen() == cut.seen());
  require(whole.closed() == cut.closed());
  require(whole.open_body() == cut.open_body());
  require(whole.messages().size() == cut.messages().size());
  for (std::size_t i = 0; i < whole.messages().size(); ++i) {
    require(whole.messages()[i].body == cut.messages()[i].body);
    require(whole.messages()[i].body.size() <= 64);
  }
  return 0;
}
