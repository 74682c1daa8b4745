#include "tools/dustbin/rules.h"

#include <algorithm>

#include "runtime/ascii.h"

namespace waybill::tools::dustbin {
namespace {

using schemas::Address;
using schemas::Reply;

using runtime::ascii::lower;

bool lists(const std::set<std::string>& local_parts, const Address& address) {
  return local_parts.contains(lower(address.local()));
}

bool lists_any(const std::set<std::string>& local_parts, const std::vector<Address>& addresses) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Address& address) { return lists(local_parts, address); });
}

}  // namespace

Reply judge_recipient(const Rules& rules, const Address& recipient) {
  if (lists(rules.refuse_rcpt, recipient)) return {550, "5.1.1", "No such mailbox in this dustbin"};
  if (lists(rules.defer_rcpt, recipient)) return {450, "4.2.1", "Mailbox busy in this dustbin"};
  return {250, "2.1.5", "Recipient ok"};
}

Reply judge_data(const Rules& rules, const std::vector<Address>& recipients) {
  if (lists_any(rules.refuse_data, recipients)) return {554, "5.7.1", "Refused by this dustbin"};
  if (lists_any(rules.defer_data, recipients)) return {451, "4.3.0", "Put off by this dustbin"};
  return {250, "2.0.0", "Taken, and thrown away"};
}

std::set<std::string> folded(const std::vector<std::string>& local_parts) {
  std::set<std::string> out;
  for (const auto& local : local_parts) out.insert(lower(local));
  return out;
}

}  // namespace waybill::tools::dustbin
