// JSON that nodes and backups of ours are given: a manifest that is taken says the same again when
// it is written and read; a return path that is taken is whole.

#include <cstdint>
#include <string>

#include "app/backup/manifest.h"
#include "app/cluster/remote_return_paths.h"
#include "runtime/check.h"

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
  (void)app::parse_return_path(text);
  return 0;
}
