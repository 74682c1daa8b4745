#include "query/exports/writing.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <vector>

#include "runtime/hex.h"
#include "schemas/csv.h"
#include "schemas/event_text.h"
#include "schemas/ids.h"

namespace waybill::query::exports {
namespace {

namespace json = boost::json;

struct Column {
  const char* name;
  const char* path;  // of schemas::EventColumns
};

constexpr auto kColumns = std::to_array<Column>({
    {"time", "occurred_at"},
    {"kind", "kind"},
    {"event_id", "event_id"},
    {"message_id", "message_id"},
    {"delivery_id", "delivery_id"},
    {"reported_delivery_id", "reported_delivery_id"},
    {"domain", "domain"},
    {"alias", "alias"},
    {"sender", "sender"},
    {"target", "body.target"},
    {"recipient", "body.recipient"},
    {"rfc5322_message_id", "body.rfc5322_message_id"},
    {"header_from", "body.header_from"},
    {"subject", "body.subject"},
    {"size", "body.size"},
    {"client_ip", "client_ip"},
    {"helo", "body.helo"},
    {"by", "body.by"},
    {"stage", "body.stage"},
    {"rule", "body.rule"},
    {"mx_host", "body.next_hop.mx_host"},
    {"mx_ip", "body.next_hop.ip"},
    {"reply_code", "body.reply.code"},
    {"reply_enhanced", "body.reply.enhanced"},
    {"reply_text", "body.reply.text"},
    {"class", "body.class"},
    {"action", "body.action"},
    {"status", "body.status"},
    {"diagnostic_code", "body.diagnostic_code"},
    {"handling", "body.handling"},
    {"bounce_until", "body.bounce_until"},
    {"principal", "body.principal"},
});
// `row`, `partition` and `index` stand before them, `detail` behind.
constexpr std::size_t kBefore = 3;
constexpr std::size_t kAll = kBefore + kColumns.size() + 1;

const schemas::EventColumns& columns() {
  static const schemas::EventColumns columns([] {
    std::vector<std::string> paths;
    for (const Column& column : kColumns) paths.emplace_back(column.path);
    return paths;
  }());
  return columns;
}

json::object shown(const RowPlace& place) {
  json::object out;
  out["partition"] = place.partition;
  out["index"] = place.index.value();
  out["event_id"] = place.event_id;
  out["time"] = schemas::rfc3339(place.time);
  return out;
}

json::object gap_of(std::uint32_t partition, schemas::EventIndex from, schemas::EventIndex to) {
  json::object out;
  out["partition"] = partition;
  out["from"] = from.value();
  out["to"] = to.value();
  return out;
}

// A row that speaks of no event.
std::string aside(const char* what, const json::object& detail) {
  std::vector<std::string> row(kAll);
  row.front() = what;
  row.back() = json::serialize(detail);
  return schemas::csv_row(row);
}

std::string line(const char* member, json::object detail) {
  json::object out;
  out[member] = std::move(detail);
  return json::serialize(out) + "\n";
}

}  // namespace

void Writing::take(std::string_view octets, std::string& out) {
  hash_.update(octets);
  octets_ += octets.size();
  out += octets;
}

void Writing::begin(std::string& out) {
  if (format_ == Format::ndjson) return;
  std::vector<std::string> row{"row", "partition", "index"};
  for (const Column& column : kColumns) row.emplace_back(column.name);
  row.emplace_back("detail");
  take(schemas::csv_row(row), out);
}

void Writing::event(const schemas::Event& event, std::uint32_t partition, schemas::EventIndex index,
                    std::string& out) {
  ++count_;
  last_ = {partition, index, {}, schemas::wall_time(event.occurred_at())};
  if (event.event_id().size() == schemas::EventId::kOctets) {
    last_.event_id = schemas::uuid_text(event.event_id());
  }
  if (!first_) first_ = last_;
  const std::size_t before = out.size();
  if (format_ == Format::ndjson) {
    schemas::append_json(out, event, schemas::EventPlace{partition, index});
    out.push_back('\n');
  } else {
    columns().read(event, values_);
    std::vector<std::string> row(kAll);
    row[0] = std::to_string(count_);
    row[1] = std::to_string(partition);
    row[2] = std::to_string(index.value());
    std::copy(values_.begin(), values_.end(), row.begin() + kBefore);
    out += schemas::csv_row(row);
  }
  hash_.update(std::string_view(out).substr(before));
  octets_ += out.size() - before;
}

void Writing::gap(std::uint32_t partition, schemas::EventIndex from, schemas::EventIndex to,
                  std::string& out) {
  ++gaps_;
  json::object detail = gap_of(partition, from, to);
  if (format_ == Format::ndjson) {
    take(line("gap", std::move(detail)), out);
  } else {
    take(aside("gap", detail), out);
  }
}

void Writing::end(std::string& out) {
  sha256_ = runtime::hex(hash_.finish());
  json::object detail;
  detail["count"] = count_;
  if (first_) {
    detail["first"] = shown(*first_);
    detail["last"] = shown(last_);
  }
  detail["gaps"] = gaps_;
  detail["sha256"] = sha256_;
  const std::string octets =
      format_ == Format::ndjson ? line("end", std::move(detail)) : aside("end", detail);
  octets_ += octets.size();
  out += octets;
}

}  // namespace waybill::query::exports
