// The fields of a raw header block, by where they stand. No decoding; linear time.
//
// Lines end in CRLF; a bare LF or CR is taken as the end of a line too, because some reader further
// on may take it so, and what hides behind it must be seen. What must be exact asks
// has_plain_lines() first.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace waybill::relay::message {

struct HeaderField {
  std::size_t begin = 0;    // offsets in the block
  std::size_t end = 0;      // behind the line end
  std::string_view octets;  // the whole field without the line end that closes it
  std::string_view name;    // no white space before the colon (RFC 5322 4.5.8); empty: no colon
  std::string_view value;   // behind the colon, still folded
};

// Up to the empty line that ends the header, or all of `block`.
std::vector<HeaderField> split_header(std::string_view block);

// Where the body begins: behind the empty line that ends the header; the end of `message`, where it
// has none.
std::size_t body_begin(std::string_view message);

// True if `name` is the field's, in any case.
bool is_field(const HeaderField& field, std::string_view name);

// Every CR stands before an LF, every LF behind a CR, and there is no NUL.
bool has_plain_lines(std::string_view octets);

}  // namespace waybill::relay::message
