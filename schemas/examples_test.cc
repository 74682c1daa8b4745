// The examples are documentation, golden files and contract at once: <kind>.json shows a body as it
// usually is, <kind>_<case>.json a case that this one cannot show.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "schemas/address.h"
#include "schemas/event.h"
#include "schemas/strict_json.h"

namespace waybill::schemas {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

std::map<std::string, std::string> examples() {
  std::map<std::string, std::string> found;
  for (const auto& file :
       std::filesystem::directory_iterator(WAYBILL_SOURCE_DIR "/schemas/examples")) {
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    found[file.path().stem()] = text.str();
  }
  return found;
}

Event event_of(const std::string& name, const std::string& json) {
  const auto event = event_from_json(json);
  EXPECT_TRUE(event) << name << ": " << event.error().why;
  return event ? *event : Event();
}

// "accepted.targets.target" for each field that is present, however deep.
void collect_present(const Message& message, const std::string& path,
                     std::set<std::string>& present) {
  std::vector<const FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string here = path + field->name();
    present.insert(here);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      collect_present(reflection.GetMessage(message, field), here + '.', present);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      collect_present(reflection.GetRepeatedMessage(message, field, i), here + '.', present);
    }
  }
}

void collect_declared(const Descriptor& message, const std::string& path,
                      std::set<std::string>& declared) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const std::string here = path + field.name();
    declared.insert(here);
    if (field.message_type() != nullptr) {
      collect_declared(*field.message_type(), here + '.', declared);
    }
  }
}

TEST(ExamplesTest, EachBodyHasAnExampleUnderItsName) {
  const auto found = examples();
  const auto& body = *Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body.field_count(); ++i) {
    EXPECT_TRUE(found.contains(body.field(i)->name())) << body.field(i)->name();
  }
  for (const auto& [name, json] : found) {
    const std::string kind(kind_of(event_of(name, json)));
    EXPECT_TRUE(name == kind || name.starts_with(kind + '_')) << name << " is of kind " << kind;
  }
}

TEST(ExamplesTest, JsonLeadsToTheEventAndBackToTheSameJson) {
  for (const auto& [name, json] : examples()) {
    const auto given = parse_strict_json(json);
    const auto written = parse_strict_json(to_json(event_of(name, json)));
    ASSERT_TRUE(given) << name << ": " << given.error().why;
    ASSERT_TRUE(written) << name << ": " << written.error().why;
    EXPECT_EQ(*given, *written) << name;
  }
}

TEST(ExamplesTest, BytesLeadBackToTheSameEvent) {
  for (const auto& [name, json] : examples()) {
    const Event event = event_of(name, json);
    Event read;
    ASSERT_TRUE(read.ParseFromString(event.SerializeAsString())) << name;
    EXPECT_TRUE(MessageDifferencer::Equals(read, event)) << name;
  }
}

TEST(ExamplesTest, EveryFieldOfTheSchemaIsShown) {
  std::set<std::string> declared;
  collect_declared(*Event::descriptor(), "", declared);
  declared.erase("left_out");  // of records on Kafka, whose events are whole once they are read
  std::set<std::string> present;
  for (const auto& [name, json] : examples()) collect_present(event_of(name, json), "", present);
  for (const auto& field : declared) {
    EXPECT_TRUE(present.contains(field)) << field << " is in no example";
  }
}

TEST(ExamplesTest, AddressesStandInTheirNormalForm) {
  for (const auto& [name, json] : examples()) {
    const Event event = event_of(name, json);
    for (const std::string& text : {event.alias(), event.sender()}) {
      if (text.empty()) continue;
      const auto address = Address::parse(text, LocalPartCase::fold);
      ASSERT_TRUE(address) << name << ": " << text;
      EXPECT_EQ(address->text(), text) << name;
    }
  }
}

}  // namespace
}  // namespace waybill::schemas
