// JSON that programs of ours are given: a manifest that is taken says the same again when it is
// written and read, and so do a return path and the routes of a domain.

#include <cstdint>
#include <string>

#include "app/backup/files.h"
#include "app/backup/manifest.h"
#include "app/backup/whole_manifest.h"
#include "runtime/check.h"
#include "schemas/return_path.h"
#include "schemas/route.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto manifest = app::parse_manifest(text);
  runtime::check(manifest.has_value() == manifest.error().why.empty(), "a refusal says why");
  if (manifest) {
    runtime::check(!manifest->partitions.empty(), "a backup has partitions");
    const std::string written = app::write_manifest(*manifest);
    const auto again = app::parse_manifest(written);
    runtime::check(again.has_value() && app::write_manifest(*again) == written,
                   "a manifest is what it says");
  }
  const auto whole = app::parse_whole_manifest(text + "\nsha256 " + app::digest_of(text) + "\n");
  runtime::check(whole.has_value() == whole.error().why.empty(), "a refusal says why");
  if (whole) {
    const std::string written = app::write_whole_manifest(*whole);
    const auto again = app::parse_whole_manifest(written);
    runtime::check(again.has_value() && app::write_whole_manifest(*again) == written,
                   "a whole manifest is what it says");
  }
  const auto path = schemas::return_path_from_json(text);
  if (path) {
    const auto again = schemas::return_path_from_json(schemas::to_json(*path));
    runtime::check(again.has_value() && *again == *path, "a return path is what it says");
  }
  const auto routes = schemas::domain_routes_from_json(text);
  runtime::check(routes.has_value() == routes.error().why.empty(), "a refusal says why");
  if (routes) {
    const auto again = schemas::domain_routes_from_json(schemas::to_json(*routes));
    runtime::check(again.has_value() && *again == *routes, "routes are what they say");
  }
  return 0;
}
