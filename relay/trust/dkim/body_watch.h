// BodyWatch: sees that a body is made of lines that libopendkim hashes as RFC 6376 3.4 says.
// Sans-I/O; linear time.
#pragma once

#include <cstddef>
#include <string_view>

namespace waybill::relay::trust::dkim {

// A line is held in memory while its end is not known; RFC 5322 2.1.1 allows 998 octets.
inline constexpr std::size_t kMaxBodyLine = 1 << 20;

class BodyWatch {
 public:
  enum class Found {
    lines,          // so far
    bare_line_end,  // a CR or an LF by itself
    long_line,
  };

  // Pieces in order, cut anywhere; after anything but `lines` there is no more to say.
  Found see(std::string_view piece);

  // At the end of the body: what must be added for its last line to be one (RFC 6376 3.4.4).
  std::string_view missing_end() const;
  // At the end of the body: it ends in a bare CR.
  bool ends_in_cr() const { return last_ == '\r'; }

 private:
  char last_ = '\n';
  bool empty_ = true;
  std::size_t line_ = 0;
};

}  // namespace waybill::relay::trust::dkim
