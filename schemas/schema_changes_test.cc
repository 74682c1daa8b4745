// Which changes of a schema break what is out there, case by case: each replaces one text of the
// schema below by another.

#include "tests/support/schema_changes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/protoc.h"
#include "tests/support/temporary_directory.h"

namespace waybill::schemas {
namespace {

using google::protobuf::FileDescriptorSet;

constexpr char kReleased[] = R"(syntax = "proto3";
package box.v1;
message Box {
  reserved 20 to 22, 30;
  reserved "lid";
  string name = 1;
  optional uint32 weight = 2;
  repeated string labels = 3;
  oneof content {
    Book book = 4;
    string note = 5;
  }
  Colour colour = 6;
  map<string, uint32> counts = 7;
  uint64 sent_at = 8;
  message Strap { bool tight = 1; }
  Strap strap = 9;
}
message Book { string title = 1; }
message Stamp { string face = 1; }
enum Colour {
  reserved 7 to 9;
  COLOUR_UNSPECIFIED = 0;
  COLOUR_RED = 1;
  COLOUR_BLUE = 2;
}
)";

struct Case {
  const char* what;
  const char* from;
  const char* to;
  const char* says;  // of the one complaint; nothing where the change is welcome
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.what; }

constexpr Case kBreaking[] = {
    {"FieldRemoved", "string name = 1;", "",
     "box.v1.Box.name (1) is gone: write `reserved 1;` and `reserved \"name\";` in its place"},
    {"FieldRemovedButItsName", "string name = 1;", "reserved 1;",
     "box.v1.Box.name (1) is gone: write `reserved \"name\";` in its place"},
    {"FieldRemovedButItsNumber", "string name = 1;", "reserved \"name\";",
     "box.v1.Box.name (1) is gone: write `reserved 1;` in its place"},
    {"NumberChanged", "string name = 1;", "string name = 10;",
     "box.v1.Box.name (1) has the number 10 now: what is in logs has the old one; give it 1 back"},
    {"NumberReusedForAnotherMeaning", "string name = 1;", "uint64 volume = 1;",
     "(1) was \"string\" and is \"uint64\": what is in logs was written as the former; give the "
     "latter a new number, and keep or reserve this one"},
    {"TypeChanged", "uint64 sent_at = 8;", "fixed64 sent_at = 8;",
     "was \"uint64\" and is \"fixed64\": what is in logs was written as the former; give the "
     "latter "
     "a new number and a name of its own"},
    {"TypeChangedToOneOfTheSameWireFormat", "uint64 sent_at = 8;", "int64 sent_at = 8;",
     "box.v1.Box.sent_at (8) was \"uint64\" and is \"int64\""},
    {"MessageTypeChanged", "Strap strap = 9;", "Stamp strap = 9;",
     "was \"box.v1.Box.Strap\" and is \"box.v1.Stamp\""},
    {"EnumBecameNumber", "Colour colour = 6;", "int32 colour = 6;",
     "was \"box.v1.Colour\" and is \"int32\""},
    {"ValueOfMapChanged", "map<string, uint32> counts", "map<string, uint64> counts",
     "box.v1.Box.CountsEntry.value (2) was \"uint32\" and is \"uint64\""},
    {"SingleBecameRepeated", "string name = 1;", "repeated string name = 1;",
     "was \"string\" and is \"repeated string\""},
    {"RepeatedBecameSingle", "repeated string labels", "string labels",
     "was \"repeated string\" and is \"string\""},
    {"PresenceLost", "optional uint32 weight", "uint32 weight",
     "was \"optional uint32\" and is \"uint32\""},
    {"PresenceGained", "string name = 1;", "optional string name = 1;",
     "was \"string\" and is \"optional string\""},
    {"MovedOutOfItsOneof", "string note = 5;\n  }", "}\n  string note = 5;",
     "box.v1.Box.note (5) was \"string in oneof content\" and is \"string\""},
    {"MovedIntoAnotherOneof", "string note = 5;\n  }", "}\n oneof outside { string note = 5; }",
     "was \"string in oneof content\" and is \"string in oneof outside\""},
    {"MovedIntoAOneof", "uint64 sent_at = 8;", "oneof time { uint64 sent_at = 8; }",
     "was \"uint64\" and is \"uint64 in oneof time\""},
    {"FieldRenamed", "string name = 1;", "string title = 1;",
     "box.v1.Box.name (1) is called title now: JSON and the code of others know it by its name; "
     "give it back"},
    {"JsonNameChanged", "uint64 sent_at = 8;", "uint64 sent_at = 8 [json_name = \"time\"];",
     "was \"sentAt\" in JSON and is \"time\": readers of JSON miss it; take the json_name back"},
    {"FieldOfANestedMessageRemoved", "bool tight = 1;", "",
     "box.v1.Box.Strap.tight (1) is gone: write"},
    {"NumberNoLongerReserved", "reserved 20 to 22, 30;", "reserved 20, 22, 30;",
     "box.v1.Box reserved 20 to 22 once: older logs may hold it; reserve it again"},
    {"ReservedNumberUsed", "reserved 20 to 22, 30;", "reserved 20 to 22; bool new = 30;",
     "box.v1.Box reserved 30 once"},
    {"NameNoLongerReserved", "reserved \"lid\";", "string lid = 10;",
     "box.v1.Box reserved \"lid\" once: others may still know it; reserve it again"},
    {"ValueRemoved", "COLOUR_BLUE = 2;", "",
     "box.v1.Colour.COLOUR_BLUE (2) is gone: write `reserved 2;` and `reserved \"COLOUR_BLUE\";`"},
    {"ValueRenamed", "COLOUR_RED = 1;", "COLOUR_SCARLET = 1;",
     "box.v1.Colour.COLOUR_RED (1) is called COLOUR_SCARLET now: JSON and the code of others know "
     "it by its name; give it back"},
    {"NumberOfValueChanged", "COLOUR_RED = 1;", "COLOUR_RED = 3;",
     "COLOUR_RED (1) has the number 3 now: what is in logs has the old one; give it 1 back"},
    {"NumberOfValueNoLongerReserved", "reserved 7 to 9;", "reserved 7 to 8;",
     "box.v1.Colour reserved 7 to 9 once"},
    {"PackageMoved", "package box.v1;", "package box.v2;",
     "box.proto: the package was box.v1 and is box.v2: every type has another name now; leave it"},
    {"MessageRemoved", "message Stamp { string face = 1; }", "",
     "message box.v1.Stamp is gone: logs hold it and others read it; put it back"},
    {"MessageRenamed", "message Stamp ", "message Postmark ", "message box.v1.Stamp is gone"},
};

constexpr Case kWelcome[] = {
    {"Nothing", "string name = 1;", "string name = 1;", nullptr},
    {"Comment", "string name = 1;", "string name = 1;  // as the sender gave it", nullptr},
    {"Order", "string name = 1;\n  optional uint32 weight = 2;",
     "optional uint32 weight = 2;\n  string name = 1;", nullptr},
    {"NewField", "string name = 1;", "string name = 1; optional uint32 shelf = 14;", nullptr},
    {"NewFieldInAOneof", "string note = 5;", "string note = 5; Stamp letter = 10;", nullptr},
    {"NewMessage", "message Book ", "message Toy { Book manual = 1; }\nmessage Book ", nullptr},
    {"NewEnum", "enum Colour ", "enum Size { SIZE_UNSPECIFIED = 0; }\nenum Colour ", nullptr},
    {"NewValue", "COLOUR_BLUE = 2;", "COLOUR_BLUE = 2; COLOUR_GREEN = 3;", nullptr},
    {"MoreReserved", "reserved 20 to 22, 30;", "reserved 22 to 40, 21, 20;", nullptr},
    {"FieldRemovedAndReserved", "string name = 1;", "reserved 1; reserved \"name\";", nullptr},
    {"MapRemovedAndReserved", "map<string, uint32> counts = 7;", "reserved 7; reserved \"counts\";",
     nullptr},
    {"ValueRemovedAndReserved", "COLOUR_BLUE = 2;", "reserved 2; reserved \"COLOUR_BLUE\";",
     nullptr},
    {"Deprecation", "string name = 1;", "string name = 1 [deprecated = true];", nullptr},
};

// A folder of schemas that goes away at the end.
class Folder {
 public:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_.path(name)) << text;
  }
  FileDescriptorSet compiled() const { return tests::compile_schemas(directory_.path()); }

 private:
  const tests::TemporaryDirectory directory_;
};

