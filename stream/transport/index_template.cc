#include "stream/transport/index_template.h"

namespace waybill::stream {
namespace {

// Above the 100 of Elastic's own template for logs-*-*.
constexpr std::string_view kFront = R"({
  "index_patterns": ["logs-waybill.*-*"],
  "priority": 500,
  "data_stream": {},
  "_meta": {"description": "events of Waybill in ECS"},
  "template": {
    "settings": {
      "index.number_of_shards": 1,
      "index.mapping.total_fields.limit": 300)";

// ISM finds the indices by its own template.
constexpr std::string_view kIlm = R"(,
      "index.lifecycle.name": "waybill")";

constexpr std::string_view kMappings = R"(
    },
    "mappings": {
      "dynamic": false,
      "date_detection": false,
      "properties": {
        "@timestamp": {"type": "date"},
        "ecs": {"properties": {"version": {"type": "keyword", "ignore_above": 1024}}},
        "message": {"type": "text"},
        "event": {"properties": {
          "id": {"type": "keyword"},
          "kind": {"type": "keyword", "ignore_above": 1024},
          "category": {"type": "keyword", "ignore_above": 1024},
          "type": {"type": "keyword", "ignore_above": 1024},
          "action": {"type": "keyword", "ignore_above": 1024},
          "outcome": {"type": "keyword", "ignore_above": 1024},
          "module": {"type": "keyword", "ignore_above": 1024},
          "dataset": {"type": "keyword", "ignore_above": 1024},
          "provider": {"type": "keyword", "ignore_above": 1024},
          "reason": {"type": "keyword", "ignore_above": 1024},
          "code": {"type": "keyword", "ignore_above": 1024},
          "severity": {"type": "long"},
          "sequence": {"type": "long"},
          "duration": {"type": "long"},
          "ingested": {"type": "date"}}},
        "email": {"properties": {
          "message_id": {"type": "wildcard"},
          "local_id": {"type": "keyword", "ignore_above": 1024},
          "direction": {"type": "keyword", "ignore_above": 1024},
          "subject": {"type": "keyword", "ignore_above": 1024},
          "from": {"properties": {"address": {"type": "keyword", "ignore_above": 1024}}},
          "sender": {"properties": {"address": {"type": "keyword", "ignore_above": 1024}}},
          "to": {"properties": {"address": {"type": "keyword", "ignore_above": 1024}}}}},
        "source": {"properties": {
          "address": {"type": "keyword", "ignore_above": 1024},
          "domain": {"type": "keyword", "ignore_above": 1024},
          "ip": {"type": "ip"},
          "port": {"type": "long"}}},
        "destination": {"properties": {
          "address": {"type": "keyword", "ignore_above": 1024},
          "domain": {"type": "keyword", "ignore_above": 1024},
          "ip": {"type": "ip"},
          "port": {"type": "long"}}},
        "observer": {"properties": {
          "hostname": {"type": "keyword", "ignore_above": 1024},
          "name": {"type": "keyword", "ignore_above": 1024},
          "product": {"type": "keyword", "ignore_above": 1024},
          "vendor": {"type": "keyword", "ignore_above": 1024},
          "type": {"type": "keyword", "ignore_above": 1024},
          "version": {"type": "keyword", "ignore_above": 1024}}},
        "related": {"properties": {
          "hosts": {"type": "keyword", "ignore_above": 1024},
          "ip": {"type": "ip"},
          "user": {"type": "keyword", "ignore_above": 1024}}},
        "tls": {"properties": {
          "cipher": {"type": "keyword", "ignore_above": 1024},
          "established": {"type": "boolean"},
          "version": {"type": "keyword", "ignore_above": 1024},
          "version_protocol": {"type": "keyword", "ignore_above": 1024}}},
        "trace": {"properties": {"id": {"type": "keyword", "ignore_above": 1024}}},
        "span": {"properties": {"id": {"type": "keyword", "ignore_above": 1024}}},
        "user": {"properties": {
          "id": {"type": "keyword", "ignore_above": 1024},
          "name": {"type": "keyword", "ignore_above": 1024}}},
        "waybill": {"properties": {
          "kind": {"type": "keyword", "ignore_above": 1024},
          "node": {"type": "keyword", "ignore_above": 1024},
          "node_seq": {"type": "long"},
          "message_id": {"type": "keyword", "ignore_above": 1024},
          "delivery_id": {"type": "keyword", "ignore_above": 1024},
          "alias": {"type": "keyword", "ignore_above": 1024},
          "target": {"type": "keyword", "ignore_above": 1024},
          "size": {"type": "long"}}}
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

}  // namespace

std::string_view template_path() { return "/_index_template/waybill"; }

std::string_view policy_path(SearchProduct product) {
  const bool elastic = product == SearchProduct::elasticsearch;
  return elastic ? "/_ilm/policy/waybill" : "/_plugins/_ism/policies/waybill";
}

std::string index_template(SearchProduct product) {
  std::string out(kFront);
  if (product == SearchProduct::elasticsearch) out += kIlm;
  return out.append(kMappings);
}

std::string lifecycle_policy(SearchProduct product) {
  return std::string(product == SearchProduct::elasticsearch ? kIlmPolicy : kIsmPolicy);
}

}  // namespace waybill::stream
