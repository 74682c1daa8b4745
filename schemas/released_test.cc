// What an event's octets mean never changes: everything that a release could write is read by the
// schemas of today as it was meant. schemas/released/ keeps the descriptors of each release, which
// `./dev release-schemas` writes; they are never changed, and every later schema is held against
// all of them. Which changes break, and which are welcome: tests/support/schema_changes.h.

#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/version.h"
#include "tests/support/protoc.h"
#include "tests/support/schema_changes.h"

namespace waybill::schemas {
namespace {

const std::filesystem::path kSchemas = WAYBILL_SOURCE_DIR "/schemas";
const std::filesystem::path kReleasedFiles = kSchemas / "released";

TEST(ReleasedTest, EverythingThatWasReleasedStillMeansTheSame) {
  const auto today = tests::compile_schemas(kSchemas);
  for (const auto& entry : std::filesystem::directory_iterator(kReleasedFiles)) {
    const auto released = tests::read_descriptors(entry.path());
    EXPECT_GT(released.file_size(), 0) << entry.path();
    for (const auto& sentence : tests::breaking_changes(released, today)) {
      ADD_FAILURE() << "since " << entry.path().stem() << ": " << sentence;
    }
  }
}

TEST(ReleasedTest, TheVersionOfTheProgramHasItsDescriptors) {
  EXPECT_TRUE(std::filesystem::exists(kReleasedFiles / (std::string(runtime::kRelease) + ".binpb")))
      << "version " << runtime::kRelease << " is new: write them with ./dev release-schemas";
}

}  // namespace
}  // namespace waybill::schemas
