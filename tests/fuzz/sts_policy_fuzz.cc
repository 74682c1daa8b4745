// Any octets as the record, as the policy and as the book of MTA-STS: read or refused, and what is
// read keeps its promises.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "relay/sts/book.h"
#include "relay/sts/policy.h"

namespace {

namespace sts = waybill::relay::sts;

void require(bool kept) {
  if (!kept) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto id = sts::find_id({text})) require(!id->empty() && id->size() <= 32);
  if (const auto policy = sts::parse_policy(text)) {
    require(policy->mx.size() <= sts::kMostPatterns && policy->max_age <= sts::kLongestAge);
    require(policy->mode == sts::Mode::none || !policy->mx.empty());
    for (const std::string& pattern : policy->mx) {
      const bool wild = pattern.starts_with("*.");
      require(sts::names_host(*policy, wild ? "a" + pattern.substr(1) : pattern));
    }
  }
  const waybill::runtime::WallTime now{std::chrono::seconds(1'800'000'000)};
  const std::string once = sts::PolicyBook::read(text, now).text();
  require(sts::PolicyBook::read(once, now).text() == once);
  return 0;
}
