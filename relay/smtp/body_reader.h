// BodyReader: the octets of one message out of DATA or BDAT, in any split: same octets, same body.
//
// Promises:
//   - DATA ends at CRLF "." CRLF (or "." CRLF at its very start) and nowhere else (RFC 5321
//     4.1.1.4); a dot at the start of a line is dropped (4.5.2);
//   - a bare CR or LF, or one octet more than the limit, is a fault. What came before it was given;
//     nothing after it is, and reading goes on only to find the true end;
//   - pieces are views into the octets read, however many lines they span; memory is constant, also
//     for lines without end.
// Owner's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waybill::relay::smtp {

enum class BodyFault {
  none,
  bare_line_end,  // CR without LF or LF without CR
  too_large,      // above max_message_octets
};

// dot_stuffed: DATA. counted: the octets of BDAT chunks (RFC 3030), whose end the caller knows.
enum class BodyFraming { dot_stuffed, counted };

class BodyReader {
 public:
  BodyReader(BodyFraming framing, std::uint64_t limit) : framing_(framing), limit_(limit) {}

  // The next piece of the body, taken from the front of `input` and valid as long as that is.
  // Empty: all of `input` was taken, or ended().
  std::string_view read(std::string_view& input);

  // The counted octets are complete: a CR that still waits for its LF is bare.
  void finish();
  // The caller knows of a fault from elsewhere: a chunk size above the limit.
  void fail(BodyFault fault);

  bool ended() const { return state_ == State::ended; }
  BodyFault fault() const { return fault_; }
  std::uint64_t octets() const { return octets_; }    // given as pieces
  std::uint64_t drained() const { return drained_; }  // taken after a fault

 private:
  enum class State { line_start, in_line, after_cr, after_dot, after_dot_cr, ended };

  // What became of one octet where the state decides, not its neighbours: taken; taken and it ended
  // a line whose CR came with an earlier input; or left, to be looked at again in the new state.
  enum class Fate { taken, ended_line, left };

  Fate step(char octet);
  // Octets of `rest` that can be given as they are, CRLFs included, up to what needs step().
  std::size_t plain(std::string_view rest);
  std::size_t plain_line(std::string_view rest);
  std::string_view give(std::string_view piece);

  const BodyFraming framing_;
  const std::uint64_t limit_;
  State state_ = State::line_start;
  BodyFault fault_ = BodyFault::none;
  std::uint64_t octets_ = 0;
  std::uint64_t drained_ = 0;
};

}  // namespace waybill::relay::smtp
