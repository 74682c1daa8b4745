#include "query/feed/place.h"

#include "runtime/base64url.h"
#include "runtime/crypto.h"

namespace waybill::query::feed {
namespace {

using runtime::Errc;

constexpr char kVersion = 1;
constexpr std::size_t kCount = 4;
constexpr std::size_t kIndex = 8;
constexpr std::size_t kCheck = 4;
constexpr std::size_t kHead = 1 + kCount;

void append(std::string& out, std::uint64_t value, std::size_t octets) {
  for (std::size_t i = octets; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t number(std::string_view octets) {
  std::uint64_t out = 0;
  for (const char c : octets) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

std::string check_of(std::string_view octets) {
  const auto digest = runtime::sha256(octets);
  return {reinterpret_cast<const char*>(digest.data()), kCheck};
}

}  // namespace

std::string to_cursor(const Place& place) {
  std::string out(1, kVersion);
  append(out, place.size(), kCount);
  for (const schemas::EventIndex index : place) append(out, index.value(), kIndex);
  out += check_of(out);
  return runtime::to_base64url(out);
}

runtime::Result<Place> from_cursor(std::string_view text) {
  const auto octets = runtime::from_base64url(text);
  if (!octets) return octets.error();
  if (octets->size() < kHead + kCheck || octets->front() != kVersion) {
    return make_error_code(Errc::invalid);
  }
  std::string_view rest = *octets;
  const std::uint64_t count = number(rest.substr(1, kCount));
  if (count == 0 || count > kMostPartitions || rest.size() != kHead + count * kIndex + kCheck) {
    return make_error_code(Errc::invalid);
  }
  const std::string_view said = rest.substr(0, rest.size() - kCheck);
  if (check_of(said) != rest.substr(said.size())) return make_error_code(Errc::invalid);
  Place out;
  for (std::size_t i = 0; i < count; ++i) {
    out.emplace_back(number(said.substr(kHead + i * kIndex, kIndex)));
  }
  return out;
}

}  // namespace waybill::query::feed
