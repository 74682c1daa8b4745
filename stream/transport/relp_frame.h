// Frames of RELP, the protocol of librelp and rsyslog (no RFC; "RELP specification", 1.0):
//
//   TXNR SP COMMAND SP DATALEN [SP DATA] LF
//
// TXNR and DATALEN are up to nine decimal digits, COMMAND up to 32 letters, DATA that many octets
// of any kind. A peer answers with `rsp`, the TXNR of what it answers, and data that begins with
// three digits: 200 is yes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/result.h"

namespace waybill::stream {

inline constexpr std::uint32_t kLastTxnr = 999'999'999;
// The data of an answer: words of the peer for people. What `open` is answered with is some 100.
inline constexpr std::size_t kMostRelpData = 64 << 10;

struct RelpFrame {
  std::uint32_t txnr = 0;
  std::string command{};
  std::string data{};
  friend bool operator==(const RelpFrame&, const RelpFrame&) = default;
};

void append_relp(std::uint32_t txnr, std::string_view command, std::string_view data,
                 std::string& out);

// The three digits at the begin of an answer's data; nullopt: they are none.
std::optional<int> relp_status(const RelpFrame& answer);

// Takes octets as they come. After an error it gives nothing but the error.
class RelpReader {
 public:
  void feed(std::string_view octets) { octets_ += octets; }
  // nullopt: more octets are wanted. Errc::invalid: what came is no frame, or one of more than
  // kMostRelpData.
  runtime::Result<std::optional<RelpFrame>> next();

 private:
  std::optional<std::string_view> word(std::size_t most, std::string_view ends);
  bool parse(RelpFrame& frame);

  std::string octets_;
  std::size_t at_ = 0;  // behind the last whole frame
  std::size_t scan_ = 0;
  bool invalid_ = false;
};

}  // namespace waybill::stream
