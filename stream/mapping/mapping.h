// Mapping: events as records in one format. A pure function of the event and of what it is made of:
// the same event gives the same octets at every attempt, on every host. Any thread.
//
// What others wrote (a sender's subject, a next hop's reply) is escaped so that it stays within its
// field, and a record is one line. A record that would exceed its limit loses whole fields
// in a fixed order (cut_order()) and says so by `truncated`; no value is ever cut.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/failure.h"
#include "schemas/event.h"
#include "stream/mapping/facts.h"
#include "stream/mapping/field_policy.h"
#include "stream/mapping/format.h"
#include "stream/mapping/plan.h"
#include "stream/mapping/record.h"

namespace waybill::stream {

// What receivers of syslog take unless they are told otherwise (RFC 5425 4.3.1 asks for as much).
inline constexpr std::size_t kDefaultMaxRecord = 8192;

class Mapping {
 public:
  struct Options {
    Format format = Format::waybill;
    FieldPolicy policy{};
    std::size_t max_record = kDefaultMaxRecord;  // octets of a record's body
    std::string version{};                       // of this program, as records name it
  };

  explicit Mapping(Options options);

  // Errc::limit_exceeded: too large without all that may be left out. Errc::invalid: the event is
  // of a kind that this release does not know. Neither passes later: the caller parks the event.
  runtime::Explained<Record> map(const schemas::Event& event) const;

  Format format() const { return options_.format; }

 private:
  runtime::Explained<std::string> rendered(const schemas::Event& event,
                                           const EventWords& words) const;
  runtime::Explained<std::string> own_json(const schemas::Event& event) const;
  void apply_policy(Facts& facts) const;
  void settle_endpoints(Facts& facts) const;
  void drop_overlong(Facts& facts) const;
  void write(TextBuffer& out, const Facts& facts, const EventWords& words) const;

  const Options options_;
  const std::vector<Plan> plans_;  // by place_of() of a kind; none for waybill's own JSON
  // Fields that the policy does not keep as they are.
  std::vector<Field> dropped_;
  std::vector<Field> hashed_;
  // CEF: fields whose places have a limit of their own.
  std::vector<std::pair<Field, std::size_t>> limited_;
};

}  // namespace waybill::stream
