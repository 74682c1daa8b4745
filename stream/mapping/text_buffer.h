// TextBuffer: a record as it is written: at first in place, so that most records are allocated
// once, at their length.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace waybill::stream {

class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  // A place for `octets` more; what was written there ends where end_at() says.
  char* room(std::size_t octets) {
    if (static_cast<std::size_t>(end_ - at_) < octets) grow(octets);
    return at_;
  }
  void end_at(char* at) { at_ = at; }

  void add(char c) {
    *room(1) = c;
    ++at_;
  }
  void add(std::string_view text) {
    char* const to = room(text.size());
    copy_short(text, to);
    at_ = to + text.size();
  }

  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
  std::string_view text() const { return {begin_, size()}; }
  char& back() { return at_[-1]; }
  void pop_back() { --at_; }
  void clear() { at_ = begin_; }

 private:
  // Keys are of 5 to 30 octets: two copies that overlap are less than a call.
  static void copy_short(std::string_view text, char* to) {
    constexpr std::size_t kWord = 8;
    if (text.size() >= kWord && text.size() <= 2 * kWord) {
      std::memcpy(to, text.data(), kWord);
      std::memcpy(to + text.size() - kWord, text.data() + text.size() - kWord, kWord);
    } else {
      std::memcpy(to, text.data(), text.size());
    }
  }

  // Longer than nearly all records (docs/sinks.md).
  static constexpr std::size_t kInPlace = 4096;  // octets

  void grow(std::size_t octets) {
    const std::size_t used = size();
    const std::size_t wanted = std::max(2 * (used + octets), 2 * kInPlace);
    auto more = std::make_unique_for_overwrite<char[]>(wanted);
    std::copy(begin_, at_, more.get());
    begin_ = more.get();
    at_ = begin_ + used;
    end_ = begin_ + wanted;
    more_ = std::move(more);
  }

  std::array<char, kInPlace> in_place_;
  std::unique_ptr<char[]> more_;
  char* begin_ = in_place_.data();
  char* at_ = begin_;
  char* end_ = begin_ + kInPlace;
};

}  // namespace waybill::stream
