#include "stream/mapping/fields.h"

#include <algorithm>
#include <array>

#include "runtime/check.h"

namespace waybill::stream {
namespace {

using enum Field;

constexpr Places kIn{};
constexpr Places kNot{kNowhere};

// A word of one format alone.
constexpr FieldRow ocsf_word(Field field, std::string_view name, Place place) {
  return {field, name, {}, {}, Choice::fixed, {place}, kNot, kNot, kNot, kNot};
}
constexpr FieldRow ecs_word(Field field, std::string_view name, Place place) {
  return {field, name, {}, {}, Choice::fixed, kNot, {place}, kNot, kNot, kNot};
}

// In our own space everywhere.
constexpr FieldRow own(Field field, std::string_view name, std::string_view event) {
  return {.field = field, .name = name, .event = event};
}

constexpr FieldRow row(Field field, std::string_view name, std::string_view event,
                       std::optional<Field> of, Choice choice, Places ocsf, Places ecs, Places cef,
                       Places leef, Places cim) {
  return {field, name, event, of, choice, ocsf, ecs, cef, leef, cim};
}

constexpr std::array<FieldRow, kFieldCount> kRows{{
    row(occurred_at, "occurred_at", "occurred_at", {}, Choice::fixed,
        {{"time", Form::milliseconds}, kOwn}, {{"@timestamp"}}, {{"rt", Form::milliseconds}},
        {{"devTime", Form::milliseconds}, kOwn}, {{"timestamp"}}),
    ocsf_word(ocsf_version, "ocsf_version", {"metadata.version"}),
    ecs_word(ecs_version, "ecs_version", {"ecs.version"}),
    row(product, "product", {}, {}, Choice::fixed, {{"metadata.product.name"}},
        {{"observer.product"}}, kNot, kNot, {{"vendor_product"}}),
    row(vendor, "vendor", {}, {}, Choice::fixed, {{"metadata.product.vendor_name"}},
        {{"observer.vendor"}}, kNot, kNot, kNot),
    row(version, "version", {}, {}, Choice::fixed, {{"metadata.product.version"}},
        {{"observer.version"}}, kNot, kNot, {{"product_version"}}),
    ocsf_word(ocsf_category, "ocsf_category", {"category_uid"}),
    ocsf_word(ocsf_class, "ocsf_class", {"class_uid"}),
    ocsf_word(ocsf_activity, "ocsf_activity", {"activity_id"}),
    ocsf_word(ocsf_activity_name, "ocsf_activity_name", {"activity_name"}),
    ocsf_word(ocsf_type, "ocsf_type", {"type_uid"}),
    ocsf_word(ocsf_severity, "ocsf_severity", {"severity_id"}),
    ocsf_word(ocsf_status, "ocsf_status", {"status_id"}),
    ocsf_word(ocsf_status_name, "ocsf_status_name", {"status"}),
    ocsf_word(ocsf_direction, "ocsf_direction", {"direction_id"}),
    ocsf_word(ocsf_profiles, "ocsf_profiles", {"metadata.profiles", Form::in_list}),
    ocsf_word(ocsf_action, "ocsf_action", {"action_id"}),
    ocsf_word(ocsf_disposition, "ocsf_disposition", {"disposition_id"}),
    ocsf_word(api_service, "api_service", {"api.service.name"}),
    row(kind, "kind", {}, {}, Choice::fixed, {{"metadata.event_code"}, kOwn}, kIn, kNot, kNot,
        {{"signature"}, kOwn}),
    ocsf_word(log_name, "log_name", {"metadata.log_name"}),
    ecs_word(dataset, "dataset", {"event.dataset"}),
    ecs_word(ecs_kind, "ecs_kind", {"event.kind"}),
    ecs_word(ecs_category, "ecs_category", {"event.category", Form::in_list}),
    ecs_word(ecs_type, "ecs_type", {"event.type", Form::in_list}),
    row(ecs_action, "ecs_action", {}, {}, Choice::fixed, kNot, {{"event.action"}},
        {{"act", Form::plain, {}, 63}}, {{"cat"}}, kNot),
    row(outcome, "outcome", {}, {}, Choice::fixed, kNot, {{"event.outcome"}}, {{"outcome"}}, kIn,
        kIn),
    row(cim_action, "cim_action", {}, {}, Choice::fixed, kNot, kNot, kNot, kNot, {{"action"}}),
    row(severity, "severity", {}, {}, Choice::fixed, kNot, {{"event.severity"}}, kNot, {{"sev"}},
        {{"severity_id"}}),
    row(direction, "direction", {}, {}, Choice::fixed, kNot, {{"email.direction"}}, kNot, kIn, kIn),
    row(cef_direction, "cef_direction", {}, {}, Choice::fixed, kNot, kNot, {{"deviceDirection"}},
        kNot, kNot),
    row(protocol, "protocol", {}, {}, Choice::fixed, {{"protocol_name"}}, {{"network.protocol"}},
        {{"app"}}, kIn, {{"protocol"}}),
    row(transport, "transport", {}, {}, Choice::fixed, kNot, {{"network.transport"}}, kNot,
        {{"proto"}}, kNot),
    row(application, "application", {}, {}, Choice::fixed, kNot, kNot, kNot, kNot, {{"app"}}),
    row(truncated, "truncated", {}, {}, Choice::fixed,
        {{"metadata.is_truncated", Form::flag}, kOwn}, kIn, {{"truncated"}}, kIn, kIn),

    row(event_id, "event_id", "event_id", {}, Choice::fixed, {{"metadata.uid"}}, {{"event.id"}},
        {{"externalId"}, {"cs1", Form::plain, "eventId"}}, kIn, kIn),
    row(node, "node", "node", {}, Choice::fixed,
        {{"metadata.reporter.name"}, {"metadata.reporter.hostname"}}, {{"observer.hostname"}},
        {{"dvchost", Form::plain, {}, 100}}, kIn, {{"dvc"}}),
    row(node_seq, "node_seq", "node_seq", {}, Choice::free, kIn, {{"event.sequence"}}, kIn, kIn,
        kIn),
    own(domain, "domain", "domain"),
    row(message_id, "message_id", "message_id", {}, Choice::free, {{"message_trace_uid"}},
        {{"email.local_id"}}, {{"cs2", Form::plain, "messageId"}}, kIn, {{"internal_message_id"}}),
    row(delivery_id, "delivery_id", "delivery_id", {}, Choice::free, {{"metadata.correlation_uid"}},
        kIn, {{"cs3", Form::plain, "deliveryId"}}, kIn, kIn),
    own(reported_delivery_id, "reported_delivery_id", "reported_delivery_id"),
    own(trace, "trace", "trace"),
    row(trace_id, "trace_id", {}, trace, Choice::free, kNot, {{"trace.id"}}, kNot, kNot, kNot),
    row(alias, "alias", "alias", {}, Choice::free, kIn, kIn, {{"duser", Form::plain, {}, 1023}},
        {{"usrName"}}, {{"orig_recipient"}}),
    row(to_list, "to_list", {}, alias, Choice::required, {{"email.to", Form::email_list}},
        {{"email.to.address", Form::in_list}}, kNot, kNot, kNot),
    row(receive_to, "receive_to", {}, alias, Choice::free, {{"to", Form::email_in_list}}, kNot,
        kNot, kNot, {{"recipient"}}),
    row(sender, "sender", "sender", {}, Choice::free, {{"from", Form::email}, kOwn},
        {{"email.sender.address"}}, {{"suser", Form::plain, {}, 1023}}, kIn, {{"src_user"}}),
    own(null_sender, "null_sender", {}),
    row(client_ip, "client_ip", "client_ip", {}, Choice::free, {{"src_endpoint.ip", Form::ip}},
        {{"source.ip", Form::ip}, {"source.address"}, {"related.ip", Form::ip_in_list}},
        {{"src", Form::ip4}, {"c6a2", Form::ip6, "sourceIPv6"}}, {{"src", Form::ip}},
        {{"src_ip", Form::ip}, {"src"}}),
    ocsf_word(source_name, "source_name", {"src_endpoint.name"}),
    row(client_port, "client_port", "accepted.client_port", {}, Choice::free,
        {{"src_endpoint.port", Form::port}}, {{"source.port", Form::port}}, {{"spt", Form::port}},
        {{"srcPort", Form::port}}, {{"src_port", Form::port}}),
    row(helo, "helo", "accepted.helo", {}, Choice::free, {{"src_endpoint.hostname"}},
        {{"source.domain"}}, {{"shost", Form::plain, {}, 1023}}, kIn, kIn),

    own(recipient_given, "recipient_given", "accepted|rejected|deferred.recipient"),
    row(size, "size", "accepted.size", {}, Choice::free, {{"email.size"}}, kIn,
        {{"in", Form::int32}}, kIn, {{"size"}}),
    row(rfc5322_message_id, "rfc5322_message_id", "accepted.rfc5322_message_id", {}, Choice::free,
        {{"email.message_uid"}}, {{"email.message_id", Form::unbracketed}},
        {{"cs4", Form::plain, "rfc5322MessageId", 4000}}, kIn, {{"message_id"}}),
    row(subject, "subject", "accepted.subject", {}, Choice::free, {{"email.subject"}},
        {{"email.subject"}}, {{"msg", Form::plain, {}, 1023}}, kIn, {{"subject"}}),
    row(header_from, "header_from", "accepted.header_from", {}, Choice::free,
        {{"email.from_mailbox"}}, kIn, kIn, kIn, kIn),
    row(header_from_address, "header_from_address", {}, header_from, Choice::free,
        {{"email.from", Form::email}}, {{"email.from.address", Form::in_list}}, kNot, kNot, kNot),
    row(spf, "spf", {}, {}, Choice::free, {{"email_auth.spf"}}, kIn, kIn, kIn, kIn),
    row(dkim, "dkim", {}, {}, Choice::free, {{"email_auth.dkim"}}, kIn, kIn, kIn, kIn),
    row(dmarc, "dmarc", {}, {}, Choice::free, {{"email_auth.dmarc"}}, kIn, kIn, kIn, kIn),
    row(dkim_domain, "dkim_domain", {}, authentication, Choice::free, {{"email_auth.dkim_domain"}},
        kIn, kIn, kIn, kIn),
    own(authentication, "authentication", "accepted.authentication"),
    own(originator_verified, "originator_verified", "accepted.originator_verified"),
    own(originator_reason, "originator_reason", "accepted.originator_reason"),
    own(spam_score, "spam_score", "accepted|rejected|deferred.spam.score"),
    own(spam_action, "spam_action", "accepted|rejected|deferred.spam.action"),
    own(spam_symbols, "spam_symbols", "accepted|rejected|deferred.spam.symbols"),
    own(route, "route", "accepted.route"),
    own(targets, "targets", "accepted.targets.target"),
    own(delivery_ids, "delivery_ids", "accepted.targets.delivery_id"),
    own(dsn_ret, "dsn_ret", "accepted.dsn.ret"),
    own(dsn_envid, "dsn_envid", "accepted.dsn.envid"),
    own(dsn_notify, "dsn_notify", "accepted.dsn.notify"),
    own(dsn_orcpt, "dsn_orcpt", "accepted.dsn.orcpt"),
    own(smtputf8, "smtputf8", "accepted.smtputf8"),
    own(content_digest, "content_digest", "accepted.content_digest"),
    own(rescue, "rescue", "accepted.rescue"),
    own(require_tls, "require_tls", "accepted.require_tls"),

    row(target, "target", "forwarded|rejected|deferred|bounced|in_doubt.target", {}, Choice::free,
        kIn, kIn, {{"cs5", Form::plain, "target", 4000}}, kIn, kIn),
    row(send_to, "send_to", {}, target, Choice::free, {{"to", Form::email_in_list}}, kNot, kNot,
        kNot, {{"recipient"}}),
    own(stage, "stage", "rejected|deferred.stage"),
    row(command, "command", "rejected|deferred.command", {}, Choice::free, {{"command"}}, kIn, kIn,
        kIn, kIn),
    own(by, "by", "rejected|deferred.by"),
    row(rule, "rule", "rejected|deferred|dropped.rule", {}, Choice::free, kIn, {{"rule.name"}},
        {{"cs6", Form::plain, "rule", 4000}}, {{"policy"}}, kIn),
    ocsf_word(policy_rule, "policy_rule", {"firewall_rule.name"}),
    row(status_code, "status_code",
        "forwarded|rejected|deferred.reply.code forwarded|rejected|deferred.reply.enhanced "
        "bounced.status",
        {}, Choice::free, {{"status_code"}}, {{"event.code"}}, kIn, kIn, {{"status_code"}}),
    row(reason, "reason",
        "forwarded|rejected|deferred.reply.text bounced.diagnostic_code in_doubt.known", {},
        Choice::free, {{"status_detail"}}, {{"event.reason"}}, {{"reason", Form::plain, {}, 1023}},
        kIn, kIn),
    row(sessions, "sessions", "deferred.sessions", {}, Choice::free, {{"count", Form::int32}}, kIn,
        {{"cnt", Form::int32}}, kIn, kIn),
    row(next_hop_host, "next_hop_host", "forwarded|rejected|deferred|in_doubt.next_hop.mx_host", {},
        Choice::free, {{"dst_endpoint.hostname"}},
        {{"destination.domain"}, {"destination.address"}}, {{"dhost", Form::plain, {}, 255}}, kIn,
        {{"dest"}}),
    row(next_hop_ip, "next_hop_ip", "forwarded|rejected|deferred|in_doubt.next_hop.ip", {},
        Choice::free, {{"dst_endpoint.ip", Form::ip}},
        {{"destination.ip", Form::ip}, {"related.ip", Form::ip_in_list}},
        {{"dst", Form::ip4}, {"c6a3", Form::ip6, "destinationIPv6"}}, {{"dst", Form::ip}},
        {{"dest_ip", Form::ip}}),
    row(next_hop_port, "next_hop_port", "forwarded|rejected|deferred|in_doubt.next_hop.port", {},
        Choice::free, {{"dst_endpoint.port", Form::port}}, {{"destination.port", Form::port}},
        {{"dpt", Form::port}}, {{"dstPort", Form::port}}, {{"dest_port", Form::port}}),
    row(tls, "tls", {}, {}, Choice::free, kIn, {{"tls.established"}}, kIn, kIn, kIn),
    row(tls_version, "tls_version",
        "accepted.tls.version forwarded|rejected|deferred|in_doubt.next_hop.tls.version", {},
        Choice::free, kIn, {{"tls.version", Form::tls_number}}, kIn, kIn, kIn),
    ecs_word(tls_protocol, "tls_protocol", {"tls.version_protocol"}),
    row(tls_cipher, "tls_cipher",
        "accepted.tls.cipher forwarded|rejected|deferred|in_doubt.next_hop.tls.cipher", {},
        Choice::free, kIn, {{"tls.cipher"}}, kIn, kIn, kIn),
    own(tls_verified_name, "tls_verified_name",
        "accepted.tls.verified_name "
        "forwarded|rejected|deferred|in_doubt.next_hop.tls.verified_name"),
    own(tls_verified_by, "tls_verified_by",
        "accepted.tls.verified_by forwarded|rejected|deferred|in_doubt.next_hop.tls.verified_by"),
    own(tls_failure, "tls_failure", "forwarded|rejected|deferred|in_doubt.next_hop.tls_failure"),
    own(login, "login", "forwarded|rejected|deferred|in_doubt.next_hop.login"),
    row(time_spent, "time_spent", "forwarded.time_spent", {}, Choice::free,
        {{"duration", Form::milliseconds}}, {{"event.duration"}},
        {{"cn1", Form::milliseconds, "timeSpentMs"}}, kIn, {{"delay", Form::milliseconds}}),
    own(return_path_id, "return_path_id", "forwarded|bounced.return_path_id"),
    own(bounce_until, "bounce_until", "forwarded.bounce_until"),
    own(untraced_digest, "untraced_digest", "forwarded.content_digest"),
    own(accepted_event_id, "accepted_event_id", "in_doubt.accepted_event_id"),

    own(bounce_class, "bounce_class", "bounced.class"),
    own(final_recipient, "final_recipient", "bounced.final_recipient"),
    own(original_recipient, "original_recipient", "bounced.original_recipient"),
    own(dsn_action, "dsn_action", "bounced.action"),
    own(remote_mta, "remote_mta", "bounced.remote_mta"),
    own(reporting_mta, "reporting_mta", "bounced.reporting_mta"),
    own(arrival_date, "arrival_date", "bounced.arrival_date"),
    own(report_digest, "report_digest", "bounced.report_digest"),
    own(report_size, "report_size", "bounced.report_size"),
    own(handling, "handling", "bounced.handling"),
    own(handling_reason, "handling_reason", "bounced.handling_reason"),
    own(late, "late", "bounced.late"),
    own(handed_on_to, "handed_on_to", "bounced.handed_on_to"),
    own(handed_on_at, "handed_on_at", "bounced.handed_on_at"),
    own(home_host, "home_host", "bounced.next_hop.mx_host"),
    own(home_ip, "home_ip", "bounced.next_hop.ip"),
    own(home_port, "home_port", "bounced.next_hop.port"),
    own(home_status, "home_status", "bounced.reply.code bounced.reply.enhanced"),
    own(home_reason, "home_reason", "bounced.reply.text"),
    own(home_tls_version, "home_tls_version", "bounced.next_hop.tls.version"),
    own(home_tls_cipher, "home_tls_cipher", "bounced.next_hop.tls.cipher"),
    own(home_tls_verified_name, "home_tls_verified_name", "bounced.next_hop.tls.verified_name"),
    own(home_tls_verified_by, "home_tls_verified_by", "bounced.next_hop.tls.verified_by"),
    own(home_tls_failure, "home_tls_failure", "bounced.next_hop.tls_failure"),
    own(home_login, "home_login", "bounced.next_hop.login"),

    row(subject_type, "subject_type", "control.subject", {}, Choice::free, {{"entity.type"}}, kIn,
        kIn, kIn, {{"object_category"}}),
    row(subject_id, "subject_id", "control.subject_id", {}, Choice::required, {{"entity.name"}},
        kIn, kIn, kIn, {{"object"}}),
    own(change, "change", "control.action"),
    row(actor, "actor", "control.actor access.principal", {}, Choice::required,
        {{"actor.user.name"}}, {{"user.name"}}, {{"suser", Form::plain, {}, 1023}}, {{"usrName"}},
        {{"user"}}),
    row(actor_name, "actor_name", "access.principal_name", {}, Choice::free,
        {{"actor.user.display_name"}}, {{"user.full_name"}}, kIn, kIn, {{"user_name"}}),
    own(before, "before", "control.before"),
    own(after, "after", "control.after"),
    own(state_version, "state_version", "control.version"),
    row(query, "query", "access.query", {}, Choice::free, {{"http_request.url.url_string"}},
        {{"url.original"}}, {{"request", Form::plain, {}, 1023}}, {{"url"}}, {{"url"}}),
    row(method, "method", "access.method", {}, Choice::free, {{"http_request.http_method"}},
        {{"http.request.method"}}, {{"requestMethod"}}, kIn, {{"http_method"}}),
    own(api_route, "api_route", "access.route"),
    ocsf_word(operation, "operation", {"api.operation"}),
    row(http_status, "http_status", "access.status", {}, Choice::free, {{"http_response.code"}},
        {{"http.response.status_code"}}, kIn, kIn, {{"status"}}),
    row(purpose, "purpose", "access.reason", {}, Choice::free, {{"message"}}, {{"event.reason"}},
        {{"reason", Form::plain, {}, 1023}}, kIn, kIn),
    own(rows, "rows", "access.rows"),
    own(as_of_index, "as_of_index", "access.as_of_index"),
    own(as_of, "as_of", "access.as_of"),
    own(asked_about, "asked_about", "access.subject"),
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].field) != i) return false;
  }
  return true;
}
static_assert(in_order(), "each field has its row, in the order of Field");

