#include "projector/views/figures_key.h"

namespace waybill::projector {
namespace {

constexpr char kBehindDomain = '\0';
constexpr std::size_t kHourOctets = 4;

}  // namespace

std::string figures_prefix(FigureOf what, std::string_view domain) {
  std::string out(1, static_cast<char>(what));
  out += domain;
  out += kBehindDomain;
  return out;
}

void append_figures_key(std::string& out, FigureOf what, std::string_view domain,
                        std::uint32_t hour, std::string_view name) {
  out += static_cast<char>(what);
  out += domain;
  out += kBehindDomain;
  append_be32(out, hour);
  out += name;
}

std::string figures_key(FigureOf what, std::string_view domain, std::uint32_t hour,
                        std::string_view name) {
  std::string out;
  append_figures_key(out, what, domain, hour, name);
  return out;
}

std::optional<FiguresKey> read_figures_key(std::string_view key) {
  const std::size_t end = key.find(kBehindDomain, 1);
  if (end == std::string_view::npos || key.size() < end + 1 + kHourOctets) return std::nullopt;
  return FiguresKey{key.substr(1, end - 1), read_be32(key.substr(end + 1)),
                    key.substr(end + 1 + kHourOctets)};
}

std::string_view name_of_alias(std::string_view alias, std::string_view domain, std::string& kept) {
  const std::size_t at = alias.rfind('@');
  const bool is_at_home = at != std::string_view::npos && alias.substr(at + 1) == domain;
  if (is_at_home && at > 0) return alias.substr(0, at);
  kept.assign("@").append(alias);
  return kept;
}

std::string alias_of_name(std::string_view name, std::string_view domain) {
  if (name.starts_with('@')) return std::string(name.substr(1));
  return std::string(name).append("@").append(domain);
}

std::optional<HopRule> read_hop_rule(std::string_view name) {
  const std::size_t end = name.find(kBehindHost);
  if (end == std::string_view::npos) return std::nullopt;
  return HopRule{name.substr(0, end), name.substr(end + 1)};
}

}  // namespace waybill::projector
