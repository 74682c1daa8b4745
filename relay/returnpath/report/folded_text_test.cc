#include "relay/returnpath/report/folded_text.h"

#include <gtest/gtest.h>

namespace waybill::relay::returnpath::report {
namespace {

TEST(FoldedTextTest, OneWordWrittenInManyWaysIsOneWord) {
  const struct {
    const char* text;
    const char* flat;
  } cases[] = {
      {"  Empfänger \r\n\t UNBEKANNT  ", "empfanger unbekannt"},
      {"Straße, Łódź, Ærø, ÉTÉ", "strasse, lodz, aro, ete"},
      {"L’adresse “x” — n’existe", "l'adresse \"x\" - n'existe"},
      {"Ящик ПЕРЕПОЛНЕН, Ёлка", "ящик переполнен, елка"},
      {"ΑΘΗΝΑ", "αθηνα"},
      {"原因：　ＵＳＥＲ ｕｎｋｎｏｗｎ", "原因: user unknown"},
      {"e\xcc\x81t\xc2\xad"
       "at",
       "etat"},
      {"a\xffz", "a?z"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(folded(c.text), c.flat) << c.text;
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
