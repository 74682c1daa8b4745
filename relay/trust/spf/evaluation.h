// One evaluation of check_host: the records, their terms, and the counts that its limits are held
// against. check_host.h is the contract; nothing else includes this.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "relay/trust/spf/check_host.h"
#include "relay/trust/spf/record.h"
#include "runtime/dns/resolver.h"
#include "runtime/task.h"

namespace waybill::relay::trust::spf {

// Octets of a name that a reason quotes.
inline constexpr std::size_t kMaxShown = 128;

// What judging one domain's record came to.
struct Finding {
  SpfCode code = SpfCode::none;
  std::string mechanism;
  std::string detail;                      // of temperror and permerror
  std::optional<MacroString> explanation;  // exp= of the record that decided
  std::string domain;                      // whose record that is
};

// One thread; lives in the coroutine of check_host.
class Evaluation {
 public:
  Evaluation(runtime::dns::Resolver& resolver, MacroValues values, runtime::Instant deadline)
      : resolver_(resolver), values_(std::move(values)), deadline_(deadline) {}

  // RFC 7208 4.4 to 4.7. `depth`: how many includes and redirects led here.
  runtime::Task<Finding> judge(std::string domain, int depth);
  // RFC 7208 6.2. Empty if there is none, or anything is wrong with it.
  runtime::Task<std::string> explain(MacroString target, std::string domain);

 private:
  enum class Match { no, yes, temperror, permerror };
  using Addresses = runtime::Result<runtime::dns::Answer<runtime::IpAddress>>;

  runtime::Task<Finding> fetch(std::string domain, Record& record);
  runtime::Task<Finding> redirected(Record record, std::string domain, int depth);
  runtime::Task<Match> matches(const Mechanism& mechanism, std::string domain, int depth);
  runtime::Task<Match> matches_addresses(const Mechanism& mechanism, std::string target);
  runtime::Task<Match> matches_exchanges(const Mechanism& mechanism, std::string target);
  runtime::Task<Match> matches_include(std::string target, int depth);
  runtime::Task<Match> matches_names(std::string target);
  runtime::Task<Match> matches_exists(std::string target);

  // The name that a domain-spec stands for, or nothing if DNS cannot hold it.
  runtime::Task<std::optional<std::string>> target_of(MacroString spec, std::string domain);
  runtime::Task<Addresses> addresses_of(std::string name);
  // Names of the client that resolve to it (RFC 7208 5.5); asked once.
  runtime::Task<void> validate_names();
  std::string validated_name_for(const std::string& domain) const;

  Match permanent(std::string detail);
  bool within_limits();
  // Counts an answer without records; false once there are too many.
  bool count_void();
  Match after_failure(const runtime::Error& error, const std::string& name);

  runtime::dns::Resolver& resolver_;
  MacroValues values_;
  runtime::Instant deadline_;
  int look_ups_ = 0;
  int void_look_ups_ = 0;
  std::string detail_;
  bool names_asked_ = false;
  bool names_void_ = false;
  std::vector<std::string> validated_;
};

}  // namespace waybill::relay::trust::spf
