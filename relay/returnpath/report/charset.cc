#include "relay/returnpath/report/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "relay/returnpath/report/clean_text.h"
#include "runtime/ascii.h"
#include "schemas/utf8.h"

namespace waybill::relay::returnpath::report {
namespace {

// The longest registered name of a charset has 40 octets and some.
constexpr std::size_t kMaxCharsetName = 48;

// What writers mean by a label: the superset that their octets come from.
constexpr std::array<std::pair<std::string_view, const char*>, 16> kMeant = {{
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"x-gbk", "GB18030"},
    {"iso-8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"ks_c_5601-1987", "CP949"},
    {"euc-kr", "CP949"},
    {"big5", "BIG5-HKSCS"},
    {"tis-620", "CP874"},
    {"iso-8859-8-i", "ISO-8859-8"},
}};

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (known()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // NOLINTNEXTLINE: iconv_open's own sign of failure.
  bool known() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::string convert(std::string_view octets) {
    std::string out;
    std::array<char, 4096> room{};
    // iconv does not write to its input; its signature is older than const.
    char* in = const_cast<char*>(octets.data());  // NOLINT
    std::size_t left = octets.size();
    while (left > 0 && out.size() <= 4 * octets.size()) {
      char* to = room.data();
      std::size_t free = room.size();
      const std::size_t done = iconv(handle_, &in, &left, &to, &free);
      out.append(room.data(), room.size() - free);
      if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
      // EILSEQ and EINVAL: one octet that means nothing here.
      out += '?';
      ++in;
      --left;
    }
    return out;
  }

 private:
  iconv_t handle_;
};

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = schemas::utf8_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// "//TRANSLIT" and the like are orders to iconv and no names.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCharsetName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

// The escapes of ISO 2022 that shift to another set of characters.
bool shifts(std::string_view octets) {
  return octets.find("\x1b$") != std::string_view::npos ||
         octets.find("\x1b(J") != std::string_view::npos;
}

std::string converted(const char* charset, std::string_view octets) {
  Converter converter(charset);
  return converter.known() ? converter.convert(octets) : std::string(octets);
}

std::string unlabelled(std::string_view octets) {
  if (shifts(octets)) return converted("ISO-2022-JP-3", octets);
  if (is_utf8(octets)) return std::string(octets);
  return converted("WINDOWS-1252", octets);
}

}  // namespace

std::string to_utf8(std::string_view octets, std::string_view charset) {
  const std::string name = lower(trim(charset));
  const bool says_little = name.empty() || name == "us-ascii" || name == "ascii" ||
                           name == "utf-8" || name == "utf8" || !is_name(name);
  if (says_little) return unlabelled(octets);
  const auto* const meant = std::find_if(kMeant.begin(), kMeant.end(),
                                         [&](const auto& row) { return row.first == name; });
  if (name == "iso-2022-jp") return converted("ISO-2022-JP-3", octets);
  Converter converter(meant == kMeant.end() ? name.c_str() : meant->second);
  return converter.known() ? converter.convert(octets) : unlabelled(octets);
}

}  // namespace waybill::relay::returnpath::report
