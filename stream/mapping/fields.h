// The table of the mapping: each field that a record can have, where it comes from in an event, and
// where it stands in each format. A row that says nothing of a format stands there all the same, in
// our own space under its name, so a field that is added here is in every rendering. Data only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stream/mapping/format.h"

namespace waybill::stream {

// In the order of the table.
enum class Field : std::uint8_t {
  occurred_at,
  // What the event is in the words of a format: facts of its kind (kind_words.h).
  ocsf_version,
  ecs_version,
  product,
  vendor,
  version,
  ocsf_category,
  ocsf_class,
  ocsf_activity,
  ocsf_activity_name,
  ocsf_type,
  ocsf_severity,
  ocsf_status,
  ocsf_status_name,
  ocsf_direction,
  ocsf_profiles,
  ocsf_action,
  ocsf_disposition,
  api_service,
  kind,
  log_name,
  dataset,
  ecs_kind,
  ecs_category,
  ecs_type,
  ecs_action,
  outcome,
  cim_action,
  severity,
  direction,
  cef_direction,
  protocol,
  transport,
  application,
  truncated,
  // The envelope.
  event_id,
  node,
  node_seq,
  domain,
  message_id,
  delivery_id,
  reported_delivery_id,
  trace,
  trace_id,
  alias,
  to_list,
  receive_to,
  sender,
  null_sender,
  client_ip,
  source_name,
  client_port,
  helo,
  // Of mail that was accepted.
  recipient_given,
  size,
  rfc5322_message_id,
  subject,
  header_from,
  header_from_address,
  spf,
  dkim,
  dmarc,
  dkim_domain,
  authentication,
  originator_verified,
  originator_reason,
  spam_score,
  spam_action,
  spam_symbols,
  route,
  targets,
  delivery_ids,
  dsn_ret,
  dsn_envid,
  dsn_notify,
  dsn_orcpt,
  smtputf8,
  content_digest,
  rescue,
  require_tls,
  // Of an outcome.
  target,
  send_to,
  stage,
  command,
  by,
  rule,
  policy_rule,
  status_code,
  reason,
  sessions,
  next_hop_host,
  next_hop_ip,
  next_hop_port,
  tls,
  tls_version,
  tls_protocol,
  tls_cipher,
  tls_verified_name,
  tls_verified_by,
  tls_failure,
  login,
  time_spent,
  return_path_id,
  bounce_until,
  untraced_digest,
  accepted_event_id,
  // Of a report.
  bounce_class,
  final_recipient,
  original_recipient,
  dsn_action,
  remote_mta,
  reporting_mta,
  arrival_date,
  report_digest,
  report_size,
  handling,
  handling_reason,
  late,
  handed_on_to,
  handed_on_at,
  home_host,
  home_ip,
  home_port,
  home_status,
  home_reason,
  home_tls_version,
  home_tls_cipher,
  home_tls_verified_name,
  home_tls_verified_by,
  home_tls_failure,
  home_login,
  // Of what was changed, and of what was asked.
  subject_type,
  subject_id,
  change,
  actor,
  actor_name,
  before,
  after,
  state_version,
  query,
  method,
  api_route,
  operation,
  http_status,
  purpose,
  rows,
  as_of_index,
  as_of,
  asked_about,
};

inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::asked_about) + 1;

// How a value is written at a place. Where it says "only", another value is left out there.
enum class Form : std::uint8_t {
  plain,         // as its type is: a time as RFC 3339, an id as a UUID, a list as a list
  milliseconds,  // of a time since 1970, of a span of nanoseconds
  in_list,       // a list of this one value; rows with one path share the list
  email,         // only what OCSF's email_t takes: no quoted or UTF-8 local part, no literal
  email_in_list,
  email_list,  // a list that is always there: empty for what is no email_t
  ip,          // only an IP address
  ip_in_list,
  ip4,  // only IPv4
  ip6,
  unbracketed,  // without the brackets around a Message-ID
  tls_number,   // "1.3" of "TLSv1.3"
  int32,        // only what 31 bits hold
  flag,         // true, whatever the number
  port,         // only 1 to 65,535
};

struct Place {
  std::string_view path{};  // "email.subject"; empty: our own space
  Form form = Form::plain;
  std::string_view label{};  // of CEF's cs1 and its like: the value of cs1Label
  std::size_t most = 0;      // octets that CEF lets it have; 0: any
};
inline constexpr Place kOwn{};
inline constexpr Place kNowhere{"-"};

struct Places {
  Place first = kOwn;
  Place second = kNowhere;
  Place third = kNowhere;
};

// What the operator may have done with a field.
enum class Choice : std::uint8_t {
  fixed,     // nothing: a record is none without it
  free,      // it may be left out, and where it is text be hashed
  required,  // OCSF is not valid without it: left out, its place there has an empty text
};

struct FieldRow {
  Field field;
  // In our own space, in a policy and in docs/sinks.md.
  std::string_view name;
  // Its source in event.proto, paths parted by spaces; "a|b.c": c in either body. Empty: it follows
  // from the kind or from other fields.
  std::string_view event{};
  // Empty `event`: the field that it tells a part of, and with which it goes.
  std::optional<Field> of{};
  Choice choice = Choice::free;
  Places ocsf{};
  Places ecs{};
  Places cef{};
  Places leef{};
  Places cim{};
};

// One row for each Field, in its order.
std::span<const FieldRow> field_rows();
const FieldRow& row_of(Field field);
// nullptr: no field is called so.
const FieldRow* find_row(std::string_view name);

const Places& places_of(const FieldRow& row, Format format);
bool is_somewhere(const Place& place);
// The path at that place: of our own space, where the row names none. `suffix` goes behind the name
// of a field of our own space.
std::string path_of(const FieldRow& row, const Place& place, Format format,
                    std::string_view suffix = {});

// A record that is too large loses these, the first first, until it fits; what is not named here it
// never loses.
std::span<const Field> cut_order();

// Fields of event.proto that no rendering but `waybill` has: what the log needs for itself.
std::span<const std::string_view> unsent_fields();

}  // namespace waybill::stream
