#include "stream/transport/index_template.h"

#include <algorithm>
#include <utility>

namespace waybill::stream {
namespace {

struct TypedFields {
  std::string_view mapping;
  // Parted by spaces; each with its point is an object's member to the receiver.
  std::string_view names;
};

// ECS 9 and what is ours beside it, as stream/mapping writes them.
constexpr TypedFields kFields[] = {
    {R"({"type": "date"})",
     "@timestamp waybill.arrival_date waybill.as_of waybill.bounce_until waybill.handed_on_at"},
    {R"({"type": "ip"})", "source.ip destination.ip related.ip waybill.home_ip"},
    {R"({"type": "boolean"})",
     "tls.established waybill.late waybill.null_sender waybill.originator_verified "
     "waybill.require_tls waybill.smtputf8"},
    {R"({"type": "double"})", "waybill.spam_score"},
    {R"({"type": "long"})",
     "event.duration event.sequence event.severity source.port destination.port "
     "http.response.status_code waybill.as_of_index waybill.home_port waybill.node_seq "
     "waybill.report_size waybill.rows waybill.sessions waybill.size waybill.state_version"},
    {R"({"type": "wildcard"})", "email.message_id email.subject url.original"},
    {R"({"type": "keyword", "ignore_above": 1024})",
     "ecs.version event.action event.category event.code event.dataset event.id event.kind "
     "event.module event.outcome event.provider event.reason event.type "
     "email.direction email.from.address email.local_id email.sender.address email.to.address "
     "source.address source.domain destination.address destination.domain "
     "network.protocol network.transport http.request.method rule.name "
     "observer.hostname observer.product observer.vendor observer.version "
     "related.hosts related.user trace.id span.id "
     "tls.cipher tls.version tls.version_protocol user.full_name user.id user.name "
     "waybill.accepted_event_id waybill.alias waybill.api_route waybill.asked_about "
     "waybill.authentication waybill.bounce_class waybill.by waybill.change waybill.command "
     "waybill.content_digest waybill.delivery_id waybill.delivery_ids waybill.dkim "
     "waybill.dkim_domain waybill.dmarc waybill.domain waybill.dsn_action waybill.dsn_envid "
     "waybill.dsn_notify waybill.dsn_orcpt waybill.dsn_ret waybill.final_recipient "
     "waybill.handed_on_to waybill.handling waybill.handling_reason waybill.header_from "
     "waybill.home_host waybill.home_login waybill.home_reason waybill.home_status "
     "waybill.home_tls_cipher waybill.home_tls_failure waybill.home_tls_verified_by "
     "waybill.home_tls_verified_name waybill.home_tls_version waybill.kind waybill.login "
     "waybill.message_id waybill.node waybill.original_recipient waybill.originator_reason "
     "waybill.recipient_given waybill.remote_mta waybill.report_digest "
     "waybill.reported_delivery_id waybill.reporting_mta waybill.rescue "
     "waybill.return_path_id waybill.route waybill.spam_action waybill.spam_symbols waybill.spf "
     "waybill.stage waybill.subject_id waybill.subject_type waybill.target waybill.targets "
     "waybill.tls_failure waybill.tls_verified_by waybill.tls_verified_name waybill.trace "
     "waybill.untraced_digest"},
};

// Above the 100 of Elastic's own template for logs-*-*.
constexpr std::string_view kFront = R"({
  "index_patterns": ["logs-waybill.*-*"],
  "priority": 500,
  "data_stream": {},
  "_meta": {"description": "events of Waybill in ECS"},
  "template": {
    "settings": {
)";

// ISM finds the indices by its own template.
constexpr std::string_view kIlm = R"(      "index.lifecycle.name": "waybill",
)";

constexpr std::string_view kMappings = R"(      "index.number_of_shards": 1,
      "index.mapping.total_fields.limit": 400
    },
    "mappings": {
      "dynamic": false,
      "date_detection": false,
      "properties": {
)";

constexpr std::string_view kEnd = R"(
      }
    }
  }
}
)";

constexpr std::string_view kIlmPolicy = R"({
  "policy": {
    "phases": {
      "hot": {"actions": {"rollover": {"max_age": "30d", "max_primary_shard_size": "50gb"}}},
      "delete": {"min_age": "365d", "actions": {"delete": {}}}
    }
  }
}
)";

constexpr std::string_view kIsmPolicy = R"({
  "policy": {
    "description": "events of Waybill: a year",
    "default_state": "hot",
    "ism_template": [{"index_patterns": ["logs-waybill.*-*"], "priority": 500}],
    "states": [
      {"name": "hot",
       "actions": [{"rollover": {"min_index_age": "30d", "min_primary_shard_size": "50gb"}}],
       "transitions": [
         {"state_name": "delete", "conditions": {"min_rollover_age": "365d"}}]},
      {"name": "delete", "actions": [{"delete": {}}], "transitions": []}
    ]
  }
}
)";

void append_fields(std::string& out) {
  bool first = true;
  for (const auto& [mapping, names] : kFields) {
    std::string_view left = names;
    while (!left.empty()) {
      const std::size_t end = std::min(left.find(' '), left.size());
      if (!std::exchange(first, false)) out += ",\n";
      out.append("        \"").append(left.substr(0, end)).append("\": ").append(mapping);
      left.remove_prefix(std::min(end + 1, left.size()));
    }
  }
}

}  // namespace

std::string_view template_path() { return "/_index_template/waybill"; }

std::string_view policy_path(SearchProduct product) {
  const bool elastic = product == SearchProduct::elasticsearch;
  return elastic ? "/_ilm/policy/waybill" : "/_plugins/_ism/policies/waybill";
}

std::string index_template(SearchProduct product) {
  std::string out(kFront);
  if (product == SearchProduct::elasticsearch) out += kIlm;
  out += kMappings;
  append_fields(out);
  return out.append(kEnd);
}

std::string lifecycle_policy(SearchProduct product) {
  return std::string(product == SearchProduct::elasticsearch ? kIlmPolicy : kIsmPolicy);
}

}  // namespace waybill::stream
