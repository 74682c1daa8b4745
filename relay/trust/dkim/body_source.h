// BodySource: the octets of a message's body, in pieces.
#pragma once

#include <cstdint>
#include <string_view>

#include "relay/message/spool.h"
#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::relay::trust::dkim {

class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next octets, valid until the next call; empty at the end.
  virtual runtime::Task<runtime::Result<std::string_view>> next() = 0;
};

// The body of a spooled message. The spool outlives it, and nobody else reads it meanwhile.
class SpoolBody final : public BodySource {
 public:
  // `begin`: where the body begins, behind the empty line that ends the header.
  SpoolBody(message::Spool& spool, std::uint64_t begin) : spool_(spool), at_(begin) {}

  runtime::Task<runtime::Result<std::string_view>> next() override;

 private:
  message::Spool& spool_;
  std::uint64_t at_;
};

}  // namespace waybill::relay::trust::dkim
