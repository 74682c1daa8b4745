#include "relay/forward/handover.h"

#include <algorithm>

#include "relay/forward/asks_for_tls.h"
#include "relay/forward/beyond_hop.h"
#include "relay/forward/demand.h"
#include "relay/forward/hop_words.h"
#include "relay/forward/tls_outcome.h"
#include "relay/policy/limits.h"
#include "runtime/ascii.h"
#include "runtime/clock.h"
#include "runtime/log.h"

namespace waybill::relay::forward {

using dns::Candidate;
using policy::Rule;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::Reply;

namespace {

HopAnswer unreachable(std::string text) {
  HopAnswer out;
  out.kind = HopAnswer::Kind::deferred;
  out.reply = policy::reply_of(Rule::unreachable, std::move(text));
  out.by = HopAnswer::By::relay;
  out.rule = Rule::unreachable;
  out.command = "connect";
  return out;
}

HopAnswer own_verdict(Rule rule, const Reply& reply) {
  HopAnswer out;
  out.kind = reply.permanent() ? HopAnswer::Kind::refused : HopAnswer::Kind::deferred;
  out.reply = reply;
  out.by = HopAnswer::By::policy;
  out.rule = rule;
  return out;
}

HopAnswer before_mail(Rule rule) {
  HopAnswer out = own_verdict(rule, policy::reply_of(rule));
  out.command = "MAIL";
  return out;
}

HopAnswer answer_of(Answered answered) {
  if (auto ours = asks_for_tls(answered)) return *std::move(ours);
  HopAnswer out;
  out.kind = answered.reply.code >= 200 && answered.reply.code < 300 ? HopAnswer::Kind::accepted
             : answered.reply.permanent()                            ? HopAnswer::Kind::refused
                                                                     : HopAnswer::Kind::deferred;
  out.reply = std::move(answered.reply);
  out.command = std::move(answered.command);
  out.rule = about_us(out.reply);
  return out;
}

// For leave to connect; others' messages take as long.
constexpr std::chrono::milliseconds kLookAgain{10};

// That a server which takes our mail by agreement does not send for us is the operator's to mend,
// and no sender's.
HopAnswer of_operators_leave(HopAnswer answer) {
  const std::string ours = "The next hop does not let this server send; it said: ";
  const std::string code = std::to_string(answer.reply.code) + " " + answer.reply.enhanced + " ";
  answer.kind = HopAnswer::Kind::deferred;
  answer.by = HopAnswer::By::policy;
  answer.rule = Rule::next_hop_login;
  answer.reply = policy::reply_of(Rule::next_hop_login, ours + code + answer.reply.text);
  answer.quoted_from = ours.size();
  return answer;
}

// A next hop that closes at DATA again and again does not want the message.
constexpr int kDialsForOneMessage = 1;

// Before MAIL a server speaks of itself and not of our mail: another one may take it. So does one
// that wants TLS where ours failed.
bool speaks_of_itself(const HopAnswer& answer) {
  if (answer.rule == Rule::next_hop_wants_tls && !answer.tls_failure.empty()) return true;
  if (answer.rule == Rule::next_hop_without_require_tls) return true;
  // Another host may have room.
  if (answer.rule == Rule::next_hop_busy) return true;
  return answer.kind != HopAnswer::Kind::accepted &&
         (answer.command == "connect" || answer.command == "EHLO" || answer.command == "STARTTLS" ||
          (answer.command == "AUTH" && !answer.login_refused) || answer.reply.code == 421);
}

}  // namespace

Handover::~Handover() {
  let_go();
  if (!sent_) was_not_sent();
}

void Handover::note_tls(HopAnswer& answer) const {
  if (session_ == nullptr) return;
  answer.tls = session_->tls();
  // A host of several names: the certificate was held against the one that was dialled first.
  const bool same = !answer.hop || session_->protection().host == protection_at(*answer.hop).host;
  if (answer.tls && !same) {
    answer.tls->verified_name.clear();
    answer.tls->verified_by.clear();
  }
  answer.tls_failure = session_->tls_failure();
  answer.login = session_->logged_in_by();
}

void Handover::let_go() {
  if (session_ != nullptr) parts_.pool.give_back(std::move(session_));
  share_.reset();
}

Task<dns::NextHops> Handover::candidates(Instant deadline) {
  const bool by_smarthost = this->by_smarthost();
  const std::uint16_t port =
      by_smarthost ? parts_.smarthost.port : target_.port().value_or(parts_.port);
  const auto address = by_smarthost ? parts_.smarthost.address() : target_.ip();
  if (address) {
    const runtime::Endpoint endpoint{*address, port};
    if (dns::is_our_endpoint(parts_.ourselves, endpoint)) {
      if (by_smarthost) co_return Reply{451, "4.4.3", "The smarthost is this server itself"};
      co_return Reply{554, "5.4.6", "The target is this server itself"};
    }
    Candidate at{bound_for(), endpoint};
    at.surely_named = true;
    co_return std::vector<Candidate>{std::move(at)};
  }
  const Instant now = parts_.clock.now();
  const Instant dns_deadline = runtime::sooner(deadline, now + kDnsTimeout);
  std::optional<Instant> tlsa_from;
  if (asks_tlsa(level())) tlsa_from = now + (dns_deadline - now) * 3 / 4;
  const std::string name = bound_for();
  if (by_smarthost) {
    co_return co_await dns::find_one_host(parts_.resolver, parts_.ourselves, name, port,
                                          dns_deadline, tlsa_from);
  }
  co_return co_await dns::find_next_hops(parts_.resolver, parts_.chance, parts_.ourselves, name,
                                         port, dns_deadline, tlsa_from);
}

Task<HopAnswer> Handover::ask(Instant deadline) {
  if (parts_.clock.now() >= deadline) co_return before_mail(Rule::out_of_time);
  login_ = parts_.logins.of(bound_for());
  const dns::NextHops found = co_await candidates(deadline);
  if (const auto* refusal = std::get_if<Reply>(&found)) {
    co_return own_verdict(Rule::no_route, *refusal);
  }
  co_await ask_policy(deadline);
  const bool may_connect = co_await get_share(deadline);
  if (!may_connect) co_return before_mail(Rule::next_hop_busy);
  HopAnswer answer = co_await ask_in_turn(std::get<std::vector<Candidate>>(found), deadline);
  const std::string missed = answer.hop ? missed_by(*answer.hop, answer) : "";
  if (!missed.empty()) parts_.tls.count_missed();
  if (answer.tls_failure.empty()) answer.tls_failure = missed;
  if (session_ == nullptr) share_.reset();
  if (answer.kind != HopAnswer::Kind::accepted) {
    if (!sent_) was_not_sent();
    count(answer);
  }
  co_return answer;
}

Task<HopAnswer> Handover::ask_in_turn(std::vector<Candidate> hops, Instant deadline) {
  HopAnswer last = before_mail(Rule::out_of_time);
  bool tried = false;
  for (const Candidate& hop : hops) {
    const Instant now = parts_.clock.now();
    if (now >= deadline) break;
    const runtime::Duration share = (deadline - now) / (&hop == &hops.back() ? 1 : 2);
    HopAnswer answer = co_await ask_at(hop, now + share, deadline);
    answer.hop = hop;
    note_tls(answer);
    if (!speaks_of_itself(answer)) {
      hop_ = hop;
      co_return answer;
    }
    // It is good for other mail.
    if (answer.rule == Rule::next_hop_without_require_tls && session_ != nullptr) {
      parts_.pool.give_back(std::move(session_));
    }
    session_.reset();
    // A host that may come back keeps the recipient open, whatever other hosts answer.
    const bool worse =
        tried && last.kind == HopAnswer::Kind::deferred && answer.kind == HopAnswer::Kind::refused;
    if (!worse) last = std::move(answer);
    tried = true;
  }
  co_return last;
}

// Others end soon, or nobody does: then the sender is to come again, rather than all to wait for
// each other.
Task<bool> Handover::get_share(Instant deadline) {
  const Instant until = runtime::sooner(deadline, parts_.clock.now() + kLeaveTimeout);
  while (!share_) {
    if (auto share = parts_.clients.try_take(client_)) share_.emplace(std::move(*share));
    if (share_) break;
    if (parts_.clock.now() >= until) co_return false;
    co_await parts_.clock.sleep_until(parts_.clock.now() + kLookAgain);
  }
  co_return true;
}

Task<std::optional<HopBudget::Held>> Handover::leave_for(Candidate hop, Instant deadline) {
  const Instant until = runtime::sooner(deadline, parts_.clock.now() + kLeaveTimeout);
  for (;;) {
    auto leave = parts_.budget.try_take(hop.endpoint);
    if (leave) co_return std::move(leave);
    if (parts_.clock.now() >= until) co_return std::nullopt;
    if (parts_.pool.make_room()) continue;
    co_await parts_.clock.sleep_until(parts_.clock.now() + kLookAgain);
  }
}

// A wrong secret is tried once, and not by all messages that come at a time.
Task<std::optional<Login::Trial>> Handover::leave_to_log_in(Candidate hop, Instant deadline) {
  if (login_ == nullptr) co_return Login::Trial(nullptr);
  const Instant until = runtime::sooner(deadline, parts_.clock.now() + kLeaveTimeout);
  for (;;) {
    auto trial = login_->try_at(hop.mx_host, hop.endpoint);
    if (trial || parts_.clock.now() >= until) co_return trial;
    co_await parts_.clock.sleep_until(parts_.clock.now() + kLookAgain);
  }
}

Task<std::optional<Result<Answered>>> Handover::connect(Candidate hop, Protection protection,
                                                        Instant greeted) {
  auto leave = co_await leave_for(hop, greeted);
  if (!leave) co_return std::nullopt;
  const Instant dial_deadline = runtime::sooner(greeted, parts_.clock.now() + kConnectTimeout);
  const auto source = source_for(hop);
  auto connection = co_await parts_.dialer.dial(hop.endpoint, dial_deadline, source);
  if (!connection) co_return Result<Answered>(connection.error());
  session_ = std::make_unique<HopSession>(std::move(*connection), parts_.clock);
  session_->hold(std::move(*leave));
  session_->protect(std::move(protection));
  session_->left_from(source);
  const Instant greeting_deadline = runtime::sooner(greeted, parts_.clock.now() + kGreetingTimeout);
  co_return co_await session_->open(parts_.host_name, greeting_deadline);
}

// RFC 7435 3: TLS that fails where nobody asked for it is no reason to keep the mail from going.
Task<std::optional<Result<Answered>>> Handover::connect_or_fall_back(Candidate hop,
                                                                     Protection protection,
                                                                     Instant greeted) {
  auto opened = co_await connect(hop, protection, greeted);
  count_session(hop);
  if (!opened || *opened || session_ == nullptr || protection.needed()) co_return opened;
  if (session_->tls_failure().empty()) co_return opened;
  const std::string why = session_->tls_failure();
  session_.reset();
  // Among the idle ones it is one of those that may be in clear.
  Protection in_clear = protection;
  in_clear.by = nullptr;
  opened = co_await connect(hop, in_clear, greeted);
  if (session_ != nullptr) session_->fell_back(why);
  co_return opened;
}

// Behind the search for hosts: without any it does not matter.
Task<void> Handover::ask_policy(Instant deadline) {
  // A policy is about the domain's own hosts.
  if (by_smarthost() || target_.ip() || !asks_policy(level())) co_return;
  const std::string domain = target_.address().domain();
  policy_ = co_await parts_.tls.policy_of(domain, parts_.resolver, parts_.clock, deadline);
}

// What a session that is kept was verified for is not known of another name.
std::string Handover::missed_by(const Candidate& hop, const HopAnswer& answer) const {
  if (session_ == nullptr || session_->protection().host != protection_at(hop).host) return "";
  return forward::missed_by(level(), hop, policy_, answer.tls);
}

bool Handover::by_smarthost() const { return parts_.smarthost.takes(target_.address().domain()); }

// What the operator's words about TLS, source and log-in go by.
std::string Handover::bound_for() const {
  return by_smarthost() ? parts_.smarthost.host : target_.address().domain();
}

// RFC 8689 4.2.1: not of what reports on another message, which is to come home if it can.
bool Handover::requires_tls() const { return mail_.require_tls && mail_.sender.has_value(); }

Demand Handover::demand_at(const Candidate& hop) const {
  Demand out = demand_of(level(), hop, policy_);
  return requires_tls() ? with_require_tls(std::move(out), hop, policy_) : out;
}

// With a login, on a port of TLS, or where the sender asks for it, `required` at least, whatever
// the operator's words are.
TlsLevel Handover::level() const {
  const TlsLevel said = parts_.tls.level_of(bound_for());
  const bool tls_alone = login_ != nullptr || tls_from_start() || requires_tls();
  return tls_alone ? std::max(said, TlsLevel::required) : said;
}

bool Handover::tls_from_start() const {
  if (by_smarthost()) return parts_.smarthost.tls_from_start();
  return target_.port().value_or(parts_.port) == kSubmissionsPort;
}

// A certificate bears the number of an address literal without its brackets.
Protection Handover::protection_at(const Candidate& hop) const {
  const bool literal = target_.ip() && !by_smarthost();
  const std::string host = literal ? runtime::ip_text(hop.endpoint.address) : hop.mx_host;
  Demand demand = demand_at(hop);
  return {&parts_.tls, demand.level, host, std::move(demand.dane), login_, tls_from_start()};
}

std::optional<runtime::IpAddress> Handover::source_for(const Candidate& hop) const {
  return parts_.sources.source_for(bound_for(), hop.endpoint.address);
}

// A session that was kept is counted already, and one in clear behind TLS that failed is the same.
void Handover::count_session(const Candidate& hop) const {
  if (session_ == nullptr || by_smarthost() || target_.ip() || !session_->protection().asked())
    return;
  TlsSeen seen{session_->tls(), session_->tls_result(), session_->tls_failure(),
               runtime::ip_text(session_->local().address)};
  const auto session = session_of(level(), target_.address().domain(), hop, policy_, seen);
  if (session) parts_.tls.count_session(*session);
}

// A host that is not used for the sender's sake alone is no fault of its domain's.
void Handover::count_unused(const Candidate& hop) const {
  if (by_smarthost() || demand_of(level(), hop, policy_).never_why.empty()) return;
  parts_.tls.count_session(unused(level(), target_.address().domain(), hop, policy_));
}

// Why its secret is not for that host; empty: it may have it. A certificate is worth no more than
// the name that it is held against, and unsigned DNS may name anybody's host. One of the domain's
// own names is nobody else's, and who asks for less than `verified` wants it so.
std::string Handover::unsafe_for_login(const Candidate& hop, const Demand& demand) const {
  if (login_ == nullptr || by_smarthost() || demand.level != TlsLevel::verified) return "";
  const std::string domain = target_.address().domain();
  const bool its_own = hop.mx_host == domain || hop.mx_host.ends_with("." + domain);
  if (its_own || is_surely_named(hop, policy_)) return "";
  return "unsigned DNS alone says that it is the domain's, and no policy (MTA-STS)";
}

HopAnswer Handover::unprotected(const Candidate& hop, const std::string& why, bool for_good) const {
  const std::string ours = "TLS with the next hop " + hop.mx_host + " failed: ";
  // RFC 8689 4.2.1 has the sender told at once.
  const bool told = requires_tls() && for_good;
  HopAnswer out =
      told ? own_verdict(Rule::next_hop_without_require_tls, {550, "5.7.10", ours + why})
           : own_verdict(Rule::next_hop_tls, policy::reply_of(Rule::next_hop_tls, ours + why));
  out.quoted_from = ours.size();
  out.command = "STARTTLS";
  out.tls_failure = why;
  return out;
}

// Once for each message, however often it is asked for.
bool Handover::may_be_sent(const Candidate& hop) {
  if (counted_ || parts_.providers == nullptr) return true;
  counted_ = parts_.providers->take(hop.mx_host, parts_.clock.now());
  if (counted_) {
    counted_at_ = hop.mx_host;
    counted_when_ = parts_.clock.now();
  }
  return counted_;
}

// Who asks and sends nothing takes nothing of what others may send.
void Handover::was_not_sent() {
  if (counted_) parts_.providers->give_back(counted_at_, counted_when_, parts_.clock.now());
  counted_ = false;
}

void Handover::count(const HopAnswer& answer) const {
  if (parts_.counters == nullptr) return;
  const bool named = parts_.providers != nullptr && answer.hop;
  const std::string_view none;
  parts_.counters->count(named ? parts_.providers->name_of(answer.hop->mx_host) : none, answer);
  if (parts_.counts_domain) parts_.counters->count_domain(target_.address().domain(), answer);
}

// The operator's fault, or the next hop's, and not the sender's.
HopAnswer Handover::not_logged_in(const Candidate& hop, const std::string& why, bool refused) {
  const std::string ours = "The log-in at the next hop " + hop.mx_host + " failed: ";
  HopAnswer out =
      own_verdict(Rule::next_hop_login, policy::reply_of(Rule::next_hop_login, ours + why));
  out.quoted_from = ours.size();
  out.command = "AUTH";
  out.login_refused = refused;
  return out;
}

HopAnswer Handover::login_failed(const Candidate& hop) const {
  const std::string& why = session_->login_failure();
  const bool refused = session_->login_refused();
  if (session_->login_put_off()) login_->note_put_off(hop.mx_host, why, parts_.clock.now());
  if (refused && login_->note_refused(hop.mx_host, why, parts_.clock.now())) {
    log(runtime::Level::warn, "relay", "a next hop refuses our log-in: mail for it gets 451",
        {{"host", hop.mx_host}, {"user", login_->credentials().user}, {"why", why}});
  }
  return not_logged_in(hop, why, refused);
}

// What the next hop said: read for its meaning in its own words, and then fit to be told.
HopAnswer Handover::heard(HopAnswer answer) const {
  const bool by_agreement = login_ != nullptr || by_smarthost();
  const bool theirs = answer.by == HopAnswer::By::next_hop;
  const std::string sender = mail_.sender ? mail_.sender->text() : std::string();
  if (by_agreement && theirs && answer.kind == HopAnswer::Kind::refused &&
      refuses_to_send_for_us(answer.reply, answer.command, sender)) {
    answer = of_operators_leave(std::move(answer));
  }
  const bool still_theirs = answer.by == HopAnswer::By::next_hop;
  const std::string said = std::move(answer.reply.text);
  const std::size_t ours = still_theirs ? 0 : std::min(answer.quoted_from, said.size());
  answer.reply.text = said.substr(0, ours) + session_->fit_to_tell(said.substr(ours));
  answer.tls_failure = session_->fit_to_tell(std::move(answer.tls_failure));
  return answer;
}

smtp::RcptParameters Handover::rcpt() const { return {target_.address(), dsn_.notify, dsn_.orcpt}; }

Task<HopAnswer> Handover::ask_at(Candidate hop, Instant greeted, Instant deadline) {
  const Demand demand = demand_at(hop);
  if (!demand.never_why.empty()) {
    count_unused(hop);
    co_return unprotected(hop, demand.never_why, demand.never_changes);
  }
  if (const std::string why = unsafe_for_login(hop, demand); !why.empty()) {
    co_return not_logged_in(hop, why, false);
  }
  if (!may_be_sent(hop)) co_return before_mail(Rule::provider_rate);
  const Protection protection = protection_at(hop);
  session_ = parts_.pool.take(hop.endpoint, protection, source_for(hop));
  if (session_ != nullptr) {
    if (auto refusal = beyond_next_hop()) co_return *refusal;
    auto answered = co_await session_->begin(mail_, rcpt(), deadline);
    const bool spoke_of_us = answered && !session_->unusable() && answered->reply.code != 503;
    if (spoke_of_us) co_return heard(answer_of(std::move(*answered)));
    // The server may have closed while the session was idle, or lost step with us (503): that says
    // nothing about this message.
    session_.reset();
  }
  const auto trial = co_await leave_to_log_in(hop, greeted);
  if (!trial) {
    co_return not_logged_in(hop, "another connection waits for its answer to the log-in", false);
  }
  if (login_ != nullptr) {
    const auto rest = login_->rests_at(hop.mx_host, parts_.clock.now());
    if (rest) co_return not_logged_in(hop, rest->why, rest->refused);
  }
  auto connected = co_await connect_or_fall_back(hop, protection, greeted);
  if (!connected) co_return before_mail(Rule::next_hop_busy);
  if (session_ != nullptr && !session_->logged_in_by().empty()) login_->note_taken(hop.mx_host);
  Result<Answered>& opened = *connected;
  if (!opened && protection.needed() && session_ != nullptr && !session_->tls_failure().empty()) {
    // Whatever else has failed may pass, or be the operator's.
    const bool never_offered = !session_->offered().starttls &&
                               session_->tls_result() == tlsrpt::ResultType::starttls_not_supported;
    co_return unprotected(hop, session_->tls_failure(), never_offered);
  }
  if (!opened && session_ != nullptr && !session_->login_failure().empty()) {
    co_return login_failed(hop);
  }
  if (!opened) {
    co_return unreachable("The next hop " + hop.mx_host +
                          " could not be reached: " + opened.error().message());
  }
  if (!opened->reply.positive()) co_return heard(answer_of(std::move(*opened)));
  if (auto refusal = beyond_next_hop()) co_return *refusal;
  auto answered = co_await session_->begin(mail_, rcpt(), deadline);
  if (!answered) {
    co_return unreachable("The next hop " + hop.mx_host +
                          " did not answer: " + answered.error().message());
  }
  co_return heard(answer_of(std::move(*answered)));
}

// What the next hop cannot carry is refused here, before anything is sent (RFC 6531 3.5, RFC
// 1870 6.1). Whether the message itself needs what was declared for it is known once it is whole.
std::optional<HopAnswer> Handover::beyond_next_hop() const {
  const smtp::Extensions& offered = session_->offered();
  const bool sender_utf8 = mail_.utf8_sender || (mail_.sender && mail_.sender->needs_smtputf8());
  if ((sender_utf8 || target_.address().needs_smtputf8()) && !offered.smtputf8) {
    return before_mail(Rule::next_hop_without_smtputf8);
  }
  if (requires_tls() && !offered.require_tls) {
    const Rule rule = Rule::next_hop_without_require_tls;
    HopAnswer out = own_verdict(rule, {550, "5.7.30", "The next hop does not offer REQUIRETLS"});
    out.command = "MAIL";
    return out;
  }
  const std::uint64_t limit = offered.size.value_or(0);
  if (limit > 0 && mail_.size.value_or(0) > limit) {
    return before_mail(Rule::next_hop_size);
  }
  return std::nullopt;
}

Task<HopAnswer> Handover::send(std::string trace, message::Spool& body, Clearance& clearance,
                               Instant deadline) {
  // Before DATA: if the process ends here, the next hop loses a connection on which no data was
  // sent. From DATA to the held octets (hop_session.cc) it has a part of a message and takes
  // nothing; after them it may have taken all of it.
  HopAnswer answer;
  for (int dialled = 0;; ++dialled) {
    if (session_ == nullptr || session_->gone()) {
      session_.reset();
      answer = co_await ask(deadline);
      if (answer.kind != HopAnswer::Kind::accepted) co_return answer;
    }
    if (const auto rule = beyond_hop(body.needs(), session_->offered())) {
      answer = own_verdict(*rule, policy::reply_of(*rule));
      answer.command = "body";
      break;
    }
    sent_ = true;
    answer = co_await session_->send(trace, body, clearance, deadline);
    // Servers close what is idle, and a long body, or a long list of recipients, takes its time.
    const bool again = session_->closed_at_data() && dialled < kDialsForOneMessage;
    if (!again || parts_.clock.now() >= deadline) break;
    session_.reset();
  }
  if (answer.by == HopAnswer::By::next_hop) {
    answer.rule = about_us(answer.reply);
    if (auto ours = asks_for_tls({answer.command, answer.reply})) answer = *std::move(ours);
  }
  answer = heard(std::move(answer));
  // If it ends here, the next hop's answer is lost with the process: recovery says InDoubt, be the
  // answer 250 or 550.
  answer.hop = hop_;
  note_tls(answer);
  if (answer.hop && answer.tls_failure.empty()) {
    answer.tls_failure = missed_by(*answer.hop, answer);
  }
  answer.dsn_passed_on = session_->offered().dsn;
  count(answer);
  let_go();
  co_return answer;
}

}  // namespace waybill::relay::forward
