#include "relay/trust/dmarc/discovery.h"

#include <algorithm>

#include "relay/trust/dmarc/evaluate.h"

namespace waybill::relay::trust::dmarc {

using runtime::Errc;
using runtime::Result;
using runtime::Task;

namespace {

// What is left when the walk leaves the labels of a long name out (RFC 9989 4.10, step 4).
constexpr std::size_t kLabelsAfterShortcut = 7;

std::size_t labels_of(const std::string& domain) {
  return 1 + static_cast<std::size_t>(std::count(domain.begin(), domain.end(), '.'));
}

// Empty above a single label.
std::string parent_of(const std::string& domain) {
  const std::size_t dot = domain.find('.');
  return dot == std::string::npos ? std::string() : domain.substr(dot + 1);
}

}  // namespace

std::vector<std::string> walk_of(const std::string& domain) {
  std::vector<std::string> out{domain};
  std::string next = parent_of(domain);
  while (labels_of(next) > kLabelsAfterShortcut) next = parent_of(next);
  for (; !next.empty() && out.size() < kMaxWalk; next = parent_of(next)) out.push_back(next);
  return out;
}

std::string organisation_in(const std::vector<FoundRecord>& found, const std::string& start) {
  for (const FoundRecord& one : found) {
    if (one.record.suffix == SuffixFlag::organisation) return one.domain;
    if (one.record.suffix != SuffixFlag::suffix || one.domain == start) continue;
    // One label below the suffix.
    const std::string rest = start.substr(0, start.size() - one.domain.size() - 1);
    const std::size_t dot = rest.rfind('.');
    return start.substr(dot == std::string::npos ? 0 : dot + 1);
  }
  return found.empty() ? start : found.back().domain;
}

namespace {

// A top-level domain has hardly ever a record, and all mail of those beneath would wait for a
// server that does not answer for it, as one that serves some zones alone.
bool is_shut_top(const std::string& name, runtime::Error error) {
  return error != Errc::timeout && name.find('.') == std::string::npos;
}

}  // namespace

Task<Result<Discovery::Found>> Discovery::record_at(std::string domain) {
  const auto known = known_.find(domain);
  if (known != known_.end()) co_return known->second;
  const std::string name = "_dmarc." + domain;
  const auto answer = co_await resolver_.txt(name, deadline_);
  Found out;
  if (!answer) {
    const Errc code = runtime::errc_of(answer.error());
    // A name too long to ask for, or texts that cannot be read: there is no record.
    if (code != Errc::invalid && code != Errc::corrupt) co_return answer.error();
  } else {
    for (const std::string& text : answer->records) {
      if (!is_dmarc_record(text)) continue;
      ++out.count;
      out.record = parse_record(text);
    }
    // RFC 9989 4.10: several are as good as none.
    if (out.count > 1) out.record.reset();
  }
  known_.emplace(domain, out);
  co_return out;
}

Task<Result<std::vector<FoundRecord>>> Discovery::walk(std::string domain) {
  std::vector<FoundRecord> out;
  const std::vector<std::string> names = walk_of(domain);
  for (const std::string& name : names) {
    const auto found = co_await record_at(name);
    if (!found && !is_shut_top(name, found.error())) co_return found.error();
    if (!found || !found->record) continue;
    FoundRecord one;
    one.domain = name;
    one.record = *found->record;
    out.push_back(one);
    if (one.record.suffix != SuffixFlag::unknown) break;
  }
  co_return out;
}

Task<Result<runtime::dns::Existence>> Discovery::existence(std::string domain) {
  const auto answer = co_await resolver_.a(domain, deadline_);
  if (!answer) {
    if (runtime::errc_of(answer.error()) == Errc::invalid)
      co_return runtime::dns::Existence::no_such_name;
    if (runtime::errc_of(answer.error()) == Errc::corrupt)
      co_return runtime::dns::Existence::exists;
    co_return answer.error();
  }
  co_return answer->name;
}

}  // namespace waybill::relay::trust::dmarc
