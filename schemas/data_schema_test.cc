#include "schemas/data_schema.h"

#include <gtest/gtest.h>

#include "runtime/crypto.h"
#include "runtime/hex.h"
#include "tests/support/protoc.h"

namespace waybill::schemas {
namespace {

TEST(DataSchemaTest, NamesTheDescriptorThatProtocWrites) {
  const auto schemas = tests::compile_schemas(WAYBILL_SOURCE_DIR "/schemas");
  for (const auto& file : schemas.file()) {
    if (file.name() != "event.proto") continue;
    EXPECT_EQ(data_schema(),
              "waybill.events.v1:" + runtime::hex(runtime::sha256(file.SerializeAsString())));
    return;
  }
  FAIL() << "protoc has no event.proto";
}

}  // namespace
}  // namespace waybill::schemas
