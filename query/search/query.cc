#include "query/search/query.h"

#include <algorithm>

namespace waybill::query::search {

bool is_bare_address(const Condition& condition) {
  const auto& terms = condition.any_of;
  return terms.size() == 2 && std::holds_alternative<AddressTerm>(terms[0]) &&
         std::holds_alternative<MessageIdTerm>(terms[1]);
}

bool same_question(const Query& a, const Query& b) {
  const auto same = [](const Condition& one, const Condition& other) {
    return one.sense == other.sense && one.any_of == other.any_of;
  };
  return std::equal(a.all_of.begin(), a.all_of.end(), b.all_of.begin(), b.all_of.end(), same);
}

}  // namespace waybill::query::search
