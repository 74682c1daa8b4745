// Handover: one delivery (one message to one target) on its way to a next hop. Asked at RCPT time
// (cut-through), sent once the body is whole and the acceptance is on record.
//
// Each delivery has a transaction of its own with its next hop: its reverse-path is its own, and so
// is the reply. Owner's thread. A Handover that goes away gives its session back to the pool.
#pragma once

#include <memory>
#include <string>

#include "relay/dns/next_hop.h"
#include "relay/forward/demand.h"
#include "relay/forward/hop_answer.h"
#include "relay/forward/hop_budget.h"
#include "relay/forward/hop_counters.h"
#include "relay/forward/hop_pool.h"
#include "relay/forward/providers.h"
#include "relay/forward/smarthost.h"
#include "relay/forward/sources.h"
#include "relay/smtp/envelope.h"
#include "runtime/chance.h"
#include "runtime/dialer.h"
#include "schemas/target.h"

namespace waybill::relay::forward {

// What a handover asks of the world; all outlive it.
struct HandoverParts {
  runtime::Clock& clock;
  runtime::Chance& chance;
  runtime::Dialer& dialer;
  runtime::dns::Resolver& resolver;
  HopPool& pool;
  HopBudget& budget;
  ClientBudget& clients;
  const HopTls& tls;
  const dns::Ourselves& ourselves;
  const std::string& host_name;
  std::uint16_t port = dns::kSmtpPort;  // of next hops whose target names none
  const Sources& sources = kSystemsChoice;
  const CurrentLogins& logins = kNoLogins;
  const Smarthost& smarthost = kNoSmarthost;
  ProviderRates* providers = nullptr;  // nullptr: to each goes as much as comes
  HopCounters* counters = nullptr;     // nullptr: nobody counts
  // Where the way home goes, a stranger chose the domain: it is in no metric.
  bool counts_domain = true;
};

class Handover {
 public:
  // `client`: the network (client_network.h) that the message came from, whose share of connections
  // this one is of.
  Handover(HandoverParts parts, runtime::IpAddress client, schemas::Target target,
           smtp::MailParameters mail, smtp::RcptDsn dsn = {})
      : parts_(parts),
        client_(std::move(client)),
        target_(std::move(target)),
        mail_(std::move(mail)),
        dsn_(std::move(dsn)) {}
  ~Handover();
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;

  // Finds the next hop and asks it for this recipient. Candidates that cannot be reached, or that
  // turn us away before MAIL, are passed over; the first answer to MAIL or RCPT is the answer.
  runtime::Task<HopAnswer> ask(runtime::Instant deadline);

  // The message, after ask() gave accepted; once. `trace` is put in front. The message's end waits
  // for the clearance. Where the next hop has closed meanwhile, or the connection was let go, it is
  // asked again: nothing was sent, and the answer may now be a refusal of the recipient.
  runtime::Task<HopAnswer> send(std::string trace, message::Spool& body, Clearance& clearance,
                                runtime::Instant deadline);

  // Whether it holds a connection; gives it up for others.
  bool holds() const { return session_ != nullptr; }
  void let_go();

  const schemas::Target& target() const { return target_; }

 private:
  runtime::Task<dns::NextHops> candidates(runtime::Instant deadline);
  runtime::Task<bool> get_share(runtime::Instant deadline);
  runtime::Task<HopAnswer> ask_in_turn(std::vector<dns::Candidate> hops, runtime::Instant deadline);
  runtime::Task<HopAnswer> ask_at(dns::Candidate hop, runtime::Instant greeted,
                                  runtime::Instant deadline);
  runtime::Task<std::optional<HopBudget::Held>> leave_for(dns::Candidate hop,
                                                          runtime::Instant deadline);
  runtime::Task<std::optional<Login::Trial>> leave_to_log_in(dns::Candidate hop,
                                                             runtime::Instant deadline);
  // nullopt: no leave.
  runtime::Task<std::optional<runtime::Result<Answered>>> connect(dns::Candidate hop,
                                                                  Protection protection,
                                                                  runtime::Instant greeted);
  runtime::Task<std::optional<runtime::Result<Answered>>> connect_or_fall_back(
      dns::Candidate hop, Protection protection, runtime::Instant greeted);
  Protection protection_at(const dns::Candidate& hop) const;
  std::optional<runtime::IpAddress> source_for(const dns::Candidate& hop) const;
  bool by_smarthost() const;
  bool tls_from_start() const;
  std::string bound_for() const;
  TlsLevel level() const;
  runtime::Task<void> ask_policy(runtime::Instant deadline);
  std::string missed_by(const dns::Candidate& hop, const HopAnswer& answer) const;
  void count_session(const dns::Candidate& hop) const;
  bool requires_tls() const;
  Demand demand_at(const dns::Candidate& hop) const;
  HopAnswer unprotected(const dns::Candidate& hop, const std::string& why, bool for_good) const;
  HopAnswer heard(HopAnswer answer) const;
  static HopAnswer not_logged_in(const dns::Candidate& hop, const std::string& why, bool refused);
  HopAnswer login_failed(const dns::Candidate& hop) const;
  void note_tls(HopAnswer& answer) const;
  std::optional<HopAnswer> beyond_next_hop() const;
  void count_unused(const dns::Candidate& hop) const;
  std::string unsafe_for_login(const dns::Candidate& hop, const Demand& demand) const;
  bool may_be_sent(const dns::Candidate& hop);
  void was_not_sent();
  void count(const HopAnswer& answer) const;
  smtp::RcptParameters rcpt() const;

  HandoverParts parts_;
  runtime::IpAddress client_;
  schemas::Target target_;
  smtp::MailParameters mail_;
  smtp::RcptDsn dsn_;
  std::optional<ClientBudget::Held> share_;  // while a next hop is asked, and while it is held
  sts::Policy policy_;                       // of the target's domain
  std::shared_ptr<const Login> login_;       // of bound_for()
  std::unique_ptr<HopSession> session_;
  std::optional<dns::Candidate> hop_;
  bool counted_ = false;  // by the rate of a provider
  std::string counted_at_;
  runtime::Instant counted_when_{};
  bool sent_ = false;  // some of the message may have gone out
};

}  // namespace waybill::relay::forward
