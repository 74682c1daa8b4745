#include "app/backup/whole_manifest.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/backup/files.h"
#include "schemas/json_members.h"

namespace waybill::app {

namespace json = boost::json;
using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using schemas::JsonMembers;

namespace {

constexpr char kDigestMark[] = "\nsha256 ";

json::object to_json(const WholeManifest::Store& store) {
  return {{"number", store.number}, {"end", store.end}, {"octets", store.octets}};
}

WholeManifest::Store read_store(JsonMembers& outer, std::string_view name) {
  WholeManifest::Store out;
  const json::value& value = outer.member(name);
  if (!value.is_object()) {
    outer.expected(name, "an object");
    return out;
  }
  JsonMembers members(value.as_object(), std::string(name), outer);
  out.number = static_cast<std::uint32_t>(members.number("number"));
  out.end = members.number("end");
  out.octets = members.number("octets");
  return out;
}

void read_file(const json::value& value, JsonMembers& outer, WholeManifest& out) {
  if (!value.is_object()) return outer.expected("files", "objects");
  JsonMembers members(value.as_object(), "files", outer);
  WholeManifest::File file{std::string(members.text("path")), std::string(members.text("sha256"))};
  out.files.push_back(std::move(file));
}

}  // namespace

std::string write_whole_manifest(const WholeManifest& manifest) {
  json::object out;
  out["form"] = kBackupForm;
  out["waybill"] = manifest.waybill;
  out["made_at"] = manifest.made_at;
  out["node"] = manifest.node;
  out["journal"] = to_json(manifest.journal);
  out["views"] = to_json(manifest.views);
  out["config"] = manifest.config;
  out["keys"] = manifest.keys;
  json::array files;
  for (const auto& file : manifest.files) {
    files.push_back(json::object{{"path", file.path}, {"sha256", file.sha256}});
  }
  out["files"] = std::move(files);
  const std::string line = json::serialize(out);
  return line + kDigestMark + digest_of(line) + "\n";
}

Explained<WholeManifest> parse_whole_manifest(const std::string& text) {
  const std::size_t mark = text.find(kDigestMark);
  const std::string line = text.substr(0, mark);
  if (mark == std::string::npos || text.substr(mark) != kDigestMark + digest_of(line) + "\n") {
    return Failure{Errc::corrupt, "is not what was written: its digest differs"};
  }
  boost::system::error_code wrong;
  const json::value value = json::parse(line, wrong);
  if (wrong || !value.is_object()) return Failure{Errc::corrupt, "is no JSON object"};
  JsonMembers members(value.as_object());
  if (const std::uint64_t form = members.number("form"); form != kBackupForm) {
    return Failure{Errc::invalid, "is of form " + std::to_string(form) +
                                      ", and this waybill knows " + std::to_string(kBackupForm) +
                                      ": use the release that made it (" +
                                      std::string(members.text("waybill")) + ")"};
  }
  WholeManifest out;
  out.waybill = members.text("waybill");
  out.made_at = members.text("made_at");
  out.node = members.text("node");
  out.journal = read_store(members, "journal");
  out.views = read_store(members, "views");
  out.config = members.text("config");
  out.keys = members.text("keys");
  for (const json::value& file : members.array("files")) read_file(file, members, out);
  if (members.fault()) return Failure{Errc::corrupt, members.fault()->why};
  return out;
}

}  // namespace waybill::app
