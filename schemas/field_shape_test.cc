#include "schemas/field_shape.h"

#include <gtest/gtest.h>

#include "schemas/event.h"

namespace waybill::schemas {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

const FileDescriptor& schema() { return *Event::descriptor()->file(); }

TEST(FieldShapeTest, EveryFieldOfTheSchemaHasAShape) {
  int fields = 0;
  for (int m = 0; m < schema().message_type_count(); ++m) {
    const auto& message = *schema().message_type(m);
    for (int f = 0; f < message.field_count(); ++f, ++fields) {
      EXPECT_NE(shape_of(*message.field(f)), FieldShape::unsupported)
          << message.field(f)->full_name();
    }
  }
  EXPECT_GT(fields, 100);
}

// A time that lost its name's ending would silently become a number for every client.
TEST(FieldShapeTest, EveryFixed64IsATimeExceptTheSequence) {
  for (int m = 0; m < schema().message_type_count(); ++m) {
    const auto& message = *schema().message_type(m);
    for (int f = 0; f < message.field_count(); ++f) {
      const FieldDescriptor& field = *message.field(f);
      if (field.type() != FieldDescriptor::TYPE_FIXED64 || field.name() == "node_seq") continue;
      EXPECT_EQ(shape_of(field), FieldShape::time) << field.full_name();
    }
  }
}

TEST(FieldShapeTest, IsToldFromTypeAndName) {
  const struct {
    const google::protobuf::Descriptor* message;
    const char* field;
    FieldShape shape;
  } cases[] = {
      {pb::Event::descriptor(), "event_id", FieldShape::uuid},
      {pb::Event::descriptor(), "salt", FieldShape::hex},
      {pb::Event::descriptor(), "node_seq", FieldShape::number64},
      {pb::Event::descriptor(), "occurred_at", FieldShape::time},
      {pb::Event::descriptor(), "accepted", FieldShape::message},
      {pb::Forwarded::descriptor(), "return_path_id", FieldShape::uuid},
      {pb::Forwarded::descriptor(), "bounce_until", FieldShape::time},
      {pb::Bounced::descriptor(), "arrival_date", FieldShape::time},
      {pb::Bounced::descriptor(), "class", FieldShape::word},
      {pb::Bounced::descriptor(), "late", FieldShape::boolean},
      {pb::ControlChanged::descriptor(), "subject_id", FieldShape::text},
      {pb::Accessed::descriptor(), "as_of", FieldShape::time},
      {pb::Accessed::descriptor(), "as_of_index", FieldShape::number64},
      {pb::Reply::descriptor(), "code", FieldShape::number32},
      {pb::SpamVerdict::descriptor(), "score", FieldShape::fraction},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(shape_of(*c.message->FindFieldByName(c.field)), c.shape) << c.field;
  }
}

TEST(FieldShapeTest, EveryValueOfEveryEnumHasAWordThatLeadsBack) {
  EXPECT_GT(schema().enum_type_count(), 3);
  for (int e = 0; e < schema().enum_type_count(); ++e) {
    const EnumDescriptor& words = *schema().enum_type(e);
    for (int v = 1; v < words.value_count(); ++v) {
      EXPECT_EQ(value_of_word(words, word_of(*words.value(v))), words.value(v));
    }
    EXPECT_EQ(word_of(*words.value(0)), "unspecified");
    EXPECT_EQ(value_of_word(words, "unspecified"), nullptr);
  }
}

TEST(FieldShapeTest, WordsStandWithoutTheirEnumsPrefix) {
  const auto& by = *pb::VerdictBy_descriptor();
  EXPECT_EQ(word_of(*by.FindValueByNumber(pb::VERDICT_BY_NEXT_HOP)), "next_hop");
  EXPECT_EQ(value_of_word(by, "next_hop")->number(), pb::VERDICT_BY_NEXT_HOP);
  for (const auto other : {"NEXT_HOP", "verdict_by_next_hop", "VERDICT_BY_NEXT_HOP", ""}) {
    EXPECT_EQ(value_of_word(by, other), nullptr) << other;
  }
}

}  // namespace
}  // namespace waybill::schemas
