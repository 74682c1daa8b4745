// Rows of `return_paths`: whom a report on one delivery is for.
//
//   octet    1 verified, 2 smtputf8
//   16       message id
//   string   alias, domain, sender, target, route, reason, ret, envid, notify, orcpt, RFC 5322
//            Message-ID, header From
//   fixed64  accepted_at: ns since 1970
//   then for each report, until the row ends: 16 message id, 32 digest, octet state
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.h"
#include "schemas/event.h"

namespace waybill::projector {

inline constexpr std::size_t kDigestOctets = 32;

// A return path: where a report on one delivery goes, and which reports came (views/
// return_paths.h). Times in ns since 1970.
struct ReturnPath {
  std::string message_id;  // 16 octets
  std::string alias;
  std::string domain;
  std::string sender;  // who is told; empty: the null sender, nobody
  std::string target;
  std::string route;
  bool verified = false;  // the originator was (I6)
  std::string reason;     // of that
  bool smtputf8 = false;
  std::string ret, envid, notify, orcpt;  // RFC 3461, as given
  std::string rfc5322_message_id;
  std::string header_from;
  std::uint64_t accepted_at = 0;

  struct Report {
    enum class State : std::uint8_t { open, done };
    std::string message_id;     // 16 octets: of the report
    std::string digest;         // SHA-256 of the report, 32 octets
    State state = State::open;  // done: nothing is left to be handed on
  };
  std::vector<Report> reports;  // oldest first
};

void append_return_path_row(const ReturnPath& path, std::string& out);
// The row as an Accepted opens it for one of its targets.
void append_return_path_row(const schemas::Event& accepted, std::string_view target,
                            std::string& out);
// Errc::corrupt.
runtime::Result<ReturnPath> read_return_path_row(std::string_view octets);

}  // namespace waybill::projector
