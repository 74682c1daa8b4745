#include "tools/trace/pages.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <tuple>

#include "schemas/json_members.h"
#include "tools/trace/entry.h"

namespace waybill::tools {
namespace {

namespace json = boost::json;
using schemas::text_member;

// Of a history (docs/api.md).
constexpr std::size_t kMostOfAPage = 500;

std::optional<std::uint64_t> number(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code wrong;
  const auto out = value->to_number<std::uint64_t>(wrong);
  return wrong ? std::nullopt : std::optional(out);
}

// `target` with another limit, where it has one.
std::string with_limit(std::string target, std::size_t limit) {
  for (const char* const name : {"?limit=", "&limit="}) {
    const std::size_t at = target.find(name);
    if (at == target.npos) continue;
    const std::size_t begin = at + std::string_view(name).size();
    const std::size_t end = std::min(target.find('&', begin), target.size());
    target.replace(begin, end - begin, std::to_string(limit));
  }
  return target;
}

// Newest first; RFC 3339 in UTC with nine digits is ordered as text.
auto order_of(const json::object& entry) {
  const Place place = place_of(entry).value_or(Place{});
  return std::tuple(std::string(text_member(entry, "time")), place.partition, place.index);
}

}  // namespace

std::optional<Place> place_of(const json::object& entry) {
  const auto partition = number(entry, "partition");
  const auto index = number(entry, "index");
  if (!partition || !index) return std::nullopt;
  return Place{*partition, *index};
}

Pages::Pages(ApiClient& api, const json::object& group, std::size_t limit, Spellings spellings)
    : api_(&api),
      title_(text_member(group, "title")),
      target_(text_member(group, "target")),
      left_(limit) {
  const bool of_address = target_.starts_with("/v1/addresses/");
  if (spellings == Spellings::exact && of_address) target_ += "&match=exact";
  const json::object* const answer = schemas::object_member(group, "answer");
  if (answer == nullptr) return;
  ApiAnswer first;
  first.status = static_cast<unsigned>(number(group, "status").value_or(200));
  first.value = *answer;
  page_ = std::move(first);
}

bool Pages::is_history() const {
  return target_.find("/history") != target_.npos || target_.starts_with("/v1/events?");
}

bool Pages::is_empty() const {
  if (!page_) return false;
  if (!page_->is_well()) return true;
  const auto has = [this](const char* name) {
    const json::array* const list = schemas::array_member(page_->value, name);
    return list != nullptr && !list->empty();
  };
  return !has("entries") && !has("events") && !has("messages") && !has("story") && !has("hours") &&
         !has("aliases");
}

std::string Pages::target() const {
  std::string out = target_;
  if (is_history()) out = with_limit(out, std::min(left_, kMostOfAPage));
  if (!cursor_.empty()) append_parameter(out, "cursor", cursor_);
  return out;
}

const ApiAnswer* Pages::next() {
  const bool given = page_.has_value() && !begun_;
  if (failed_ || left_ == 0 || (begun_ && cursor_.empty())) return nullptr;
  begun_ = true;
  if (!given) page_ = api_->try_ask("GET", target());
  if (!page_->is_well()) {
    failed_ = std::move(page_);
    page_.reset();
    return nullptr;
  }
  // A place that stays where it is waits for partitions that are not in reach.
  std::string next(text_member(page_->value, "next_cursor"));
  is_stuck_ = !next.empty() && next == cursor_;
  cursor_ = is_stuck_ ? std::string() : std::move(next);
  return &*page_;
}

std::vector<json::object> Pages::entries() {
  if (!page_) return {};
  std::vector<json::object> out = entries_of(page_->value);
  if (out.size() > left_) out.resize(left_);
  left_ -= out.size();
  return out;
}

Merged::Merged(std::vector<Pages> groups) {
  for (Pages& pages : groups) sources_.push_back({std::move(pages), {}});
}

Merged::Source* Merged::newest() {
  Source* best = nullptr;
  for (Source& source : sources_) {
    while (source.entries.empty() && source.pages.next() != nullptr) {
      for (json::object& entry : source.pages.entries()) source.entries.push_back(std::move(entry));
    }
    const auto& failed = source.pages.failed();
    // Nothing is there of that name: the others may have it.
    if (failed && failed->status != 404 && !failed_) failed_ = failed;
    if (source.entries.empty()) continue;
    const bool in_turn =
        best == nullptr || (source.pages.is_history() && best->pages.is_history() &&
                            order_of(source.entries.front()) > order_of(best->entries.front()));
    if (in_turn) best = &source;
  }
  return failed_ ? nullptr : best;
}

const ApiAnswer* Merged::nothing() const {
  const bool all = std::all_of(sources_.begin(), sources_.end(), [](const Source& source) {
    return source.pages.failed() && source.pages.failed()->status == 404;
  });
  return all && !sources_.empty() ? &*sources_.front().pages.failed() : nullptr;
}

std::optional<json::object> Merged::next() {
  for (Source* source = newest(); source != nullptr; source = newest()) {
    json::object entry = std::move(source->entries.front());
    source->entries.pop_front();
    const auto place = place_of(entry);
    if (!place || seen_.insert(*place).second) return entry;
  }
  return std::nullopt;
}

}  // namespace waybill::tools
