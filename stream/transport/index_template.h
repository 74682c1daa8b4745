// What an operator gives the receiver before a sink of _bulk writes: an index template, which says
// how documents are read, and a policy, which says how long they stay. As JSON, for `PUT`. One text
// does not serve both products (Elasticsearch has ILM, OpenSearch has ISM). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waybill::stream {

enum class SearchProduct : std::uint8_t { elasticsearch, opensearch };

// Where the text is to be put: "/_index_template/waybill", "/_ilm/policy/waybill",
// "/_plugins/_ism/policies/waybill".
std::string_view template_path();
std::string_view policy_path(SearchProduct product);

// For the data streams logs-waybill.*-*. A field that it does not name stays in _source and is not
// searched (`dynamic: false`), so that no event of a later version is ever refused.
std::string index_template(SearchProduct product);

// Rolled over by size and age, removed after a year.
std::string lifecycle_policy(SearchProduct product);

}  // namespace waybill::stream
