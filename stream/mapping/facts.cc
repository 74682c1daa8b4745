#include "stream/mapping/facts.h"

#include <algorithm>
#include <bit>

#include "schemas/field_shape.h"
#include "schemas/ids.h"

namespace waybill::stream {
namespace {

namespace pb = schemas::pb;
using schemas::Event;
using Type = Value::Type;

constexpr std::size_t kUsualItems = 16;
constexpr std::string_view kProduct = "Waybill";
constexpr std::string_view kEventKind = "event";
constexpr std::string_view kSecurityControl = "security_control";

// The words of an enum of event.proto, by number, as JSON has them.
class Vocabulary {
 public:
  explicit Vocabulary(const google::protobuf::EnumDescriptor& words) {
    for (int number = 0; number <= kMost; ++number) {
      words_.push_back(schemas::word_of(words, number));
    }
  }
  // Empty: unspecified, or a newer writer's.
  std::string_view operator[](int number) const {
    return number < 0 || number > kMost ? std::string_view()
                                        : words_[static_cast<std::size_t>(number)];
  }

 private:
  static constexpr int kMost = 31;  // far above the highest number of any of them
  std::vector<std::string> words_;
};

std::string_view stage_word(int number) {
  static const Vocabulary words(*pb::Stage_descriptor());
  return words[number];
}
std::string_view verdict_by_word(int number) {
  static const Vocabulary words(*pb::VerdictBy_descriptor());
  return words[number];
}
std::string_view bounce_class_word(int number) {
  static const Vocabulary words(*pb::BounceClass_descriptor());
  return words[number];
}
std::string_view handling_word(int number) {
  static const Vocabulary words(*pb::Handling_descriptor());
  return words[number];
}

bool lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string_view address_of_mailbox(std::string_view mailbox) {
  const std::size_t open = mailbox.find('<');
  if (open == mailbox.npos) {
    const bool one_word = mailbox.find_first_of(" \t,;:()\"") == mailbox.npos;
    return one_word && mailbox.find('@') != mailbox.npos ? mailbox : std::string_view();
  }
  const std::size_t close = mailbox.find('>', open);
  const bool at_end = close != mailbox.npos && close + 1 == mailbox.size();
  if (!at_end || mailbox.rfind('<') != open) return {};
  return mailbox.substr(open + 1, close - open - 1);
}

std::string_view trace_id_of(std::string_view traceparent) {
  constexpr std::size_t kVersion = 3;  // "00-"
  constexpr std::size_t kDigits = 32;
  if (traceparent.size() <= kVersion + kDigits || traceparent[kVersion - 1] != '-' ||
      traceparent[kVersion + kDigits] != '-') {
    return {};
  }
  const std::string_view id = traceparent.substr(kVersion, kDigits);
  return lower_hex(id) && id.find_first_not_of('0') != id.npos ? id : std::string_view();
}

Facts::Facts(const Event& event, const EventWords& words, std::string_view version) {
  items_.reserve(kUsualItems);
  read_words(event, words, version);
  read_envelope(event);
  if (words.mail) read_mail(event, words);
  switch (words.kind->kind) {
    case schemas::Kind::accepted: read(event.accepted()); return;
    case schemas::Kind::forwarded: read(event.forwarded()); return;
    case schemas::Kind::rejected: read_refusal(event.rejected()); return;
    case schemas::Kind::deferred:
      read_refusal(event.deferred());
      number(Field::sessions, event.deferred().sessions());
      return;
    case schemas::Kind::dropped:
      text(Field::rule, event.dropped().rule());
      text(Field::policy_rule, event.dropped().rule());
      return;
    case schemas::Kind::bounced: read(event.bounced()); return;
    case schemas::Kind::in_doubt: read(event.in_doubt()); return;
    case schemas::Kind::control: read(event.control()); return;
    case schemas::Kind::access: read(event.access()); return;
  }
}

void Facts::set_number(Field field, std::uint64_t number) {
  put(field, Value(Type::number, number));
}

void Facts::number(Field field, std::uint64_t number) {
  if (number != 0) set_number(field, number);
}

void Facts::time(Field field, std::uint64_t nanoseconds) {
  if (nanoseconds != 0) put(field, Value(Type::time, nanoseconds));
}

void Facts::flag(Field field, bool said) {
  if (said) put(field, Value(Type::boolean, std::uint64_t{1}));
}

void Facts::id(Field field, std::string_view octets) {
  if (!octets.empty()) put(field, Value(Type::uuid, octets));
}

void Facts::octets(Field field, std::string_view octets) {
  if (!octets.empty()) put(field, Value(Type::octets, octets));
}

std::string_view Facts::joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  char* begin = room_.data() + used_;
  if (size <= room_.size() - used_) {
    used_ += size;
  } else {
    others_.push_front(std::string(size, '\0'));
    begin = others_.front().data();
  }
  char* at = begin;
  for (const std::string_view part : parts) at = std::copy(part.begin(), part.end(), at);
  return {begin, size};
}

void Facts::begin_list(Field field) {
  const auto here = static_cast<std::uint32_t>(items_.size());
  put(field, Value(here, here));
}

void Facts::add_item(Field field, std::string_view text) {
  const std::uint32_t begin = values_[place(field)].begin();
  items_.push_back(text);
  put(field, Value(begin, static_cast<std::uint32_t>(items_.size())));
}

void Facts::read_words(const Event& event, const EventWords& words, std::string_view version) {
  const KindWords& kind = *words.kind;
  const Standing& standing = words.standing;
  set_text(Field::ocsf_version, kOcsfVersion);
  set_text(Field::ecs_version, kEcsVersion);
  set_text(Field::product, kProduct);
  set_text(Field::vendor, kProduct);
  set_text(Field::version, version);
  set_number(Field::ocsf_category, kind.ocsf_category);
  set_number(Field::ocsf_class, kind.ocsf_class);
  set_number(Field::ocsf_activity, words.ocsf_activity);
  set_text(Field::ocsf_activity_name, words.ocsf_activity_name);
  set_number(Field::ocsf_type, kind.ocsf_class * std::uint64_t{100} + words.ocsf_activity);
  set_number(Field::ocsf_severity, standing.ocsf_severity);
  set_number(Field::ocsf_status, standing.ocsf_status);
  set_text(Field::ocsf_status_name, standing.ocsf_status_name);
  if (words.control) {
    set_text(Field::ocsf_profiles, kSecurityControl);
    set_number(Field::ocsf_action, words.control->action);
    set_number(Field::ocsf_disposition, words.control->disposition);
  }
  set_text(Field::kind, schemas::kind_of(event));
  set_text(Field::log_name, kind.log_name);
  set_text(Field::dataset, kind.dataset);
  set_text(Field::ecs_kind, kEventKind);
  set_text(Field::ecs_category, words.ecs_category);
  set_text(Field::ecs_type, words.ecs_type);
  text(Field::ecs_action, kind.ecs_action);
  set_text(Field::outcome, standing.outcome);
  text(Field::cim_action, standing.cim_action);
  set_number(Field::severity, standing.severity);
  set_text(Field::application, "waybill");
}

void Facts::read_envelope(const Event& event) {
  id(Field::event_id, event.event_id());
  put(Field::occurred_at, Value(Type::time, event.occurred_at()));
  set_text(Field::node, event.node());
  number(Field::node_seq, event.node_seq());
  text(Field::domain, event.domain());
  id(Field::message_id, event.message_id());
  id(Field::delivery_id, event.delivery_id());
  id(Field::reported_delivery_id, event.reported_delivery_id());
  text(Field::trace, event.trace());
  text(Field::trace_id, trace_id_of(event.trace()));
  text(Field::client_ip, event.client_ip());
}

void Facts::read_mail(const Event& event, const EventWords& words) {
  // Mail alone has them: in LEEF the alias stands where of other events those who acted do.
  text(Field::alias, event.alias());
  text(Field::sender, event.sender());
  flag(Field::null_sender, event.has_sender() && event.sender().empty());
  const bool received = words.ocsf_activity == 2;
  set_number(Field::ocsf_direction, received ? 1 : 2);
  set_text(Field::direction, received ? "inbound" : "outbound");
  set_number(Field::cef_direction, received ? 0 : 1);
  set_text(Field::protocol, "smtp");
  set_text(Field::transport, "tcp");
  set_text(Field::to_list, event.alias());
  if (received) text(Field::receive_to, event.alias());
}

void Facts::read(const pb::Accepted& body) {
  number(Field::client_port, body.client_port());
  text(Field::helo, body.helo());
  if (body.has_tls()) read_tls(body.tls());
  text(Field::recipient_given, body.recipient());
  number(Field::size, body.size());
  text(Field::rfc5322_message_id, body.rfc5322_message_id());
  text(Field::subject, body.subject());
  text(Field::header_from, body.header_from());
  text(Field::header_from_address, address_of_mailbox(body.header_from()));
  read_authentication(body);
  flag(Field::originator_verified, body.originator_verified());
  text(Field::originator_reason, body.originator_reason());
  if (body.has_spam()) read_spam(body.spam());
  text(Field::route, body.route());
  if (body.targets_size() > 0) {
    begin_list(Field::targets);
    for (const pb::ChosenTarget& one : body.targets()) add_item(Field::targets, one.target());
    begin_list(Field::delivery_ids);
    for (const pb::ChosenTarget& one : body.targets()) {
      if (one.delivery_id().size() != schemas::kUuidOctets) continue;
      add_item(Field::delivery_ids, joined({schemas::uuid_text(one.delivery_id())}));
    }
  }
  text(Field::dsn_ret, body.dsn().ret());
  text(Field::dsn_envid, body.dsn().envid());
  text(Field::dsn_notify, body.dsn().notify());
  text(Field::dsn_orcpt, body.dsn().orcpt());
  flag(Field::smtputf8, body.smtputf8());
  octets(Field::content_digest, body.content_digest());
  text(Field::rescue, body.rescue());
  flag(Field::require_tls, body.require_tls());
}

// The first result of each method: of several signatures the one that counts comes first.
void Facts::read_authentication(const pb::Accepted& body) {
  if (body.authentication_size() == 0) return;
  begin_list(Field::authentication);
  for (const pb::AuthenticationResult& one : body.authentication()) {
    // "dkim=fail shop.example.net: body hash differs"
    add_item(Field::authentication,
             joined({one.method(), "=", one.result(), one.domain().empty() ? "" : " ", one.domain(),
                     one.reason().empty() ? "" : ": ", one.reason()}));
    if (one.method() == "spf") {
      if (!has(Field::spf)) text(Field::spf, one.result());
    } else if (one.method() == "dkim") {
      if (has(Field::dkim)) continue;
      text(Field::dkim, one.result());
      text(Field::dkim_domain, one.domain());
    } else if (one.method() == "dmarc") {
      if (!has(Field::dmarc)) text(Field::dmarc, one.result());
    }
  }
}

void Facts::read_spam(const pb::SpamVerdict& spam) {
  put(Field::spam_score, Value(Type::fraction, std::bit_cast<std::uint64_t>(spam.score())));
  text(Field::spam_action, spam.action());
  if (spam.symbols_size() == 0) return;
  begin_list(Field::spam_symbols);
  for (const std::string& one : spam.symbols()) add_item(Field::spam_symbols, one);
}

void Facts::read_tls(const pb::Tls& connection) {
  flag(Field::tls, true);
  text(Field::tls_version, connection.version());
  if (connection.version().starts_with("TLSv")) set_text(Field::tls_protocol, "tls");
  text(Field::tls_cipher, connection.cipher());
  text(Field::tls_verified_name, connection.verified_name());
  text(Field::tls_verified_by, connection.verified_by());
}

void Facts::read_next_hop(const pb::NextHop& hop) {
  text(Field::next_hop_host, hop.mx_host());
  text(Field::next_hop_ip, hop.ip());
  number(Field::next_hop_port, hop.port());
  if (hop.has_tls()) {
    read_tls(hop.tls());
  } else {
    put(Field::tls, Value(Type::boolean, std::uint64_t{0}));
  }
  text(Field::tls_failure, hop.tls_failure());
  text(Field::login, hop.login());
}

void Facts::read_target(std::string_view target) {
  text(Field::target, target);
  // The alias stands there where a verdict on a message is received.
  if (!has(Field::receive_to)) text(Field::send_to, target);
}

// "550 5.1.1"
void Facts::status(Field field, const pb::Reply& reply) {
  const std::string code = reply.code() == 0 ? std::string() : std::to_string(reply.code());
  const bool both = !code.empty() && !reply.enhanced().empty();
  text(field, joined({code, both ? " " : "", reply.enhanced()}));
}

void Facts::read(const pb::Forwarded& body) {
  read_target(body.target());
  if (body.has_next_hop()) read_next_hop(body.next_hop());
  status(Field::status_code, body.reply());
  text(Field::reason, body.reply().text());
  number(Field::time_spent, body.time_spent());
  id(Field::return_path_id, body.return_path_id());
  time(Field::bounce_until, body.bounce_until());
  octets(Field::untraced_digest, body.content_digest());
}

template <class Body>
void Facts::read_refusal(const Body& body) {
  text(Field::stage, stage_word(body.stage()));
  text(Field::command, body.command());
  text(Field::by, verdict_by_word(body.by()));
  text(Field::rule, body.rule());
  if (body.by() == pb::VERDICT_BY_POLICY) text(Field::policy_rule, body.rule());
  status(Field::status_code, body.reply());
  text(Field::reason, body.reply().text());
  if (body.has_next_hop()) read_next_hop(body.next_hop());
  read_target(body.target());
  text(Field::recipient_given, body.recipient());
  if (body.has_spam()) read_spam(body.spam());
}

void Facts::read(const pb::Bounced& body) {
  text(Field::bounce_class, bounce_class_word(body.class_()));
  text(Field::final_recipient, body.final_recipient());
  text(Field::original_recipient, body.original_recipient());
  text(Field::dsn_action, body.action());
  text(Field::status_code, body.status());
  text(Field::reason, body.diagnostic_code());
  text(Field::remote_mta, body.remote_mta());
  text(Field::reporting_mta, body.reporting_mta());
  time(Field::arrival_date, body.arrival_date());
  octets(Field::report_digest, body.report_digest());
  number(Field::report_size, body.report_size());
  text(Field::handling, handling_word(body.handling()));
  text(Field::handling_reason, body.handling_reason());
  flag(Field::late, body.late());
  read_target(body.target());
  text(Field::handed_on_to, body.handed_on_to());
  time(Field::handed_on_at, body.handed_on_at());
  id(Field::return_path_id, body.return_path_id());
  if (body.has_next_hop()) read_home(body.next_hop());
  status(Field::home_status, body.reply());
  text(Field::home_reason, body.reply().text());
}

// Of the way by which the report went on to the originator: another than the message's.
void Facts::read_home(const pb::NextHop& hop) {
  text(Field::home_host, hop.mx_host());
  text(Field::home_ip, hop.ip());
  number(Field::home_port, hop.port());
  text(Field::home_tls_version, hop.tls().version());
  text(Field::home_tls_cipher, hop.tls().cipher());
  text(Field::home_tls_verified_name, hop.tls().verified_name());
  text(Field::home_tls_verified_by, hop.tls().verified_by());
  text(Field::home_tls_failure, hop.tls_failure());
  text(Field::home_login, hop.login());
}

void Facts::read(const pb::InDoubt& body) {
  id(Field::accepted_event_id, body.accepted_event_id());
  read_target(body.target());
  if (body.has_next_hop()) read_next_hop(body.next_hop());
  text(Field::reason, body.known());
}

void Facts::read(const pb::ControlChanged& body) {
  text(Field::subject_type, body.subject());
  set_text(Field::subject_id, body.subject_id());
  text(Field::change, body.action());
  set_text(Field::actor, body.actor());
  text(Field::before, body.before());
  text(Field::after, body.after());
  number(Field::state_version, body.version());
  set_text(Field::ecs_action, joined({body.subject(), "-", body.action()}));
  if (body.action() == "created" || body.action() == "removed" || body.action() == "changed") {
    // CIM's data model Change prescribes these.
    set_text(Field::cim_action, body.action() == "created"   ? "created"
                                : body.action() == "removed" ? "deleted"
                                                             : "modified");
  }
}

void Facts::read(const pb::Accessed& body) {
  set_text(Field::actor, body.principal());
  text(Field::actor_name, body.principal_name());
  text(Field::query, body.query());
  text(Field::purpose, body.reason());
  set_number(Field::rows, body.rows());
  number(Field::as_of_index, body.as_of_index());
  time(Field::as_of, body.as_of());
  text(Field::method, body.method());
  text(Field::api_route, body.route());
  number(Field::http_status, body.status());
  text(Field::asked_about, body.subject());
  set_text(Field::api_service, "waybill");
  // OCSF demands it.
  set_text(Field::operation,
           joined({body.method().empty() ? std::string_view("GET") : body.method(), " ",
                   body.route().empty() ? std::string_view("unknown") : body.route()}));
}

}  // namespace waybill::stream
