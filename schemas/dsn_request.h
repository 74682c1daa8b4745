// DsnRequest: what a sender asked to be told of its message (RFC 3461 4), as given: each text was
// checked where SMTP was read, and its xtext (RFC 3461 4) is not decoded.
#pragma once

#include <string>

#include "schemas/event.h"

namespace waybill::schemas {

struct DsnRequest {
  std::string ret;     // "FULL", "HDRS"; empty here and below: not asked for
  std::string envid;   // xtext
  std::string notify;  // "NEVER", or any of "SUCCESS,FAILURE,DELAY"
  std::string orcpt;   // "rfc822;xtext"

  bool empty() const { return ret.empty() && envid.empty() && notify.empty() && orcpt.empty(); }
  friend bool operator==(const DsnRequest&, const DsnRequest&) = default;
};

inline void set_dsn_request(pb::DsnRequest& out, const DsnRequest& request) {
  out.set_ret(request.ret);
  out.set_envid(request.envid);
  out.set_notify(request.notify);
  out.set_orcpt(request.orcpt);
}

// Into strings that keep their memory.
inline void read_dsn_request(const pb::DsnRequest& request, DsnRequest& out) {
  out.ret = request.ret();
  out.envid = request.envid();
  out.notify = request.notify();
  out.orcpt = request.orcpt();
}

}  // namespace waybill::schemas