FileDescriptorSet compiled(const std::string& text) {
  const Folder folder;
  folder.write("box.proto", text);
  return folder.compiled();
}

class SchemaChangesTest : public testing::TestWithParam<Case> {};

TEST_P(SchemaChangesTest, IsToldFromTheOthers) {
  const Case& change = GetParam();
  std::string text = kReleased;
  const auto at = text.find(change.from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(change.from).size(), change.to);
  const std::vector<std::string> said =
      tests::breaking_changes(compiled(kReleased), compiled(text));
  if (change.says == nullptr) {
    EXPECT_EQ(said, std::vector<std::string>{});
    return;
  }
  ASSERT_EQ(said.size(), 1u) << testing::PrintToString(said);
  EXPECT_NE(said[0].find(change.says), std::string::npos) << said[0];
}

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.what; }
INSTANTIATE_TEST_SUITE_P(Breaking, SchemaChangesTest, testing::ValuesIn(kBreaking), name_of);
INSTANTIATE_TEST_SUITE_P(Welcome, SchemaChangesTest, testing::ValuesIn(kWelcome), name_of);

TEST(SchemaFilesTest, AnEnumThatIsGoneIsMissed) {
  const auto said = tests::breaking_changes(
      compiled("syntax = \"proto3\"; package box.v1; enum Size { SIZE_UNSPECIFIED = 0; }"),
      compiled("syntax = \"proto3\"; package box.v1;"));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].find("enum box.v1.Size is gone: logs hold it"), 0u) << said[0];
}

TEST(SchemaFilesTest, AnotherSyntaxIsRefused) {
  const auto said = tests::breaking_changes(
      compiled("syntax = \"proto3\"; package box.v1; message Lid { repeated string seals = 1; }"),
      compiled("syntax = \"proto2\"; package box.v1; message Lid { repeated string seals = 1; }"));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].find("box.proto: the syntax was proto3 and is proto2"), 0u) << said[0];
}

TEST(SchemaFilesTest, ATypeMayMoveToANewFileOfItsPackage) {
  const Folder released;
  released.write("box.proto", "syntax = \"proto3\"; package box.v1; message Lid { bool on = 1; }");
  const Folder today;
  today.write("box.proto", "syntax = \"proto3\"; package box.v1;");
  today.write("lid.proto", "syntax = \"proto3\"; package box.v1; message Lid { bool on = 1; }");
  EXPECT_EQ(tests::breaking_changes(released.compiled(), today.compiled()),
            std::vector<std::string>{});
}

TEST(SchemaFilesTest, AFileThatIsGoneTakesItsTypesAlong) {
  const Folder released;
  released.write("box.proto", "syntax = \"proto3\"; package box.v1; message Lid { bool on = 1; }");
  const Folder today;
  today.write("crate.proto", "syntax = \"proto3\"; package crate.v1;");
  EXPECT_EQ(tests::breaking_changes(released.compiled(), today.compiled()).size(), 1u);
}

}  // namespace
}  // namespace waybill::schemas
