// The groups of a search's answer, page after page. Blocking; one thread.
#pragma once

#include <boost/json/object.hpp>
#include <compare>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/api/api_client.h"

namespace waybill::tools {

enum class Spellings { mailbox, exact };

// An event's place in the log.
struct Place {
  std::uint64_t partition = 0;
  std::uint64_t index = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};
// nullopt: the entry does not say.
std::optional<Place> place_of(const boost::json::object& entry);

// One group. Of a plan, which has no answers, the first page is asked for too.
class Pages {
 public:
  // At most so many entries; `api` outlives it.
  Pages(ApiClient& api, const boost::json::object& group, std::size_t limit, Spellings spellings);

  const std::string& title() const { return title_; }
  bool is_history() const;
  bool has_events() const {
    return !target_.starts_with("/v1/domains/") && !target_.starts_with("/v1/aliases");
  }
  // Whether its first page, which came with the search, has nothing.
  bool is_empty() const;
  // The next page; nullptr: there is none, or enough is read, or it was not to be had, which
  // failed() says.
  const ApiAnswer* next();
  // Its entries, no more than the limit leaves.
  std::vector<boost::json::object> entries();
  const std::optional<ApiAnswer>& failed() const { return failed_; }
  // There are older ones behind the limit.
  bool has_more() const { return !cursor_.empty(); }
  // It goes on once partitions that are not in reach now can be asked again.
  bool is_stuck() const { return is_stuck_; }

 private:
  std::string target() const;

  ApiClient* api_;
  std::string title_;
  std::string target_;
  std::size_t left_;
  std::string cursor_;
  bool begun_ = false;
  bool is_stuck_ = false;
  std::optional<ApiAnswer> page_;
  std::optional<ApiAnswer> failed_;
};

// The entries of all groups, each event once: of histories newest first, the rest behind them.
class Merged {
 public:
  explicit Merged(std::vector<Pages> groups);

  // nullopt at the end.
  std::optional<boost::json::object> next();
  const std::optional<ApiAnswer>& failed() const { return failed_; }
  // Set where each group has nothing of that name.
  const ApiAnswer* nothing() const;
  // Where all that was given is in the log.
  std::set<Place>& places() { return seen_; }

 private:
  struct Source {
    Pages pages;
    std::deque<boost::json::object> entries;
  };
  Source* newest();

  std::vector<Source> sources_;
  std::set<Place> seen_;
  std::optional<ApiAnswer> failed_;
};

}  // namespace waybill::tools
