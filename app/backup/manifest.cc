#include "app/backup/manifest.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "runtime/version.h"
#include "schemas/partition.h"

namespace waybill::app {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

bool read_number(const json::object& object, std::string_view name, std::uint64_t& out) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return false;
  boost::system::error_code wrong;
  out = value->to_number<std::uint64_t>(wrong);
  return !wrong;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool read_partition(const json::value& value, ManifestPartition& out) {
  if (!value.is_object()) return false;
  std::uint64_t partition = 0;
  const json::object& object = value.as_object();
  const bool whole = read_number(object, "partition", partition) &&
                     read_number(object, "next_offset", out.next_offset) &&
                     read_number(object, "next_index", out.next_index);
  out.partition = static_cast<std::uint32_t>(partition);
  return whole && partition < schemas::kMaxPartitions;
}

}  // namespace

std::string write_manifest(const Manifest& manifest) {
  json::object out;
  out["waybill"] = runtime::kBuild;
  out["made_at"] = manifest.made_at;
  out["node"] = manifest.node;
  json::array partitions;
  for (const ManifestPartition& one : manifest.partitions) {
    json::object partition;
    partition["partition"] = one.partition;
    partition["next_offset"] = one.next_offset;
    partition["next_index"] = one.next_index;
    partitions.push_back(std::move(partition));
  }
  out["partitions"] = std::move(partitions);
  return json::serialize(out) + "\n";
}

Explained<Manifest> parse_manifest(const std::string& text) {
  boost::system::error_code wrong;
  const json::value value = json::parse(text, wrong);
  if (wrong || !value.is_object()) return Failure{Errc::invalid, "the manifest is no JSON object"};
  const json::object& object = value.as_object();
  Manifest out;
  out.made_at = text_of(object, "made_at");
  out.node = text_of(object, "node");
  const json::value* partitions = object.if_contains("partitions");
  if (partitions == nullptr || !partitions->is_array() || partitions->as_array().empty()) {
    return Failure{Errc::invalid, "the manifest names no partitions"};
  }
  for (const json::value& one : partitions->as_array()) {
    ManifestPartition partition;
    if (!read_partition(one, partition)) {
      return Failure{Errc::invalid,
                     "a partition of the manifest lacks partition, next_offset or next_index"};
    }
    out.partitions.push_back(partition);
  }
  return out;
}

}  // namespace waybill::app
