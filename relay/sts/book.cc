#include "relay/sts/book.h"

#include <algorithm>
#include <charconv>

#include "relay/sts/take.h"

namespace waybill::relay::sts {

using runtime::WallTime;
using std::chrono::seconds;

namespace {

constexpr seconds kRefreshAfter = std::chrono::hours(24);

WallTime end_of(const Entry& entry) { return entry.fetched + entry.policy.max_age; }

// Ahead of the clock: it was set back, and how old the policy is nobody knows.
bool in_force(const Entry& entry, WallTime now) {
  return now < end_of(entry) && entry.fetched <= now + kRefreshAfter;
}

std::string line_of(std::string_view domain, const Entry& entry) {
  std::string out(domain);
  out += " " + entry.id + " " + std::string(word_of(entry.policy.mode)) + " " +
         std::to_string(entry.policy.max_age.count()) + " " +
         std::to_string(
             std::chrono::duration_cast<seconds>(entry.fetched.time_since_epoch()).count()) +
         " ";
  for (const std::string& pattern : entry.policy.mx) {
    if (out.back() != ' ') out += ',';
    out += pattern;
  }
  return out + "\n";
}

// The policy is read as its domain published it, so that no file can hold another.
std::optional<std::pair<std::string, Entry>> entry_in(std::string_view line) {
  const std::string domain(take(line, ' '));
  const std::string id(take(line, ' '));
  std::string file = "version: STSv1\nmode: " + std::string(take(line, ' ')) + "\n";
  file += "max_age: " + std::string(take(line, ' ')) + "\n";
  const std::string_view fetched = take(line, ' ');
  while (!line.empty()) file += "mx: " + std::string(take(line, ',')) + "\n";
  std::uint32_t since = 0;  // until 2106
  const auto number = std::from_chars(fetched.data(), fetched.data() + fetched.size(), since);
  auto policy = parse_policy(file);
  const bool whole = number.ec == std::errc() && number.ptr == fetched.data() + fetched.size();
  if (!whole || !policy || domain.empty() || !find_id({"v=STSv1; id=" + id})) return std::nullopt;
  return std::pair(domain, Entry{id, std::move(*policy), WallTime(seconds(since))});
}

}  // namespace

const Entry* PolicyBook::find(std::string_view domain, WallTime now) const {
  const auto found = entries_.find(domain);
  return found == entries_.end() || !in_force(found->second, now) ? nullptr : &found->second;
}

void PolicyBook::put(std::string domain, Entry entry, WallTime now) {
  const auto before = entries_.find(domain);
  if (before != entries_.end()) {
    octets_ -= line_of(domain, before->second).size();
    entries_.erase(before);
  }
  octets_ += line_of(domain, entry).size();
  entries_.emplace(std::move(domain), std::move(entry));
  make_room(now);
}

void PolicyBook::make_room(WallTime now) {
  if (entries_.size() <= kMostDomains && octets_ <= kMostOctets) return;
  const auto drop = [this](auto at) {
    octets_ -= line_of(at->first, at->second).size();
    return entries_.erase(at);
  };
  for (auto at = entries_.begin(); at != entries_.end();) {
    at = in_force(at->second, now) ? std::next(at) : drop(at);
  }
  while (entries_.size() > kMostDomains || octets_ > kMostOctets) {
    drop(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
      return end_of(a.second) < end_of(b.second);
    }));
  }
}

std::vector<std::string> PolicyBook::due(WallTime now) const {
  std::vector<std::string> out;
  for (const auto& [domain, entry] : entries_) {
    const seconds wait = std::min(kRefreshAfter, entry.policy.max_age / 2);
    if (in_force(entry, now) && now >= entry.fetched + wait) out.push_back(domain);
  }
  return out;
}

std::string PolicyBook::text() const {
  std::string out;
  out.reserve(octets_);
  for (const auto& [domain, entry] : entries_) out += line_of(domain, entry);
  return out;
}

PolicyBook PolicyBook::read(std::string_view text, WallTime now) {
  PolicyBook out;
  while (!text.empty()) {
    auto entry = entry_in(take(text, '\n'));
    if (entry && in_force(entry->second, now)) {
      out.put(std::move(entry->first), std::move(entry->second), now);
    }
  }
  return out;
}

}  // namespace waybill::relay::sts
