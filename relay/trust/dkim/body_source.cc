#include "relay/trust/dkim/body_source.h"

namespace waybill::relay::trust::dkim {

runtime::Task<runtime::Result<std::string_view>> SpoolBody::next() {
  if (at_ >= spool_.size()) co_return std::string_view();
  auto piece = co_await spool_.read(at_);
  if (piece) at_ += piece->size();
  co_return piece;
}

}  // namespace waybill::relay::trust::dkim
