#include "relay/returnpath/key_ring.h"

#include <algorithm>
#include <charconv>

#include "runtime/crypto.h"
#include "runtime/hex.h"

namespace waybill::relay::returnpath {
namespace {

std::string fresh_secret(runtime::Chance& chance) {
  std::array<std::uint8_t, kSecretOctets> octets{};
  chance.fill(octets);
  return {octets.begin(), octets.end()};
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() != 2 * kSecretOctets) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto* const end = text.data() + i + 2;
    const auto read = std::from_chars(text.data() + i, end, value, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    out.push_back(static_cast<char>(value));
  }
  return out;
}

std::optional<Key> parse_line(std::string_view line) {
  Key key;
  const auto* const end = line.data() + line.size();
  const auto id = std::from_chars(line.data(), end, key.id);
  if (id.ec != std::errc() || id.ptr == end || *id.ptr != ' ') return std::nullopt;
  if (key.id < 0 || key.id >= kKeyIds) return std::nullopt;
  const auto secret = unhex(line.substr(static_cast<std::size_t>(id.ptr - line.data()) + 1));
  if (!secret) return std::nullopt;
  key.secret = *secret;
  return key;
}

}  // namespace

KeyRing KeyRing::fresh(runtime::Chance& chance) {
  KeyRing ring;
  ring.keys_.push_back({0, fresh_secret(chance)});
  return ring;
}

KeyRing KeyRing::rotated(runtime::Chance& chance) const {
  KeyRing ring = *this;
  ring.keys_.insert(ring.keys_.begin(), {(current().id + 1) % kKeyIds, fresh_secret(chance)});
  if (ring.keys_.size() > kMaxKeys) ring.keys_.resize(kMaxKeys);
  return ring;
}

const Key* KeyRing::find(int id) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

std::string KeyRing::text() const {
  std::string out =
      "# Return paths are signed with the first of these and believed with any. Keep it secret;\n"
      "# `waybill keys rotate` puts a fresh one in front.\n";
  for (const Key& key : keys_) {
    const auto* const octets = reinterpret_cast<const std::uint8_t*>(key.secret.data());
    out += std::to_string(key.id) + " " + runtime::hex({octets, key.secret.size()}) + "\n";
  }
  return out;
}

runtime::Explained<KeyRing> KeyRing::parse(std::string_view text) {
  KeyRing ring;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const auto key = parse_line(line);
    if (!key || ring.find(key->id) != nullptr || ring.keys_.size() == kMaxKeys) {
      return runtime::Failure{
          runtime::Errc::invalid,
          "line " + std::to_string(number) +
              ": expected an id of its own (0 to 31), a space and 64 hexadecimal digits, on at "
              "most " +
              std::to_string(kMaxKeys) + " lines"};
    }
    ring.keys_.push_back(*key);
  }
  if (ring.keys_.empty()) {
    return runtime::Failure{runtime::Errc::invalid, "expected at least one key"};
  }
  return ring;
}

}  // namespace waybill::relay::returnpath
