// Writing: the octets of an export before they are packed: a line for each event, what is lost, and
// an end that says how many events came and what all before it hashes to, so that a file that was
// cut is told from one that is whole. Pure.
//
// NDJSON: an event as the feed tells it, {"gap":...} as the feed's, and last
//   {"end":{"count":2,"first":{...},"last":{...},"gaps":0,"sha256":"..."}}
// CSV (RFC 4180): one row for each, the names of the columns first. A field that a spreadsheet
// would run is made safe (schemas/csv.h). `row` is the row's number, "gap", or "end" in the last
// row, whose `detail` is the JSON of the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/exports/order.h"
#include "runtime/crypto.h"
#include "schemas/event.h"
#include "schemas/ordinal.h"

namespace waybill::query::exports {

struct RowPlace {
  std::uint32_t partition = 0;
  schemas::EventIndex index{};
  std::string event_id;
  runtime::WallTime time{};
};

class Writing {
 public:
  explicit Writing(Format format) : format_(format) {}

  // Each appends to `out`; begin() comes first, and end() last.
  void begin(std::string& out);
  void event(const schemas::Event& event, std::uint32_t partition, schemas::EventIndex index,
             std::string& out);
  void gap(std::uint32_t partition, schemas::EventIndex from, schemas::EventIndex to,
           std::string& out);
  void end(std::string& out);

  std::uint64_t count() const { return count_; }    // events
  std::uint64_t octets() const { return octets_; }  // before packing
  // SHA-256 in hex of all octets before those of the end; empty before the end.
  const std::string& sha256() const { return sha256_; }

 private:
  void take(std::string_view octets, std::string& out);

  const Format format_;
  std::uint64_t count_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t octets_ = 0;
  std::optional<RowPlace> first_;
  RowPlace last_;
  runtime::Sha256 hash_;
  std::string sha256_;
  std::vector<std::string> values_;
};

}  // namespace waybill::query::exports
