#include "query/search/query.h"

#include <algorithm>

namespace waybill::query::search {

bool same_question(const Query& a, const Query& b) {
  const auto same = [](const Condition& one, const Condition& other) {
    return one.sense == other.sense && one.any_of == other.any_of;
  };
  return std::equal(a.all_of.begin(), a.all_of.end(), b.all_of.begin(), b.all_of.end(), same);
}

}  // namespace waybill::query::search
