// Return paths: whom a report on a delivery is for, one row a delivery, from its acceptance on.
//
// A row outlives every window (kMaxWindow) by kMargin, in which a report whose body was late is
// still told apart; then it is gone, as the log's own time goes on. Who sent a message is therefore
// not known here for longer than somebody may have to be told.
//
//   octet    1 verified, 2 smtputf8
//   16       message id
//   string   alias, domain, sender, target, route, reason, ret, envid, notify, orcpt, RFC 5322
//            Message-ID, header From
//   fixed64  accepted_at: ns since 1970
//   then for each report, until the row ends: 16 message id, 32 digest, octet state
#pragma once

#include <string>
#include <string_view>

#include "projector/history.h"
#include "projector/view.h"

namespace waybill::projector {

// The longest window that a domain may set (docs/configuration.md).
inline constexpr std::chrono::hours kMaxWindow{14 * 24};
// An SMTP transaction that began within the window has ended by then (RFC 5321 4.5.3.2).
inline constexpr std::chrono::hours kMargin{1};

// Reports remembered for one delivery; the relay takes fewer (relay/limits.h).
inline constexpr std::size_t kMaxReports = 16;

std::string return_path_key(std::string_view delivery_id);

void append_return_path_row(const ReturnPath& path, std::string& out);
// Errc::corrupt.
runtime::Result<ReturnPath> read_return_path_row(std::string_view octets);

class ReturnPaths final : public View {
 public:
  std::string_view name() const override { return "return_paths"; }
  runtime::Result<void> fold(const schemas::Event& event, Place place, Rows& rows) override;

 private:
  std::string key_;  // both kept for their memory
  std::string row_;
};

}  // namespace waybill::projector
