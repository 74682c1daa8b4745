#include "app/backup/manifest.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "runtime/version.h"
#include "schemas/json_members.h"
#include "schemas/partition.h"

namespace waybill::app {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;

namespace {

bool read_partition(const json::value& value, ManifestPartition& out) {
  if (!value.is_object()) return false;
  schemas::JsonMembers members(value.as_object());
  const std::uint64_t partition = members.number("partition");
  out.partition = static_cast<std::uint32_t>(partition);
  out.next_offset = schemas::LogOffset(members.number("next_offset"));
  out.next_index = schemas::EventIndex(members.number("next_index"));
  return members.whole() && partition < schemas::kMaxPartitions;
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
    partition["next_offset"] = one.next_offset.value();
    partition["next_index"] = one.next_index.value();
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
  out.made_at = schemas::text_member(object, "made_at");
  out.node = schemas::text_member(object, "node");
  const json::array* const partitions = schemas::array_member(object, "partitions");
  if (partitions == nullptr || partitions->empty()) {
    return Failure{Errc::invalid, "the manifest names no partitions"};
  }
  for (const json::value& one : *partitions) {
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
