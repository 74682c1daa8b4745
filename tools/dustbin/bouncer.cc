#include "tools/dustbin/bouncer.h"

#include <algorithm>

#include "relay/forward/hop_session.h"
#include "relay/returnpath/report/dsn_writer.h"
#include "runtime/asio_net.h"
#include "runtime/clock.h"

namespace waybill::tools::dustbin {

using relay::forward::HopAnswer;
using relay::forward::HopSession;
using runtime::Instant;
using runtime::Task;
using schemas::Reply;
namespace report = relay::returnpath::report;

namespace {

constexpr std::chrono::seconds kSendTimeout{30};
// A notification is a few kilobytes and a header of at most kKeptHead octets.
constexpr std::uint64_t kNotificationOctets = 1 << 20;

class NothingToWaitFor final : public relay::forward::Clearance {
 public:
  Task<runtime::Result<void>> clear() override { co_return runtime::Result<void>(); }
};

}  // namespace

Bouncer::Bouncer(runtime::Clock& clock, runtime::Scope& scope, BounceSettings settings,
                 std::function<void(const std::string&)> told)
    : clock_(clock),
      scope_(scope),
      settings_(std::move(settings)),
      told_(std::move(told)),
      dialer_(runtime::tcp_dialer()),
      workers_(runtime::inline_workers()) {}

void Bouncer::look_at(const Message& message) {
  if (!message.reply.positive() || !message.origin.sender) return;
  const auto unknown = std::find_if(message.recipients.begin(), message.recipients.end(),
                                    [&](const schemas::Address& one) {
                                      return settings_.local_parts.contains(one.folded().local());
                                    });
  if (unknown == message.recipients.end()) return;
  scope_.spawn("bounce", bounce(message.origin.sender->text(), notification(message, *unknown)));
}

std::string Bouncer::notification(const Message& message, const schemas::Address& recipient) const {
  report::DsnMessage dsn;
  dsn.from = "MAILER-DAEMON@" + settings_.host_name;
  dsn.to = message.origin.sender->text();
  dsn.message_id = "bounce." + std::to_string(message.origin.at.time_since_epoch().count()) + "@" +
                   settings_.host_name;
  dsn.date = std::chrono::floor<std::chrono::seconds>(message.origin.at);
  dsn.reporting_mta = settings_.host_name;
  dsn.arrival_date = dsn.date;
  dsn.returned_header = message.header;
  report::RecipientFacts failed;
  failed.final_recipient = recipient.text();
  failed.action = "failed";
  failed.status = "5.1.1";
  failed.remote_mta = "mailstore." + settings_.host_name;
  failed.diagnostic_code = "smtp; 550 5.1.1 <" + recipient.text() + ">: user unknown";
  dsn.recipients.push_back(std::move(failed));
  return report::write_dsn(dsn);
}

Task<Reply> Bouncer::send(const std::string& to, const std::string& octets) {
  const Instant deadline = clock_.now() + kSendTimeout;
  const Reply nobody{451, "4.4.1", "nobody there"};
  auto connection = co_await dialer_->dial(settings_.via, deadline);
  if (!connection) co_return nobody;
  HopSession session(std::move(*connection), clock_);
  const auto opened = co_await session.open(settings_.host_name, deadline);
  if (!opened) co_return nobody;
  if (!opened->reply.positive()) co_return opened->reply;
  const auto address = schemas::Address::parse(to);
  if (!address) co_return Reply{550, "5.1.3", "not an address"};
  relay::smtp::MailParameters mail;
  relay::smtp::RcptParameters rcpt{*address, {}, {}};
  const auto begun = co_await session.begin(std::move(mail), std::move(rcpt), deadline);
  if (!begun) co_return nobody;
  if (!begun->reply.positive()) co_return begun->reply;
  relay::message::SpoolSettings memory_only;
  memory_only.memory_octets = kNotificationOctets;
  memory_only.workers = workers_.get();
  memory_only.file_octets = &no_files_;
  relay::message::Spool spool(std::move(memory_only));
  const auto kept = co_await spool.append(octets);
  if (!kept) co_return Reply{552, "5.3.4", "the notification is too large"};
  NothingToWaitFor clearance;
  const std::string no_trace;
  const HopAnswer answer = co_await session.send(no_trace, spool, clearance, deadline);
  co_await session.quit(deadline);
  co_return answer.reply;
}

Task<void> Bouncer::bounce(std::string to, std::string octets) {
  co_await clock_.sleep_until(clock_.now() + kBounceAfter);
  Reply reply;
  for (int attempt = 0; attempt < kTries && !stopping_; ++attempt) {
    reply = co_await send(to, octets);
    if (!reply.transient()) break;
    co_await clock_.sleep_until(clock_.now() + kBounceAgain);
  }
  if (reply.code == 0) co_return;
  told_("bounced to <" + to + ">: " + std::to_string(reply.code) + " " + reply.text);
}

}  // namespace waybill::tools::dustbin
