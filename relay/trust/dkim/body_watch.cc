#include "relay/trust/dkim/body_watch.h"

namespace waybill::relay::trust::dkim {

BodyWatch::Found BodyWatch::see(std::string_view piece) {
  while (!piece.empty()) {
    empty_ = false;
    if (last_ == '\r') {
      if (piece.front() != '\n') return Found::bare_line_end;
      last_ = '\n';
      line_ = 0;
      piece.remove_prefix(1);
      continue;
    }
    const std::size_t end = piece.find_first_of("\r\n");
    line_ += end == std::string_view::npos ? piece.size() : end;
    if (line_ > kMaxBodyLine) return Found::long_line;
    if (end == std::string_view::npos) {
      last_ = piece.back();
      break;
    }
    if (piece[end] == '\n') return Found::bare_line_end;
    last_ = '\r';
    piece.remove_prefix(end + 1);
  }
  return Found::lines;
}

std::string_view BodyWatch::missing_end() const {
  return empty_ || last_ == '\n' ? std::string_view() : std::string_view("\r\n");
}

}  // namespace waybill::relay::trust::dkim
