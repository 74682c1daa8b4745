// The events of `./dev bench query`, for both sides of it.
//
//   query_bench fill EVENTS DIRECTORY    writes them into the journal of that data directory
//   query_bench rows EVENTS              prints the lines of their timelines, for COPY (PostgreSQL)
//   query_bench addresses EVENTS         prints role and address of those that have a page of 50
//
// Not run by ctest.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "ingest/journal_store.h"
#include "projector/views/timeline_row.h"
#include "tests/bench/generator.h"
#include "tests/bench/journal_fill.h"

namespace waybill {
namespace {

using schemas::EventIndex;

constexpr std::size_t kPage = 50;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "query_bench: %s\n", what.c_str());
  std::exit(1);
}

template <class Visit>
void for_each_event(std::uint64_t events, Visit visit) {
  bench::Generator generator(events);
  schemas::Event event;
  for (std::uint64_t i = 0; i < events; ++i) {
    if (!event.ParseFromString(generator.next())) fail("the generator makes no events");
    visit(event, EventIndex(i));
  }
}

// Addresses of each role that have a page, by their number in the order in which they came to it.
using Numbers = std::map<std::string, std::size_t>;
struct Numbered {
  Numbers aliases;
  Numbers senders;
  Numbers targets;
};

class Counting {
 public:
  void add(std::string_view of_line) {
    const std::string address(of_line);
    if (!address.empty() && ++counts_[address] == kPage) numbers_.emplace(address, ++last_);
  }
  Numbers take() { return std::move(numbers_); }

 private:
  Numbers counts_;
  Numbers numbers_;
  std::size_t last_ = 0;
};

projector::TimelineEntry line_of(const schemas::Event& event, EventIndex index) {
  auto line = projector::line_of(event, index, projector::keep_texts());
  if (!line) fail("an event has no line");
  return std::move(*line);
}

Numbered number(std::uint64_t events) {
  Counting aliases;
  Counting senders;
  Counting targets;
  for_each_event(events, [&](const schemas::Event& event, EventIndex index) {
    const auto line = line_of(event, index);
    aliases.add(line.alias);
    senders.add(line.sender.value_or(""));
    targets.add(line.target);
  });
  return {aliases.take(), senders.take(), targets.take()};
}

void print_field(std::string_view text, char end) {
  if (text.empty()) {
    std::fputs("\\N", stdout);
  } else {
    for (const char c : text) {
      if (c == '\\' || c == '\t') std::putchar('\\');
      std::putchar(c);
    }
  }
  std::putchar(end);
}

// A client of PostgreSQL makes an address of a number: those with a page are called so for it, and
// are as long as they were, about.
std::string called(const Numbers& numbers, std::string_view of_line, const char* role) {
  const std::string address(of_line);
  const auto numbered = numbers.find(address);
  if (numbered == numbers.end()) return address;
  return role + std::to_string(numbered->second) + "@forward.example";
}

void print_rows(std::uint64_t events) {
  const Numbered numbered = number(events);
  for_each_event(events, [&](const schemas::Event& event, EventIndex index) {
    const auto line = line_of(event, index);
    print_field(called(numbered.aliases, line.alias, "alias."), '\t');
    print_field(schemas::rfc3339(line.occurred_at), '\t');
    print_field(std::to_string(index.value()), '\t');
    print_field(line.kind, '\t');
    print_field(called(numbered.senders, line.sender.value_or(""), "sender."), '\t');
    print_field(called(numbered.targets, line.target, "target."), '\t');
    print_field(line.message_id, '\t');
    print_field(line.delivery_id, '\t');
    print_field(line.by, '\t');
    print_field(line.rule, '\t');
    print_field(line.stage, '\t');
    print_field(line.reply.code == 0 ? "" : std::to_string(line.reply.code), '\t');
    print_field(line.reply.enhanced, '\t');
    print_field(line.reply.text, '\t');
    print_field(line.size == 0 ? "" : std::to_string(line.size), '\t');
    print_field(line.rfc5322_message_id, '\n');
  });
}

void print_addresses(std::uint64_t events) {
  const Numbered numbered = number(events);
  const auto print = [](const char* role, const Numbers& numbers) {
    for (const auto& [address, one] : numbers) std::printf("%s %s\n", role, address.c_str());
  };
  print("alias", numbered.aliases);
  print("sender", numbered.senders);
  print("target", numbered.targets);
}

void fill(std::uint64_t events, const std::string& data_dir) {
  std::filesystem::create_directories(data_dir);
  auto store = ingest::open_rocks_journal(data_dir + "/journal");
  if (!store) fail(store.error().why);
  bench::fill(**store, events);
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  const std::uint64_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (what == "fill" && argc > 3) {
    waybill::fill(events, argv[3]);
  } else if (what == "rows") {
    waybill::print_rows(events);
  } else if (what == "addresses") {
    waybill::print_addresses(events);
  } else {
    waybill::fail("fill EVENTS DIRECTORY, rows EVENTS or addresses EVENTS");
  }
}