// First what people wrote or a server said, then details that other fields sum up, then what only
// helps to find the event again. Of what is kept, the longest are addresses and names of hosts.
constexpr auto kCutOrder = std::to_array<Field>({
    subject,
    reason,
    home_reason,
    handling_reason,
    originator_reason,
    purpose,
    authentication,
    dkim_domain,
    spam_symbols,
    after,
    before,
    query,
    asked_about,
    targets,
    delivery_ids,
    header_from,
    header_from_address,
    dsn_orcpt,
    dsn_envid,
    dsn_notify,
    dsn_ret,
    helo,
    tls_failure,
    home_tls_failure,
    tls_verified_name,
    home_tls_verified_name,
    tls_cipher,
    home_tls_cipher,
    final_recipient,
    original_recipient,
    remote_mta,
    reporting_mta,
    dsn_action,
    report_digest,
    content_digest,
    untraced_digest,
    trace,
    trace_id,
    recipient_given,
    handed_on_to,
    api_route,
    actor_name,
    route,
    spam_action,
    login,
    home_login,
    rfc5322_message_id,
    command,
    rescue,
    home_host,
    home_status,
    next_hop_host,
    status_code,
    change,
});

// A salt would undo an erasure that the log promises; the others are the log's own book-keeping.
constexpr auto kUnsent =
    std::to_array<std::string_view>({"salt", "partition", "journal", "left_out"});

}  // namespace

