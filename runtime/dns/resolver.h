// Resolver: DNS questions as a port.
//
// Promises: every question ends by its deadline. "There is none" is an answer and never mixed up
// with "nobody answered": NXDOMAIN and NODATA give an Answer with no records. CNAMEs are followed.
// Else:
//   Errc::temporary  SERVFAIL, a bogus DNSSEC chain, a dead server, too much asked at one time
//   Errc::timeout    the deadline passed
//   Errc::invalid    not a name that DNS can hold (question_name.h); nothing was asked
//   Errc::corrupt    there are records of the type, but every one is malformed
// A malformed record among sound ones is left out.
//
// The caller owes: the resolver outlives its questions, unless an adapter promises more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/dane.h"
#include "runtime/endpoint.h"
#include "runtime/result.h"
#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::runtime::dns {

// Whether asking again later can help: not for a name that DNS cannot hold, nor for rubbish.
inline bool may_pass(const runtime::Error& error) {
  const Errc code = errc_of(error);
  return code != Errc::invalid && code != Errc::corrupt;
}

// One MX record; a null MX (RFC 7505) has an empty exchange.
struct Mx {
  std::uint16_t preference = 0;
  std::string exchange;  // lower case, no trailing dot
  friend bool operator==(const Mx&, const Mx&) = default;
};

enum class Existence { exists, no_such_name };

template <class Record>
struct Answer {
  Existence name = Existence::exists;  // no_such_name: NXDOMAIN
  std::vector<Record> records;         // in no order; empty with exists: NODATA
  std::string canonical;               // that asked, or the end of its CNAMEs; lower case
  std::uint32_t ttl = 0;               // seconds
  // Signatures, checked here, lead from a trust anchor to all of it, to each alias on the way, and
  // where there is none, to that (RFC 4035 4.3). Without a trust anchor nothing is.
  bool secure = false;
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  // `name`: A-labels, no trailing dot.
  virtual runtime::Task<runtime::Result<Answer<Mx>>> mx(std::string name,
                                                        runtime::Instant deadline) = 0;
  // A and AAAA records.
  virtual runtime::Task<runtime::Result<Answer<runtime::IpAddress>>> a(
      std::string name, runtime::Instant deadline) = 0;
  virtual runtime::Task<runtime::Result<Answer<runtime::IpAddress>>> aaaa(
      std::string name, runtime::Instant deadline) = 0;
  // One string for each TXT record, its character-strings joined (RFC 7208 3.3).
  virtual runtime::Task<runtime::Result<Answer<std::string>>> txt(std::string name,
                                                                  runtime::Instant deadline) = 0;
  // `name`: where the records of a service are, "_25._tcp.mx.example.org" (RFC 6698 3).
  virtual runtime::Task<runtime::Result<Answer<runtime::Tlsa>>> tlsa(std::string name,
                                                                     runtime::Instant deadline) = 0;
  // The names of an address, as its owner claims them: lower case, no trailing dot. Asked for at
  // reverse_name(address).
  virtual runtime::Task<runtime::Result<Answer<std::string>>> ptr(runtime::IpAddress address,
                                                                  runtime::Instant deadline) = 0;
};

}  // namespace waybill::runtime::dns
