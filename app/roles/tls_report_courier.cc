#include "app/roles/tls_report_courier.h"

#include "app/roles/https_exchange.h"
#include "relay/message/header_fields.h"
#include "runtime/asio_tls.h"
#include "runtime/chance.h"

namespace waybill::app {

using relay::forward::HopAnswer;
using relay::forward::TlsLevel;
using relay::tlsrpt::Destination;
using relay::tlsrpt::Report;
using relay::tlsrpt::Reporter;
using runtime::Instant;
using runtime::Task;

namespace {

// At one time; reports are in no hurry.
constexpr std::uint64_t kMostConnections = 16;
constexpr std::uint32_t kMostPerHop = 2;
// What a web server says to a report matters to nobody.
constexpr std::size_t kMostAnswer = 64 << 10;

// With whomever it is.
class WithAnybody final : public relay::forward::HopTls {
 public:
  explicit WithAnybody(const runtime::TlsContext& anybody) : anybody_(anybody) {}
  TlsLevel level_of(std::string_view) const override { return TlsLevel::opportunistic; }
  std::unique_ptr<runtime::TlsConnection> secure(
      std::unique_ptr<runtime::Connection> connection,
      const relay::forward::Protection& how) const override {
    return runtime::tls_client(std::move(connection), anybody_, how.host);
  }

 private:
  const runtime::TlsContext& anybody_;
};

// No event is owed: nobody has sent us the message.
class AtOnce final : public relay::forward::Clearance {
 public:
  Task<runtime::Result<void>> clear() override { co_return runtime::Result<void>(); }
};

}  // namespace

// What a Handover asks of the world, apart from that of the lanes.
struct TlsReportCourier::Post {
  explicit Post(const CourierWorld& world)
      : tls(world.anybody),
        pool(world.clock, world.scope),
        parts{.clock = world.clock,
              .chance = *chance,
              .dialer = world.dialer,
              .resolver = world.resolver,
              .pool = pool,
              .budget = budget,
              .clients = clients,
              .tls = tls,
              .ourselves = nobody,
              .host_name = world.host_name,
              .port = world.next_hop_port,
              .sources = world.sources} {}

  std::unique_ptr<runtime::Chance> chance = runtime::system_chance();
  WithAnybody tls;
  relay::forward::HopPool pool;
  relay::forward::HopBudget budget{kMostConnections, kMostPerHop};
  relay::forward::ClientBudget clients{kMostConnections, kMostConnections};
  // A mailbox of a domain of ours is reached by SMTP like any other: what is forwarded there comes
  // in once, and not again.
  relay::dns::Ourselves nobody;
  relay::forward::HandoverParts parts;
};

TlsReportCourier::TlsReportCourier(CourierWorld world)
    : world_(std::move(world)), post_(std::make_unique<Post>(world_)) {}

TlsReportCourier::~TlsReportCourier() = default;

// RFC 8460 3: unsigned it is not to be believed. It goes all the same, for a receiver may.
std::string TlsReportCourier::signed_message(const Reporter& reporter, std::string text) const {
  namespace dkim = relay::trust::dkim;
  const auto keys = world_.signing.of(reporter.from.domain());
  if (keys.empty()) return text;
  const auto header = std::string_view(text).substr(0, relay::message::body_begin(text));
  return dkim::sign(header, dkim::relaxed_body_hash(text), keys, world_.clock.wall()) + text;
}

Task<TlsReportCourier::Carried> TlsReportCourier::mail(std::string message, Reporter reporter,
                                                       schemas::Address to, Instant deadline) {
  relay::message::SpoolSettings settings;
  // All of it stays in memory.
  settings.memory_octets = message.size();
  relay::message::Spool spool(settings);
  const auto kept = co_await spool.append(message);
  if (!kept) co_return Carried{Result::later, kept.error().message()};
  relay::smtp::MailParameters mail;
  mail.sender = reporter.from;
  mail.size = spool.size();
  const auto target = schemas::Target::parse(to.text());
  if (!target) co_return Carried{Result::refused, target.error().why};
  AtOnce clearance;
  HopAnswer answer;
  {
    relay::forward::Handover handover(post_->parts, runtime::IpAddress(), *target, mail);
    answer = co_await handover.ask(deadline);
    const std::string no_trace;
    if (answer.kind == HopAnswer::Kind::accepted) {
      answer = co_await handover.send(no_trace, spool, clearance, deadline);
    }
  }
  post_->pool.clear();
  Carried out;
  if (answer.kind == HopAnswer::Kind::accepted) out.result = Result::sent;
  if (answer.kind == HopAnswer::Kind::refused) out.result = Result::refused;
  out.why = std::to_string(answer.reply.code) + " " + answer.reply.enhanced + " " +
            schemas::clean_reply_text(answer.reply.text);
  co_return out;
}

// RFC 8460 5.4
Task<TlsReportCourier::Carried> TlsReportCourier::post(std::string packed, Destination to,
                                                       Instant deadline) {
  const std::string port = to.port == 443 ? "" : ":" + std::to_string(to.port);
  HttpsQuestion question;
  question.host = to.host;
  question.port = to.port;
  question.most_octets = kMostAnswer;
  question.octets =
      "POST " + to.target + " HTTP/1.1\r\nHost: " + to.host + port +
      "\r\nUser-Agent: waybill\r\nContent-Type: " + std::string(relay::tlsrpt::kPackedType) +
      "\r\nContent-Length: " + std::to_string(packed.size()) + "\r\nConnection: close\r\n\r\n" +
      packed;
  const HttpsWorld world{world_.clock, world_.resolver, world_.dialer, world_.trust};
  const auto answer = co_await https_exchange(world, std::move(question), deadline);
  Carried out;
  if (!answer) {
    out.why = answer.error().why;
    co_return out;
  }
  if (answer->status / 100 == 2) out.result = Result::sent;
  // A server that moved it or knows no such place will not know better tomorrow; 408 and 429 say
  // that it will.
  const bool passes = answer->status == 408 || answer->status == 429;
  if (answer->status / 100 == 3 || (answer->status / 100 == 4 && !passes)) {
    out.result = Result::refused;
  }
  out.why = to.host + " answered " + std::to_string(answer->status);
  co_return out;
}

Task<TlsReportCourier::Carried> TlsReportCourier::carry(Reporter reporter, Report report,
                                                        std::string packed, Destination to,
                                                        Instant deadline) {
  if (!to.mailbox) co_return co_await post(std::move(packed), std::move(to), deadline);
  const schemas::Address mailbox = *to.mailbox;
  std::string text =
      relay::tlsrpt::write_message(reporter, report, mailbox, packed, world_.clock.wall());
  std::string message = signed_message(reporter, std::move(text));
  co_return co_await mail(std::move(message), std::move(reporter), mailbox, deadline);
}

}  // namespace waybill::app
