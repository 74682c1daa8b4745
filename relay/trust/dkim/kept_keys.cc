#include "relay/trust/dkim/kept_keys.h"

namespace waybill::relay::trust::dkim {

std::shared_ptr<const KeyRecord> KeptKeys::read(const std::string& text) {
  const auto kept = records_.find(text);
  if (kept != records_.end()) return kept->second;
  auto record = parse_key_record(text);
  // What has no key ready costs little to read again, and may be of any size.
  if (!record) return nullptr;
  auto shared = std::make_shared<const KeyRecord>(std::move(*record));
  if (shared->key == nullptr) return shared;
  if (records_.size() >= kMaxKeptKeys) records_.clear();
  records_.emplace(text, shared);
  return shared;
}

}  // namespace waybill::relay::trust::dkim
