#include "tests/support/zone_resolver.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "runtime/ascii.h"
#include "runtime/clock.h"
#include "runtime/dns/domain_name.h"
#include "runtime/dns/question_name.h"
#include "runtime/dns/reverse_name.h"
#include "runtime/hex.h"

namespace waybill::tests {

using runtime::Errc;
using runtime::Error;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;
using runtime::dns::Answer;
using runtime::dns::Mx;

namespace {

// What any resolver gives up on sooner or later.
constexpr int kMaxChain = 8;
// Seconds, of every record.
constexpr std::uint32_t kTtl = 300;

using runtime::ascii::lower;

std::string absolute(const std::string& text) {
  if (text.empty() || text.back() != '.') {
    throw std::invalid_argument("not an absolute name: " + text);
  }
  return lower(text.substr(0, text.size() - 1));
}

std::string joined_strings(const std::string& data) {
  std::string out;
  bool inside = false;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '"') {
      inside = !inside;
    } else if (inside) {
      if (data[i] == '\\' && i + 1 < data.size()) ++i;
      out += data[i];
    }
  }
  if (inside) throw std::invalid_argument("an open string: " + data);
  return out;
}

// Up to a ';' outside strings.
std::string without_comment(const std::string& line) {
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') inside = !inside;
    if (line[i] == ';' && !inside) return line.substr(0, i);
  }
  return line;
}

runtime::Tlsa tlsa_of(const std::string& data) {
  std::istringstream in(data);
  int usage = 0;
  int selector = 0;
  int matching = 0;
  std::string hex;
  in >> usage >> selector >> matching >> hex;
  const auto octets = runtime::unhex(hex);
  if (!in || !octets) throw std::invalid_argument("not a TLSA: " + data);
  return {static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
          static_cast<std::uint8_t>(matching), *octets};
}

const char* word(RecordType type) {
  switch (type) {
    case RecordType::a: return "a";
    case RecordType::aaaa: return "aaaa";
    case RecordType::mx: return "mx";
    case RecordType::txt: return "txt";
    case RecordType::ptr: return "ptr";
    case RecordType::tlsa: return "tlsa";
  }
  return "";
}

}  // namespace

ZoneResolver::ZoneResolver(runtime::Clock& clock, std::string_view zone) : clock_(clock) {
  add(zone);
}

void ZoneResolver::add(std::string_view zone) {
  std::istringstream lines{std::string(zone)};
  for (std::string line; std::getline(lines, line);) add_line(without_comment(line));
}

void ZoneResolver::add_text(const std::string& name, std::string text) {
  nodes_[lower(name)].txt.push_back(std::move(text));
}

void ZoneResolver::add_address(const std::string& name, const IpAddress& address) {
  Node& node = nodes_[lower(name)];
  (address.is_v4() ? node.a : node.aaaa).push_back(address);
}

void ZoneResolver::add_line(const std::string& line) {
  std::istringstream in(line);
  std::string owner;
  std::string type;
  if (!(in >> owner)) return;
  in >> type >> std::ws;
  std::string data;
  std::getline(in, data);
  data.erase(data.find_last_not_of(" \t") + 1);
  Node& node = nodes_[absolute(owner)];
  if (type == "A") {
    node.a.push_back(boost::asio::ip::make_address_v4(data));
  } else if (type == "AAAA") {
    node.aaaa.push_back(boost::asio::ip::make_address_v6(data));
  } else if (type == "MX") {
    const auto space = data.find(' ');
    if (space == std::string::npos) throw std::invalid_argument("not an MX: " + line);
    const auto preference = static_cast<std::uint16_t>(std::stoul(data.substr(0, space)));
    node.mx.push_back({preference, absolute(data.substr(data.find_first_not_of(' ', space)))});
  } else if (type == "TXT") {
    node.txt.push_back(joined_strings(data));
  } else if (type == "PTR") {
    node.ptr.push_back(absolute(data));
  } else if (type == "TLSA") {
    node.tlsa.push_back(tlsa_of(data));
  } else if (type == "CNAME") {
    node.cname = absolute(data);
  } else {
    throw std::invalid_argument("not a record: " + line);
  }
}

void ZoneResolver::remove(const std::string& name) { nodes_.erase(name); }

void ZoneResolver::fail(const std::string& name, Errc error, std::optional<RecordType> type) {
  if (type) {
    failures_of_type_[{name, *type}] = error;
  } else {
    failures_[name] = error;
  }
}

