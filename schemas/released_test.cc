// What an event's octets mean never changes: everything that a release could write is read by the
// schema of today as it was meant. schemas/released/ has a listing of each release; a line there is
// a field or an enum's value, and must still stand in the listing of today. New lines are welcome.
//
// WAYBILL_LIST_SCHEMA=1 prints the listing of today, for the next release.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "schemas/event.h"

namespace waybill::schemas {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

const std::filesystem::path kReleased = WAYBILL_SOURCE_DIR "/schemas/released";

std::string type_of(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) return std::string(field.message_type()->full_name());
  if (field.enum_type() != nullptr) return std::string(field.enum_type()->full_name());
  return field.type_name();
}

std::string label_of(const FieldDescriptor& field) {
  if (field.is_repeated()) return "repeated ";
  return field.has_optional_keyword() ? "optional " : "";
}

void list(const FieldDescriptor& field, std::set<std::string>& lines) {
  std::string line = std::string(field.full_name()) + " = " + std::to_string(field.number()) + " " +
                     label_of(field) + type_of(field);
  if (const auto* const oneof = field.real_containing_oneof()) line += " of " + oneof->name();
  lines.insert(std::move(line));
}

std::set<std::string> listing_of_today() {
  std::set<std::string> lines;
  const auto& file = *Event::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) {
    const Descriptor& message = *file.message_type(i);
    for (int f = 0; f < message.field_count(); ++f) list(*message.field(f), lines);
  }
  for (int i = 0; i < file.enum_type_count(); ++i) {
    const EnumDescriptor& words = *file.enum_type(i);
    for (int v = 0; v < words.value_count(); ++v) {
      lines.insert(std::string(words.full_name()) + "." + words.value(v)->name() + " = " +
                   std::to_string(words.value(v)->number()));
    }
  }
  return lines;
}

std::set<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') lines.insert(line);
  }
  return lines;
}

TEST(ReleasedTest, EverythingThatWasReleasedStillMeansTheSame) {
  const std::set<std::string> today = listing_of_today();
  if (std::getenv("WAYBILL_LIST_SCHEMA") != nullptr) {
    for (const std::string& line : today) std::printf("%s\n", line.c_str());
  }
  int releases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kReleased)) {
    ++releases;
    for (const std::string& line : lines_of(entry.path())) {
      EXPECT_TRUE(today.contains(line))
          << entry.path().filename() << " has \"" << line
          << "\": numbers and meanings are never changed; add a new field instead";
    }
  }
  EXPECT_GT(releases, 0);
}

}  // namespace
}  // namespace waybill::schemas