std::span<const FieldRow> field_rows() { return kRows; }

const FieldRow& row_of(Field field) { return kRows[static_cast<std::size_t>(field)]; }

const FieldRow* find_row(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const FieldRow& row) { return row.name == name; });
  return found == kRows.end() ? nullptr : &*found;
}

const Places& places_of(const FieldRow& row, Format format) {
  switch (format) {
    case Format::ocsf: return row.ocsf;
    case Format::ecs: return row.ecs;
    case Format::cef: return row.cef;
    case Format::leef: return row.leef;
    case Format::cim: return row.cim;
    case Format::waybill: break;
  }
  runtime::broken_promise("a format of the table", __FILE__, __LINE__);
}

bool is_somewhere(const Place& place) { return place.path != kNowhere.path; }

std::string path_of(const FieldRow& row, const Place& place, Format format,
                    std::string_view suffix) {
  if (!place.path.empty()) return std::string(place.path);
  std::string name(row.name);
  name += suffix;
  switch (format) {
    case Format::ocsf: return "unmapped.waybill." + name;
    case Format::ecs: return "waybill." + name;
    case Format::leef:
    case Format::cim:
    case Format::waybill: return name;
    case Format::cef: break;
  }
  // CEF's own keys: vendor first, letters and digits alone.
  std::string out = "Waybill";
  bool begins = true;
  for (const char c : name) {
    if (c == '_') {
      begins = true;
    } else {
      out += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      begins = false;
    }
  }
  return out;
}

std::span<const Field> cut_order() { return kCutOrder; }

std::span<const std::string_view> unsent_fields() { return kUnsent; }

}  // namespace waybill::stream
