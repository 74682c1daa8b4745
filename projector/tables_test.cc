#include "projector/tables.h"

#include <gtest/gtest.h>

#include <set>

#include "projector/rows/view.h"

namespace waybill::projector {
namespace {

// What else must hold of the rows is asserted where they stand.
TEST(TablesTest, EveryViewHasItsTableAndEveryTableOfAViewHasOne) {
  std::multiset<std::string_view> written, expected;
  for (const auto& view : all_views()) {
    written.insert(view->table().name);
    EXPECT_EQ(traits_of(view->table().table).name, view->table().name);
  }
  for (const TableTraits& traits : kTableTraits) {
    if (traits.is_view) expected.insert(traits.name);
  }
  EXPECT_EQ(written, expected);
}

}  // namespace
}  // namespace waybill::projector
