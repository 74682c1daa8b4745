// Rows of `return_paths`: one delivery, its sender, and the reports on it.
//
//   octet    1 verified, 2 smtputf8
//   16       message id
//   string   alias, domain, sender, target, route, reason, ret, envid, notify, orcpt, RFC 5322
//            Message-ID, header From
//   fixed64  accepted_at: ns since 1970
//   then for each report, until the row ends: 16 message id, 32 digest, octet 1 done
#pragma once

#include <string>
#include <string_view>

#include "runtime/result.h"
#include "schemas/return_path.h"

namespace waybill::projector {

void append_return_path_row(const schemas::ReturnPath& path, std::string& out);
// Errc::corrupt.
runtime::Result<schemas::ReturnPath> read_return_path_row(std::string_view octets);

}  // namespace waybill::projector
