#include "relay/returnpath/report/folded_text.h"

#include "runtime/ascii.h"
#include "schemas/utf8.h"

namespace waybill::relay::returnpath::report {
namespace {

// U+00C0 to U+017F without their marks, and in lower case: Latin-1 Supplement and Latin Extended-A.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin.size() == 0x180 - 0xc0);

// Of what is not ASCII.
void add_folded(std::string& out, std::string_view character) {
  const unsigned point = schemas::code_point(character);
  if (point == 0xdf) {
    out += "ss";
  } else if (point >= 0xc0 && point < 0x180) {
    out += kLatin[point - 0xc0];
  } else if (point >= 0x300 && point < 0x370) {
    // A mark of its own behind its letter.
  } else if (point >= 0x391 && point <= 0x3a9) {
    schemas::append_utf8(out, point + 0x20);
  } else if (point >= 0x410 && point <= 0x42f) {
    schemas::append_utf8(out, point + 0x20);
  } else if (point >= 0x400 && point <= 0x40f) {
    // "ё" is written "е" as often as not.
    schemas::append_utf8(out, point == 0x401 ? 0x435 : point + 0x50);
  } else if (point == 0x451) {
    schemas::append_utf8(out, 0x435);
  } else if (point == 0x2018 || point == 0x2019 || point == 0xb4) {
    out += '\'';
  } else if (point == 0x201c || point == 0x201d || point == 0x201e) {
    out += '"';
  } else if (point == 0x2013 || point == 0x2014) {
    out += '-';
  } else if (point == 0xa0 || point == 0x3000 || point == 0x202f) {
    if (!out.empty() && out.back() != ' ') out += ' ';
  } else if (point >= 0xff01 && point <= 0xff5e) {
    out += runtime::ascii::lower(static_cast<char>(point - 0xfee0));
  } else if (point != 0x200b && point != 0xfeff && point != 0xad) {
    out += character;
  }
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto space = [&out] {
    if (!out.empty() && out.back() != ' ') out += ' ';
  };
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    if (c >= 0 && c <= ' ') {
      space();
    } else if (c > ' ' && c < 0x7f) {
      out += runtime::ascii::lower(c);
    } else if (length = schemas::utf8_character(text); length == 0) {
      out += '?';
      length = 1;
    } else if (schemas::is_control(text)) {
      space();
    } else {
      add_folded(out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace waybill::relay::returnpath::report
