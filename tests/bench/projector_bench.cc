// How fast the projector folds into a fresh RocksDB store, and how long a page of history takes for
// an address with ten events among few and among many.
//
//   projector_bench [EVENTS [BATCH [DIRECTORY]]]      2,000,000 events, 4,000 a batch
//
// Prints events/s (wall time, and processor time of the folding thread alone), what of that
// processor time went where, then both page times and their ratio, and the beginning of the views'
// digest: it tells one layout of rows from another. Not run by ctest: it takes its time and says
// nothing that can be wrong or right.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "projector/history.h"
#include "projector/projector.h"

namespace waybill {
namespace {

constexpr std::uint64_t kAliases = 10'000;
constexpr std::uint64_t kEventsOfTheOne = 10;
constexpr std::uint64_t kStart = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z
constexpr std::uint64_t kBetweenEvents = 5'000'000;          // 200 events a second
// Messages under way at one time: an outcome comes that many acceptances later.
constexpr std::uint64_t kUnderWay = 40;
constexpr char kTheOne[] = "rare@forward.example";

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "projector_bench: %s\n", what.c_str());
  std::exit(1);
}

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// A number without a pattern for each number (the finaliser of SplitMix64).
std::uint64_t scattered(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

// Every second event is an Accepted, the others are the outcomes of those before them: nine in ten
// Forwarded, the rest Rejected by the next hop. Some 300 octets each.
class Generator {
 public:
  explicit Generator(std::uint64_t events) : every_(std::max<std::uint64_t>(events / 10, 1)) {}

  std::string next() {
    const std::uint64_t n = made_++;
    const bool outcome = n % 2 == 1 && n / 2 >= kUnderWay;
    const std::uint64_t message = outcome ? n / 2 - kUnderWay : messages_++;
    event_.Clear();
    envelope(n, message);
    if (outcome) {
      describe_outcome(message);
    } else {
      describe_acceptance(message);
    }
    return event_.SerializeAsString();
  }

 private:
  static std::string id(std::uint64_t number, char kind) {
    const std::uint64_t first = scattered(number * 256 + static_cast<std::uint64_t>(kind));
    const std::uint64_t words[2] = {first, scattered(first)};
    std::string octets(reinterpret_cast<const char*>(words), sizeof words);
    const std::uint64_t milliseconds = (kStart + number * 2 * kBetweenEvents) / 1'000'000;
    for (int i = 0; i < 6; ++i) octets[i] = static_cast<char>(milliseconds >> (40 - 8 * i));
    octets[6] = static_cast<char>(0x70 | (octets[6] & 0x0f));
    octets[8] = static_cast<char>(0x80 | (octets[8] & 0x3f));
    return octets;
  }

  std::uint64_t alias_number(std::uint64_t message) const { return scattered(message) % kAliases; }

  // Half of the events are acceptances: five of them make ten events of the rare address.
  bool is_of_the_one(std::uint64_t message) const {
    return message % every_ == every_ / 4 && message / every_ < kEventsOfTheOne / 2;
  }

  void envelope(std::uint64_t n, std::uint64_t message) {
    const std::uint64_t alias = alias_number(message);
    event_.set_event_id(id(n, 'e'));
    event_.set_occurred_at(kStart + n * kBetweenEvents);
    event_.set_salt(id(n, 's'));
    event_.set_node("mx1.forward.example");
    event_.set_node_seq(n);
    event_.set_domain("forward.example");
    event_.set_message_id(id(message, 'm'));
    event_.set_delivery_id(id(message, 'd'));
    event_.set_alias(is_of_the_one(message) ? kTheOne
                                            : "alias" + std::to_string(alias) + "@forward.example");
    event_.set_sender("sender" + std::to_string(message % 50'000) + "@origin.example");
    event_.set_client_ip("192.0.2.17");
  }

  std::string target(std::uint64_t message) const {
    return "owner" + std::to_string(alias_number(message)) + "@mailbox.example";
  }

  void describe_acceptance(std::uint64_t message) {
    auto& accepted = *event_.mutable_accepted();
    accepted.set_client_port(40'000);
    accepted.set_helo("out.origin.example");
    accepted.set_size(2'000 + message % 30'000);
    accepted.set_rfc5322_message_id("<" + std::to_string(message) + ".20260301@origin.example>");
    accepted.set_originator_verified(true);
    auto& spf = *accepted.add_authentication();
    spf.set_method("spf");
    spf.set_result("pass");
    auto& chosen = *accepted.add_targets();
    chosen.set_delivery_id(event_.delivery_id());
    chosen.set_target(target(message));
  }

  void describe_outcome(std::uint64_t message) {
    if (message % 10 == 0) {
      auto& rejected = *event_.mutable_rejected();
      rejected.set_stage(schemas::pb::STAGE_BODY);
      rejected.set_by(schemas::pb::VERDICT_BY_NEXT_HOP);
      rejected.set_target(target(message));
      reply(*rejected.mutable_reply(), 550, "5.7.1", "message refused, see mailbox.example/why");
      return;
    }
    auto& forwarded = *event_.mutable_forwarded();
    forwarded.set_target(target(message));
    forwarded.mutable_next_hop()->set_mx_host("mx.mailbox.example");
    forwarded.mutable_next_hop()->set_ip("198.51.100.7");
    forwarded.mutable_next_hop()->set_port(25);
    forwarded.set_time_spent(80'000'000);
    forwarded.set_return_path_id(event_.delivery_id());
    reply(*forwarded.mutable_reply(), 250, "2.0.0", "Ok: queued as 4B2C81F00A");
  }

  static void reply(schemas::pb::Reply& out, std::uint32_t code, const char* enhanced,
                    const char* text) {
    out.set_code(code);
    out.set_enhanced(enhanced);
    out.set_text(text);
  }

  std::uint64_t every_;
  std::uint64_t made_ = 0;
  std::uint64_t messages_ = 0;
  schemas::Event event_;
};

double cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

// The store with a clock: the processor time that its writer spends in it.
class TimedStore final : public projector::ViewStore {
 public:
  explicit TimedStore(projector::ViewStore& store) : store_(store) {}

  runtime::Result<void> apply(const projector::WriteBatch& batch) override {
    const double before = cpu_seconds();
    auto applied = store_.apply(batch);
    applying_ += cpu_seconds() - before;
    return applied;
  }
  runtime::Result<std::string> get(projector::Table table, std::string_view key) const override {
    return store_.get(table, key);
  }
  runtime::Result<void> sync() override { return store_.sync(); }
  runtime::Result<void> scan(projector::Table table, std::string_view from, std::string_view to,
                             const Visit& visit) const override {
    return store_.scan(table, from, to, visit);
  }
  runtime::Result<void> drop(projector::Table table) override { return store_.drop(table); }
  runtime::Result<void> checkpoint(const std::string& directory) override {
    return store_.checkpoint(directory);
  }

  double applying() const { return applying_; }

 private:
  projector::ViewStore& store_;
  double applying_ = 0;
};

struct Filled {
  double events_per_second = 0;
  double events_per_cpu_second = 0;
  double octets_per_event = 0;
  // Shares of the processor time. Parsing is timed by doing it once more beside the projector.
  double parse = 0;
  double apply = 0;
};

double time_to_parse(const std::vector<ingest::LogRecord>& records) {
  static schemas::Event event;
  const double before = cpu_seconds();
  for (const ingest::LogRecord& record : records) {
    if (!event.ParseFromString(record.value)) fail("an event does not parse");
  }
  return cpu_seconds() - before;
}

Filled fill(projector::ViewStore& untimed, std::uint64_t events, std::uint64_t batch) {
  TimedStore store(untimed);
  auto projector = projector::Projector::open(store, 0);
  if (!projector) fail("the store does not open: " + projector.error().message());
  Generator generator(events);
  double wall = 0;
  double cpu = 0;
  double parse = 0;
  double octets = 0;
  for (std::uint64_t offset = 0; offset < events;) {
    std::vector<ingest::LogRecord> records;
    for (; records.size() < batch && offset < events; ++offset) {
      records.push_back({0, offset, generator.next()});
      octets += static_cast<double>(records.back().value.size());
    }
    parse += time_to_parse(records);
    const double wall_before = seconds_of(CLOCK_MONOTONIC);
    const double cpu_before = cpu_seconds();
    if (const auto done = (*projector)->project(records); !done) fail(done.error().message());
    cpu += cpu_seconds() - cpu_before;
    wall += seconds_of(CLOCK_MONOTONIC) - wall_before;
  }
  const auto count = static_cast<double>(events);
  return {count / wall, count / cpu, octets / count, parse / cpu, store.applying() / cpu};
}

// The median of many pages, in microseconds.
double page_time(const projector::ViewStore& store) {
  constexpr int kPages = 2'001;
  const projector::History history(store);
  projector::HistoryQuestion question;
  question.address = kTheOne;
  std::vector<double> times;
  for (int i = 0; i < kPages; ++i) {
    const double before = seconds_of(CLOCK_MONOTONIC);
    const auto page = history.timeline(question);
    times.push_back((seconds_of(CLOCK_MONOTONIC) - before) * 1e6);
    if (!page) fail(page.error().message());
    if (page->entries.size() != kEventsOfTheOne || page->next) {
      fail("the rare address has " + std::to_string(page->entries.size()) + " events");
    }
  }
  std::nth_element(times.begin(), times.begin() + kPages / 2, times.end());
  return times[kPages / 2];
}

double measure(const std::string& directory, std::uint64_t events, std::uint64_t batch) {
  std::filesystem::remove_all(directory);
  std::string why;
  auto store = projector::open_rocks_store(directory, {}, why);
  if (!store) fail(why);
  const Filled filled = fill(**store, events, batch);
  const double page = page_time(**store);
  std::printf("%9lu events of %.0f octets: %8.0f events/s, %8.0f events/s of one processor\n",
              events, filled.octets_per_event, filled.events_per_second,
              filled.events_per_cpu_second);
  std::printf("%9s of it: parse %.0f%%, fold %.0f%%, apply %.0f%%\n", "", filled.parse * 100,
              (1 - filled.parse - filled.apply) * 100, filled.apply * 100);
  std::printf("%9s page of %lu events: %.1f us\n", "", kEventsOfTheOne, page);
  const auto digest = projector::digest_views(**store);
  if (!digest) fail(digest.error().message());
  std::printf("%9s digest of the views: %s\n", "", digest->substr(0, 16).c_str());
  store->reset();
  std::filesystem::remove_all(directory);
  return page;
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
  const std::uint64_t batch = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 4'000;
  const std::string directory =
      argc > 3 ? argv[3] : (std::filesystem::temp_directory_path() / "projector_bench").string();
  if (events < 1'000 || batch == 0) waybill::fail("at least 1000 events, at least 1 a batch");
  const double few = waybill::measure(directory, 1'000, batch);
  const double many = waybill::measure(directory, events, batch);
  std::printf("page among %lu / page among 1000 = %.2f\n", events, many / few);
}