void ZoneResolver::delay(const std::string& name, runtime::Duration delay) {
  delays_[name] = delay;
}

void ZoneResolver::silence(const std::string& name) { silent_.insert(name); }

void ZoneResolver::heal() {
  failures_.clear();
  failures_of_type_.clear();
  delays_.clear();
  silent_.clear();
}

Task<Result<Answer<Mx>>> ZoneResolver::mx(std::string name, Instant deadline) {
  const Error error = co_await answer_in_time(name, RecordType::mx, deadline);
  if (error) co_return error;
  co_return look_up(name, &Node::mx);
}

Task<Result<Answer<IpAddress>>> ZoneResolver::a(std::string name, Instant deadline) {
  const Error error = co_await answer_in_time(name, RecordType::a, deadline);
  if (error) co_return error;
  co_return look_up(name, &Node::a);
}

Task<Result<Answer<IpAddress>>> ZoneResolver::aaaa(std::string name, Instant deadline) {
  const Error error = co_await answer_in_time(name, RecordType::aaaa, deadline);
  if (error) co_return error;
  co_return look_up(name, &Node::aaaa);
}

Task<Result<Answer<std::string>>> ZoneResolver::txt(std::string name, Instant deadline) {
  const Error error = co_await answer_in_time(name, RecordType::txt, deadline);
  if (error) co_return error;
  co_return look_up(name, &Node::txt);
}

Task<Result<Answer<std::string>>> ZoneResolver::ptr(IpAddress address, Instant deadline) {
  const std::string name = runtime::dns::reverse_name(address);
  const Error error = co_await answer_in_time(name, RecordType::ptr, deadline);
  if (error) co_return error;
  co_return look_up(name, &Node::ptr);
}

Task<Result<Answer<runtime::Tlsa>>> ZoneResolver::tlsa(std::string name, Instant deadline) {
  const Error error = co_await answer_in_time(name, RecordType::tlsa, deadline);
  if (error) co_return error;
  co_return look_up(name, &Node::tlsa);
}

Task<Error> ZoneResolver::answer_in_time(std::string name, RecordType type, Instant deadline) {
  asked_.push_back(std::string(word(type)) + " " + name);
  if (!runtime::dns::is_question_name(name)) co_return make_error_code(Errc::invalid);
  const std::string key = lower(name);
  const auto slow = delays_.find(key);
  Instant when = clock_.now();
  if (slow != delays_.end()) when += slow->second;
  if (silent_.contains(key) || when > deadline) {
    co_await clock_.sleep_until(deadline);
    co_return make_error_code(Errc::timeout);
  }
  const Error failure = failure_of(key, type);
  if (slow != delays_.end()) co_await clock_.sleep_until(when);
  co_return failure;
}

Error ZoneResolver::failure_of(const std::string& name, RecordType type) const {
  const auto one = failures_of_type_.find({name, type});
  if (one != failures_of_type_.end()) return make_error_code(one->second);
  const auto all = failures_.find(name);
  return all == failures_.end() ? Error() : make_error_code(all->second);
}

template <class Record>
Result<Answer<Record>> ZoneResolver::look_up(std::string name,
                                             std::vector<Record> Node::*records) const {
  std::string at = lower(name);
  Answer<Record> out;
  out.canonical = at;
  out.ttl = kTtl;
  out.secure = is_signed(at);
  for (int hops = 0; hops <= kMaxChain; ++hops) {
    const auto found = nodes_.find(at);
    if (found == nodes_.end()) {
      if (!has_name(at)) out.name = runtime::dns::Existence::no_such_name;
      return out;
    }
    if (!found->second.cname) {
      out.records = found->second.*records;
      return out;
    }
    at = *found->second.cname;
    out.canonical = at;
    out.secure = out.secure && is_signed(at);
  }
  return make_error_code(Errc::temporary);
}

// Names exist also where only names beneath them have records (RFC 8020 2).
bool ZoneResolver::has_name(const std::string& name) const {
  const std::string beneath = "." + name;
  for (const auto& [owner, node] : nodes_) {
    if (owner == name || owner.ends_with(beneath)) return true;
  }
  return false;
}

bool ZoneResolver::is_signed(const std::string& name) const {
  return std::any_of(signed_.begin(), signed_.end(), [&](const std::string& zone) {
    return runtime::dns::is_at_or_under(name, zone);
  });
}

}  // namespace waybill::tests
