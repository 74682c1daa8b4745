#include "relay/smtp/line_reader.h"

#include <algorithm>

namespace waybill::relay::smtp {

std::optional<Line> LineReader::read(std::string_view& input) {
  if (given_) line_.clear();
  given_ = false;
  if (skipping_ && !skip(input)) return std::nullopt;

  const std::string_view window = input.substr(0, kMaxCommandLine - line_.size());
  const std::size_t feed = window.find('\n');
  const std::string_view part = window.substr(0, feed);
  line_.append(part);
  input.remove_prefix(std::min(part.size() + 1, window.size()));
  if (feed == std::string_view::npos) {
    if (line_.size() < kMaxCommandLine) return std::nullopt;
    return faulty(LineFault::too_long);
  }
  if (!line_.ends_with('\r')) return faulty(LineFault::bare_line_feed);
  line_.pop_back();
  given_ = true;
  return Line{line_};
}

Line LineReader::faulty(LineFault fault) {
  given_ = true;
  skipping_ = true;
  after_cr_ = fault == LineFault::too_long && line_.ends_with('\r');
  return {line_, fault};
}

bool LineReader::skip(std::string_view& input) {
  while (!input.empty()) {
    const std::size_t feed = input.find('\n');
    const std::string_view part = input.substr(0, feed);
    const bool ended = part.empty() ? after_cr_ : part.ends_with('\r');
    input.remove_prefix(std::min(part.size() + 1, input.size()));
    after_cr_ = feed == std::string_view::npos && ended;
    if (feed != std::string_view::npos && ended) {
      skipping_ = false;
      return true;
    }
  }
  return false;
}

}  // namespace waybill::relay::smtp
