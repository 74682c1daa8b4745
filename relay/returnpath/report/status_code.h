// Reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463) in fields and in prose.
#pragma once

#include <string>
#include <string_view>

namespace waybill::relay::returnpath::report {

// "5.1.1" out of a Status field: comment and anything behind the code dropped. Empty if the field
// holds no code of class 2, 4 or 5.
std::string read_status(std::string_view field);

struct FoundReply {
  int code = 0;           // 400 to 599; 0 if none was found
  std::string enhanced;   // "5.1.1"; empty if none was found
  std::size_t begin = 0;  // where the first of them stands
  explicit operator bool() const { return code != 0 || !enhanced.empty(); }
};

// The refusal that a piece of prose quotes: the first reply code that has an enhanced code beside
// it, else the first enhanced code ("(#5.1.1)"), else the first number that can only be a reply
// code. Numbers inside words, addresses and IP addresses are none of them. Linear time.
FoundReply find_reply(std::string_view text);

}  // namespace waybill::relay::returnpath::report
