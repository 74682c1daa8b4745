// SyslogMessages: records as messages of RFC 5424, without a frame. A pure function: a record that
// is sent again is the same octets, also after a restart.
//
// The body stands behind the header without a BOM (RFC 5424 6.4, MSG-ANY): receivers keep one as
// the first character of what they then look for `{` or `CEF:` in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stream/mapping/record.h"

namespace waybill::stream {

// RFC 5424 6.2.1: local4. Mail's own (2) would mix the records with those of mail servers, and
// collectors that choose by facility would take each record twice.
inline constexpr std::uint8_t kLocal4 = 20;

struct SyslogSettings {
  std::uint8_t facility = kLocal4;  // 0 to 23
  // Octets that HOSTNAME, APP-NAME and PROCID may not hold become `-`; RFC 5424 6 limits their
  // number to 255, 48 and 128.
  std::string host_name{};
  std::string app_name = "waybill";
  // One for good, and no process id: that would make a repeat other octets than the record was.
  std::string process{};
  // RFC 5424 6.2.3 allows six; receivers of LEEF know three alone.
  enum class Digits : std::uint8_t { three, six };
  Digits digits = Digits::six;
  // A private enterprise number of the operator's (RFC 5424 7.2.2): then the event's id stands in
  // structured data as [waybill@NUMBER id="..."]. Without one there is no structured data: no
  // registered element holds an id, 32473 is for documents alone (RFC 5612), and all formats of a
  // body hold the id themselves.
  std::optional<std::uint32_t> enterprise_number{};
};

class SyslogMessages {
 public:
  explicit SyslogMessages(const SyslogSettings& settings);

  // The message of a record, at the end of `out`.
  void append(const Record& record, std::string& out);

 private:
  void append_time(runtime::WallTime time, std::string& out);

  const unsigned facility_;
  const unsigned digits_;
  const std::string names_;    // " HOSTNAME APP-NAME PROCID "
  const std::string element_;  // "[waybill@NUMBER id=\"", or empty
  // The last second, and its text: records come in their order.
  std::int64_t second_ = -1;
  std::string second_text_;
};

}  // namespace waybill::stream
