#include "projector/views/terms_key.h"

#include "runtime/ascii.h"

namespace waybill::projector {
namespace {

constexpr char kBeforeOwn = '\1';  // no mailbox has it (RFC 5321 4.1.2)

}  // namespace

void append_term_prefix(std::string& out, TermOf of, std::string_view text) {
  out += static_cast<char>(of);
  out += text;
  out += kBehindTerm;
}

std::string term_prefix(TermOf of, std::string_view text) {
  std::string out;
  append_term_prefix(out, of, text);
  return out;
}

void append_stretch(std::string& out, std::uint32_t stretch) { append_be32(out, ~stretch); }

std::optional<TermKey> read_term_key(std::string_view key) {
  const std::size_t end = key.find(kBehindTerm, 1);
  if (end == std::string_view::npos || key.size() != end + 1 + kStretchOctets) return std::nullopt;
  return TermKey{key.substr(1, end - 1), ~read_be32(key.substr(end + 1))};
}

std::string text_of_alias(std::string_view alias) {
  const std::size_t at = alias.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view local = alias.substr(0, at);
  const std::string lower = runtime::ascii::lower(local);
  std::string out(alias.substr(at + 1));
  out.append("@").append(lower);
  if (lower != local) out.append(1, kBeforeOwn).append(local);
  return out;
}

std::string alias_of_text(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return {};
  const std::size_t own = text.find(kBeforeOwn, at);
  return std::string(text.substr((own == text.npos ? at : own) + 1))
      .append("@")
      .append(text.substr(0, at));
}

void append_times(std::string& out, const StretchTimes& times) {
  append_be64(out, times.least);
  append_be64(out, times.greatest);
  append_be64(out, times.greatest_so_far);
}

std::optional<StretchTimes> read_times(std::string_view row) {
  if (row.size() != 3 * sizeof(std::uint64_t)) return std::nullopt;
  return StretchTimes{read_be64(row), read_be64(row.substr(8)), read_be64(row.substr(16))};
}

}  // namespace waybill::projector
