#include "tools/sinks/samples.h"

#include <gtest/gtest.h>

#include "schemas/event.h"
#include "schemas/kind.h"
#include "stream/mapping/mapping.h"

namespace waybill::tools {
namespace {

TEST(SamplesTest, EachKindHasOneInTheOrderOfKinds) {
  ASSERT_EQ(schemas::kKinds.size(), sample_events().size());
  for (std::size_t i = 0; i < schemas::kKinds.size(); ++i) {
    const auto event = schemas::event_from_json(sample_events()[i]);
    ASSERT_TRUE(event) << event.error().why;
    EXPECT_EQ(schemas::kKinds[i].word, schemas::kind_of(*event));
  }
}

TEST(SamplesTest, ARecordIsWhatASinkOfThatFormatSends) {
  for (const stream::Format format : stream::kFormats) {
    const stream::Mapping mapping({.format = format, .version = "1.2.3"});
    const auto records = sample_records(format, "", "1.2.3");
    ASSERT_EQ(schemas::kKinds.size(), records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto event = schemas::event_from_json(sample_events()[i]);
      EXPECT_EQ(mapping.map(*event)->body, records[i]);
    }
  }
}

TEST(SamplesTest, OneKindIsOneRecord) {
  const auto records = sample_records(stream::Format::cef, "bounced", "1.2.3");
  ASSERT_EQ(1U, records.size());
  EXPECT_TRUE(records[0].starts_with("CEF:0|Waybill|Waybill|1.2.3|bounced|")) << records[0];
}

}  // namespace
}  // namespace waybill::tools
