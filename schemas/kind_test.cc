#include "schemas/kind.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/document.h"

namespace waybill::schemas {
namespace {

using google::protobuf::FieldDescriptor;

const google::protobuf::OneofDescriptor& bodies() {
  return *Event::descriptor()->FindOneofByName("body");
}

google::protobuf::Message& body_of(Event& event, const FieldDescriptor& field) {
  return *Event::GetReflection()->MutableMessage(&event, &field);
}

TEST(KindTest, EveryBodyOfAnEventHasARowOfItsName) {
  for (int i = 0; i < bodies().field_count(); ++i) {
    const FieldDescriptor& field = *bodies().field(i);
    const KindTraits* const kind = find_kind(field.number());
    ASSERT_NE(kind, nullptr) << field.name() << " has no row in schemas/kind.h";
    EXPECT_EQ(kind->word, field.name());
    EXPECT_EQ(find_kind(field.name()), kind);
    Event event;
    body_of(event, field);
    EXPECT_EQ(kind_of(event), field.name());
  }
}

TEST(KindTest, EveryRowIsOfABodyAndNoTwoAreAlike) {
  EXPECT_EQ(kKinds.size(), static_cast<std::size_t>(bodies().field_count()));
  std::set<Kind> kinds;
  std::set<std::string_view> words, types;
  for (const KindTraits& kind : kKinds) {
    const auto* const field = Event::descriptor()->FindFieldByNumber(static_cast<int>(kind.kind));
    ASSERT_NE(field, nullptr) << kind.word;
    EXPECT_EQ(field->containing_oneof(), &bodies()) << kind.word;
    EXPECT_TRUE(kinds.insert(kind.kind).second) << kind.word;
    EXPECT_TRUE(words.insert(kind.word).second) << kind.word;
    EXPECT_TRUE(types.insert(kind.ce_type).second) << kind.ce_type;
    EXPECT_EQ(&kKinds[place_of(kind)], &kind);
  }
  EXPECT_FALSE(words.contains(kUnknownKind));
}

TEST(KindTest, ANumberOrAWordOfNoBodyHasNoRow) {
  for (const int body : {-1, 0, 10, 63, 64, 1 << 20}) {
    EXPECT_EQ(find_kind(body), nullptr) << body;
  }
  for (const char* const word : {"", "unknown", "Accepted", "alias"}) {
    EXPECT_EQ(find_kind(word), nullptr) << word;
  }
  EXPECT_EQ(kind_of(Event()), kUnknownKind);
}

// What ends an acceptance is what event.proto says ends one, at whichever stage.
TEST(KindTest, AnAcceptanceEndsWithItsOutcomeAlone) {
  for (const KindTraits& kind : kKinds) {
    const auto& field = *Event::descriptor()->FindFieldByNumber(static_cast<int>(kind.kind));
    for (int stage = 0; stage < pb::Stage_ARRAYSIZE; ++stage) {
      Event event;
      google::protobuf::Message& body = body_of(event, field);
      const auto* const at = body.GetDescriptor()->FindFieldByName("stage");
      if (at != nullptr) body.GetReflection()->SetEnumValue(&body, at, stage);
      const bool at_body = stage == pb::STAGE_BODY;
      switch (kind.ends_acceptance) {
        case EndsAcceptance::never: EXPECT_FALSE(ends_acceptance(event)) << kind.word; break;
        case EndsAcceptance::always: EXPECT_TRUE(ends_acceptance(event)) << kind.word; break;
        case EndsAcceptance::at_stage_body:
          ASSERT_NE(at, nullptr) << kind.word << " has no stage";
          EXPECT_EQ(ends_acceptance(event), at_body) << kind.word << " at stage " << stage;
      }
    }
  }
  EXPECT_FALSE(ends_acceptance(Event()));
}

TEST(KindTest, WhatEndsAnAcceptanceSpeaksOfADelivery) {
  for (const KindTraits& kind : kKinds) {
    const bool ends = kind.ends_acceptance != EndsAcceptance::never;
    EXPECT_TRUE(kind.speaks_of_delivery || !(ends || kind.ends_report)) << kind.word;
    EXPECT_EQ(kind.speaks_of_delivery, kind.topic == kDeliveriesTopic) << kind.word;
  }
}

TEST(KindTest, TheApiNamesTheKindsThatAHistoryHas) {
  std::string list;
  for (const KindTraits& kind : kKinds) {
    if (!kind.speaks_of_delivery) continue;
    list += list.empty() ? "" : ", ";
    list += kind.word;
  }
  const std::string wanted = "Kind: type: string enum: [" + list + "] ";
  EXPECT_NE(tests::document("schemas/openapi.yaml").find(wanted), std::string::npos) << wanted;
}

TEST(KindTest, TheLogsDocumentHasAMessageForEachKindAndNoOther) {
  const std::string text = tests::document("schemas/asyncapi.yaml");
  const std::string_view before = "ce_type: {const: ";
  std::set<std::string_view> documented;
  for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
    at += before.size();
    documented.insert(std::string_view(text).substr(at, text.find('}', at) - at));
  }
  std::set<std::string_view> written;
  for (const KindTraits& kind : kKinds) written.insert(kind.ce_type);
  EXPECT_EQ(documented, written);
}

TEST(KindTest, AReportThatEndsNothingSaysNoBounce) {
  EXPECT_TRUE(says_bounced(pb::BOUNCE_CLASS_HARD));
  EXPECT_FALSE(says_bounced(pb::BOUNCE_CLASS_UNRECOGNISED));
  EXPECT_FALSE(says_bounced(pb::BOUNCE_CLASS_DELIVERED));
  EXPECT_FALSE(says_bounced(pb::BOUNCE_CLASS_DELAYED));
  EXPECT_FALSE(says_bounced(pb::BOUNCE_CLASS_AUTO_REPLY));
}

}  // namespace
}  // namespace waybill::schemas
