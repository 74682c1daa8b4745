// Discovery: policy records and organisations, by tree walk (RFC 9989 4.10). evaluate.h is the
// contract; nothing else includes this.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/trust/dmarc/record.h"
#include "runtime/dns/resolver.h"
#include "runtime/result.h"
#include "runtime/task.h"

namespace waybill::relay::trust::dmarc {

struct FoundRecord {
  std::string domain;
  Record record;
};

// The names that a walk from `domain` asks at, itself first: at most kMaxWalk.
std::vector<std::string> walk_of(const std::string& domain);

// RFC 9989 4.10.2. `found`: the records of a walk that began at `start`, longest name first.
std::string organisation_in(const std::vector<FoundRecord>& found, const std::string& start);

// Keeps what was found, so that walks within one organisation ask each name once. One thread.
class Discovery {
 public:
  Discovery(runtime::dns::Resolver& resolver, runtime::Instant deadline)
      : resolver_(resolver), deadline_(deadline) {}

  // From here on, in place of the deadline so far.
  void go_on_until(runtime::Instant deadline) { deadline_ = deadline; }

  // How many records stand at one name, and the record if it is one.
  struct Found {
    std::size_t count = 0;
    std::optional<Record> record;
  };
  runtime::Task<runtime::Result<Found>> record_at(std::string domain);
  // The records of a tree walk, longest name first. A top-level domain for which no server answers
  // counts as one without a record.
  runtime::Task<runtime::Result<std::vector<FoundRecord>>> walk(std::string domain);
  // RFC 8020 2: NXDOMAIN alone says no.
  runtime::Task<runtime::Result<runtime::dns::Existence>> existence(std::string domain);

 private:
  runtime::dns::Resolver& resolver_;
  runtime::Instant deadline_;
  std::map<std::string, Found> known_;
};

}  // namespace waybill::relay::trust::dmarc
