// ReturnPath: one delivery as a report on it needs it: the sender to be told, and the reports that
// came. A value; the views keep it, nodes send it to each other as JSON, the relay decides by it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.h"
#include "runtime/time.h"
#include "schemas/dsn_request.h"
#include "schemas/event.h"
#include "schemas/ids.h"

namespace waybill::schemas {

struct ReturnPath {
  static constexpr std::size_t kDigestOctets = 32;

  struct Report {
    MessageId message;   // of the report; not told to other nodes
    std::string digest;  // SHA-256 of the report, kDigestOctets
    bool done = false;   // nothing is left to be handed on

    friend bool operator==(const Report&, const Report&) = default;
  };

  MessageId message;
  std::string alias;
  std::string domain;
  std::string sender;  // whom to tell; empty: the null sender, nobody
  std::string target;
  std::string route;
  bool verified = false;  // the originator was (I6)
  std::string reason;     // of that
  // Not verified because DNS did not say who may send for the sender's domain: it can be asked
  // again for this client.
  bool spf_in_doubt = false;
  std::string client_ip;
  std::string helo;
  bool smtputf8 = false;
  DsnRequest dsn;
  std::string rfc5322_message_id;
  std::string header_from;
  runtime::WallTime accepted_at;
  std::vector<Report> reports;  // oldest first

  friend bool operator==(const ReturnPath&, const ReturnPath&) = default;
};

// The return path as an Accepted opens it for one of its targets: no report has come. The event's
// message id has 16 octets. What `out` was is gone, but its strings keep their memory.
void open_return_path(const Event& accepted, std::string_view target, ReturnPath& out);

// The answer of GET /v1/return-paths/{id}, and back. Nodes of other releases read and write it:
// names and types stay. Errc::corrupt: a member is missing, or of another type or size.
std::string to_json(const ReturnPath& path);
runtime::Result<ReturnPath> return_path_from_json(std::string_view json);

}  // namespace waybill::schemas
