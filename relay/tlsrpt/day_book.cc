#include "relay/tlsrpt/day_book.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "relay/tlsrpt/policies_json.h"
#include "runtime/ascii.h"
#include "schemas/json_members.h"

namespace waybill::relay::tlsrpt {

namespace json = boost::json;
using runtime::WallTime;
using std::chrono::days;

namespace {

// What the names of members take in the file.
constexpr std::size_t kDomainOctets = 100;
constexpr std::size_t kPolicyOctets = 300;
constexpr std::size_t kDetailOctets = 200;

std::size_t octets_of(const std::vector<std::string>& texts) {
  std::size_t out = 0;
  for (const std::string& text : texts) out += text.size() + 3;
  return out;
}

std::size_t octets_of(const AppliedPolicy& policy) {
  return kPolicyOctets + policy.domain.size() + octets_of(policy.lines) + octets_of(policy.mx);
}

std::size_t octets_of(const Failure& failure) {
  return kDetailOctets + failure.sending_ip.size() + failure.mx_host.size() +
         failure.receiving_ip.size() + failure.reason.size();
}

std::size_t octets_of(std::string_view domain, const Policies& policies) {
  std::size_t out = kDomainOctets + domain.size();
  for (const auto& [policy, tally] : policies) {
    out += octets_of(policy);
    for (const auto& [failure, sessions] : tally.details) out += octets_of(failure);
  }
  return out;
}

// A next hop's own words may be in it.
std::string clean(std::string_view reason) {
  std::string out(reason.substr(0, kMostReason));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c != ' ' && !runtime::ascii::is_visible(c); },
      '?');
  return out;
}

Date date_of(WallTime time) { return std::chrono::floor<days>(time); }

struct Line {
  Date date;
  WallTime begun;
  std::string domain;
  Policies policies;
};

std::optional<Line> read_line(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  const auto begun = schemas::number_member(object, "begun");
  const auto date = schemas::number_member(object, "day");
  const json::array* const policies = schemas::array_member(object, "policies");
  // Until the year 2262, where nanoseconds end.
  constexpr std::uint64_t kLastDay = 106'751;
  constexpr std::uint64_t kLastInstant = kLastDay * 86'400'000'000'000;
  if (!begun || *begun > kLastInstant || !date || *date > kLastDay || policies == nullptr) {
    return std::nullopt;
  }
  Line out;
  out.date = Date(days(*date));
  out.begun = WallTime(std::chrono::nanoseconds(*begun));
  out.domain = schemas::text_member(object, "domain");
  auto read = policies_of(*policies);
  if (!read || read->empty() || out.domain.empty()) return std::nullopt;
  out.policies = std::move(*read);
  return out;
}

}  // namespace

Date DayBook::day_for(WallTime now) const {
  const Date today = date_of(now);
  // A clock that was ahead by more than a day was wrong then.
  const bool set_back = closed_ && today <= *closed_ && today + days(1) >= *closed_;
  return set_back ? *closed_ + days(1) : today;
}

bool DayBook::make_room(std::size_t octets) {
  if (octets_ + octets > kMostOctets) return false;
  octets_ += octets;
  return true;
}

bool DayBook::count(const Session& session, WallTime now) {
  const auto [at, fresh] = days_.try_emplace(day_for(now));
  Day& day = at->second;
  if (fresh) day.begun = now;
  auto found = day.domains.find(session.domain);
  if (found == day.domains.end()) {
    const bool room = day.domains.size() < kMostDomains &&
                      make_room(octets_of(session.domain, {}) + octets_of(session.policy));
    if (!room) return false;
    found = day.domains.emplace(session.domain, Policies()).first;
    found->second.try_emplace(session.policy);
  }
  Policies& policies = found->second;
  auto policy = policies.find(session.policy);
  if (policy == policies.end()) {
    if (policies.size() >= kMostPolicies || !make_room(octets_of(session.policy))) return false;
    policy = policies.try_emplace(session.policy).first;
  }
  Tally& tally = policy->second;
  ++(session.failure ? tally.failed : tally.successful);
  if (!session.failure) return true;
  Failure failure = *session.failure;
  failure.reason = clean(failure.reason);
  const auto detail = tally.details.find(failure);
  if (detail != tally.details.end()) {
    ++detail->second;
    return true;
  }
  if (tally.details.size() >= kMostDetails || !make_room(octets_of(failure))) return false;
  tally.details.emplace(std::move(failure), 1);
  return true;
}

std::vector<Date> DayBook::ended(WallTime now) {
  const Date today = date_of(now);
  const Date yesterday = today - days(1);
  const bool was_ahead = closed_ && today + days(1) < *closed_;
  closed_ = closed_ && !was_ahead ? std::max(*closed_, yesterday) : yesterday;
  std::vector<Date> out;
  for (auto day = days_.begin(); day != days_.end();) {
    const auto& [date, of_day] = *day;
    const bool wrong = date > today + days(1);
    if (wrong || of_day.domains.empty()) {
      for (const auto& [domain, policies] : of_day.domains) octets_ -= octets_of(domain, policies);
      day = days_.erase(day);
      continue;
    }
    if (date <= *closed_) out.push_back(date);
    ++day;
  }
  return out;
}

const Day* DayBook::find(Date date) const {
  const auto found = days_.find(date);
  return found == days_.end() ? nullptr : &found->second;
}

void DayBook::done(Date date, std::string_view domain) {
  const auto day = days_.find(date);
  if (day == days_.end()) return;
  const auto found = day->second.domains.find(domain);
  if (found == day->second.domains.end()) return;
  octets_ -= octets_of(domain, found->second);
  day->second.domains.erase(found);
}

std::string DayBook::text() const {
  std::string out;
  for (const auto& [date, day] : days_) {
    for (const auto& [domain, policies] : day.domains) {
      json::object line;
      line["day"] = date.time_since_epoch().count();
      line["begun"] = day.begun.time_since_epoch().count();
      line["domain"] = domain;
      line["policies"] = json_of(policies);
      out += json::serialize(line) + "\n";
    }
  }
  return out;
}

DayBook DayBook::read(std::string_view text) {
  DayBook out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    auto line = read_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line) continue;
    const std::size_t octets = octets_of(line->domain, line->policies);
    Day& day = out.days_[line->date];
    if (day.domains.empty()) day.begun = line->begun;
    if (day.domains.size() >= kMostDomains || day.domains.contains(line->domain)) continue;
    if (out.make_room(octets)) day.domains.emplace(line->domain, std::move(line->policies));
  }
  return out;
}

}  // namespace waybill::relay::tlsrpt
