// HttpAnswer, and the reader that makes one of octets (HTTP/1.1, by Beast). One thread at a time.
//
// An answer says where it ends, by Content-Length or in chunks. One that ends with its stream
// (RFC 9112 6.3) is refused: the end could not be told from a cut.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/result.h"

namespace waybill::runtime {

// An honest answer's head is far smaller.
inline constexpr std::uint32_t kMaxAnswerHead = 16 << 10;

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;  // in their order

  // The first field of this name, in whatever case (RFC 9110 5.1); empty if there is none.
  std::string_view field(std::string_view name) const;
};

class HttpAnswerReader {
 public:
  // An answer to HEAD has no body whatever its length says.
  enum class Body { as_said, none };

  explicit HttpAnswerReader(std::size_t max_body, Body body = Body::as_said);
  ~HttpAnswerReader();
  HttpAnswerReader(const HttpAnswerReader&) = delete;
  HttpAnswerReader& operator=(const HttpAnswerReader&) = delete;

  enum class State { wants_more, whole };

  // Interim answers (RFC 9110 15.2) are read and dropped. Errc::limit_exceeded for a head or a body
  // above its limit, closed for what is no such answer. Feed nothing after whole or an error.
  Result<State> feed(std::string_view octets);

  // Whether the connection may serve another request: the server keeps it, and nothing came after
  // the answer. After whole.
  bool reusable() const;

  // What is there of the body of a 2xx, which it then no longer has; at any time before take().
  std::string take_body();

  // After whole; once.
  HttpAnswer take();

 private:
  struct Parser;
  void begin();
  bool begins_well();

  std::size_t max_body_;
  Body body_;
  std::unique_ptr<Parser> parser_;
  std::string unread_;
  bool front_seen_ = false;
};

}  // namespace waybill::runtime
