// SharedSecret: what nodes of one cluster know and nobody else does, read from a file; sent and
// expected as `Authorization: Bearer ...` (RFC 6750 2.1).
//
// The file is a regular one that neither group nor others may read, and holds one line of 32 to 512
// visible ASCII octets. Any thread; blocking.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/failure.h"

namespace waybill::runtime {

// 32 hexadecimal digits are 128 bits, which nobody guesses.
inline constexpr std::size_t kLeastSecret = 32;
// With "Bearer " far below what servers take as one field; a longer file is not a secret but a
// mistake.
inline constexpr std::size_t kMostSecret = 512;

// The one line of a file that must be as said above but for its length: 1 to `most` octets, none of
// them a control octet. Errors as SharedSecret::read().
Explained<std::string> read_secret_line(const std::string& path, std::size_t most);

class SharedSecret {
 public:
  // Errc::not_found, io_error, or invalid for a file that is not as said above. The words name the
  // file and what to do; they never hold a part of the secret.
  static Explained<SharedSecret> read(const std::string& path);

  // The value of the Authorization field to send.
  std::string authorization() const { return "Bearer " + text_; }

  // Whether the value of an Authorization field shows the secret. The scheme's case does not
  // matter (RFC 9110 11.1); the time taken says nothing of where the values differ.
  bool shown_by(std::string_view authorization) const;

 private:
  explicit SharedSecret(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace waybill::runtime
