#include "projector/row_table.h"

#include <gtest/gtest.h>

#include <string>

namespace waybill::projector {
namespace {

TEST(RowTableTest, ARowIsFoundByItsKey) {
  RowTable table;
  EXPECT_EQ(table.find("key"), nullptr);
  RowTable::Row& row = table.add("key");
  EXPECT_FALSE(row.present);
  table.set(row, "value");
  ASSERT_NE(table.find("key"), nullptr);
  EXPECT_TRUE(table.find("key")->present);
  EXPECT_EQ(table.find("key")->value, "value");
  EXPECT_EQ(table.find("kez"), nullptr);
  EXPECT_EQ(table.size(), 1u);
}

TEST(RowTableTest, AValueMayBecomeShorterLongerAndItsOwnPart) {
  RowTable table;
  RowTable::Row& row = table.add("key");
  table.set(row, "a value");
  for (const char* value : {"short", "", "one that is longer than before", "a value"}) {
    table.set(row, value);
    EXPECT_EQ(row.value, value);
  }
  table.set(row, row.value.substr(2));
  EXPECT_EQ(row.value, "value");
}

TEST(RowTableTest, ManyRowsOfAnySizeKeepTheirNumbersAndValues) {
  RowTable table;
  constexpr std::size_t kRows = 5'000;
  const auto value = [](std::size_t i) { return std::string(i % 997, static_cast<char>(i)); };
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < kRows; ++i) {
      RowTable::Row& row = table.add(std::to_string(i));
      EXPECT_EQ(table.number_of(row), i);
      table.set(row, value(i));
    }
    for (std::size_t i = 0; i < kRows; ++i) {
      ASSERT_EQ(table.find(std::to_string(i))->value, value(i));
      ASSERT_EQ(table.row(static_cast<std::uint32_t>(i)).key, std::to_string(i));
    }
    EXPECT_EQ(table.find("none"), nullptr);
    EXPECT_GE(table.octets(), kRows * 498);
    table.clear();
    EXPECT_EQ(table.size(), 0u);
    EXPECT_EQ(table.octets(), 0u);
    EXPECT_EQ(table.find("1"), nullptr);
  }
}

TEST(RowTableTest, AValueOfMegabytesIsKept) {
  RowTable table;
  const std::string large(3 << 20, 'v');
  table.set(table.add("small"), "value");
  table.set(table.add("large"), large);
  EXPECT_EQ(table.find("large")->value, large);
  EXPECT_EQ(table.find("small")->value, "value");
}

}  // namespace
}  // namespace waybill::projector
