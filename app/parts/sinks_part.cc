#include "app/parts/sinks_part.h"

#include <filesystem>
#include <thread>

#include "runtime/log.h"
#include "stream/archive_source.h"
#include "stream/sink.h"

namespace waybill::app {

using runtime::Explained;
using runtime::MutexLock;

namespace {

// A sink that cannot begin (its secret is missing, the disk is full) is tried again that often.
constexpr std::chrono::seconds kBeginAgain{10};

}  // namespace

// One of them, from its making to its end. Files are read and the cursor is opened as it begins,
// when whoever had the cursor before has let go of it.
class SinksPart::Running {
 public:
  Running(const SinkConfig& config, Process& process, runtime::Chance& chance)
      : config_(config),
        name_(config.name),
        process_(process),
        clock_(process.clock()),
        chance_(chance),
        metrics_(process.metrics()),
        dead_letters_(sink_file(process.config(), name_, kDeadSuffix), clock_) {}
  ~Running() { end(); }

  void begin(const Partitions& partitions) {
    begin_again_ = clock_.now() + kBeginAgain;
    auto begun = begin_with(partitions());
    if (begun) return broken_.clear();
    const std::string why = "sink " + name_ + " does not run: " + begun.error().why;
    if (std::exchange(broken_, why) == why) return;
    runtime::log(runtime::Level::error, "sink", "the sink does not run; it is tried again",
                 {{"sink", name_}, {"why", begun.error().why}});
  }
  bool is_to_begin() const { return !sink_ && clock_.now() >= begin_again_; }

  void cancel() {
    if (sink_) sink_->cancel();
  }
  void end() {
    cancel();
    if (thread_.joinable()) thread_.join();
  }

  std::string note() const {
    if (!sink_) return broken_;
    const stream::SinkStatus status = sink_->status();
    const bool is_well =
        status.state == stream::SinkState::starting || status.state == stream::SinkState::running;
    if (is_well) return {};
    return "sink " + name_ + " is " + std::string(word(status.state)) + ", " +
           std::to_string(status.behind) + " events behind: " + status.why;
  }

  void count() {
    if (!sink_) return tell_trouble(stream::SinkState::stuck);
    const stream::SinkStatus now = sink_->status();
    add("confirmed", now.confirmed - told_.confirmed);
    add("repeated", now.repeats - told_.repeats);
    add("dead", now.dead - told_.dead);
    add("refused_unnamed", now.unnamed_refusals - told_.unnamed_refusals);
    add("left_out", now.left_out - told_.left_out);
    tell_behind(now.behind);
    tell_trouble(now.state);
    told_ = now;
  }

  // It is no more: what it told of itself is over.
  void retire() {
    tell_trouble(stream::SinkState::running);
    tell_behind(0);
  }

 private:
  Explained<void> begin_with(const std::vector<query::LocalPartition>& partitions) {
    std::error_code error;
    std::filesystem::create_directories(sinks_directory(process_.config()), error);
    auto way = make_sink_way(config_, process_.config(), clock_, chance_);
    if (!way) return way.error();
    std::vector<stream::ArchivePartition> archive;
    for (const query::LocalPartition& one : partitions) {
      archive.push_back({one.partition, one.archive, one.archive_end,
                         [freshness = one.freshness] { return freshness().lag; }});
    }
    const auto begin = config_.from_start ? stream::Begin::start : stream::Begin::end;
    auto source = stream::ArchiveSource::open(
        std::move(archive), sink_file(process_.config(), name_, kCursorSuffix), begin, clock_);
    if (!source) return source.error();
    way_ = std::move(*way);
    source_ = std::move(*source);
    sink_ = std::make_unique<stream::Sink>(
        name_, config_.filter,
        stream::SinkParts{source_.get(), way_.mapping.get(), way_.transport.get(), &dead_letters_,
                          &clock_, &chance_});
    runtime::log(runtime::Level::info, "sink", "a sink",
                 {{"sink", name_},
                  {"transport", word_of(config_.transport)},
                  {"format", word(config_.format)},
                  {"grade", word(way_.transport->grade())},
                  {"to", shown_target(config_)}});
    thread_ = std::thread([this] { sink_->run(); });
    return {};
  }
  void tell_behind(std::uint64_t events) {
    metrics_
        .gauge("waybill_sink_behind", "Events in the log that a sink has not settled.",
               {{"sink", name_}})
        .set(static_cast<double>(events));
  }
  void tell_trouble(stream::SinkState now) {
    for (const auto state : {stream::SinkState::waiting, stream::SinkState::stuck}) {
      metrics_
          .gauge(
              "waybill_sink_trouble",
              "1: the sink is waiting for its receiver, or stuck until somebody mends something.",
              {{"sink", name_}, {"state", std::string(word(state))}})
          .set(now == state ? 1 : 0);
    }
  }
  void add(const char* outcome, std::uint64_t records) {
    metrics_
        .counter("waybill_sink_records_total", "Records of a sink, by what became of them.",
                 {{"sink", name_}, {"outcome", outcome}})
        .add(static_cast<double>(records));
  }

  const SinkConfig config_;
  const std::string name_;
  Process& process_;
  runtime::Clock& clock_;
  runtime::Chance& chance_;
  runtime::Metrics& metrics_;
  stream::DeadLetters dead_letters_;
  stream::SinkStatus told_;
  std::string broken_;  // why it does not run
  runtime::Instant begin_again_{};
  SinkWay way_;
  std::unique_ptr<stream::ArchiveSource> source_;
  std::unique_ptr<stream::Sink> sink_;
  std::thread thread_;
};

SinksPart::SinksPart(Process& process, Partitions partitions)
    : process_(process), partitions_(std::move(partitions)), chance_(runtime::system_chance()) {}

SinksPart::~SinksPart() = default;

Explained<void> SinksPart::start() {
  run(process_.config().sinks);
  return {};
}

Explained<Change> SinksPart::reload(const Config& config) {
  return Change([this, sinks = config.sinks] { run(sinks); });
}

// In place of those that run. One that cannot run is said, tried again, and costs no mail.
void SinksPart::run(const std::vector<SinkConfig>& sinks) {
  end();
  Sinks fresh;
  for (const SinkConfig& one : sinks) {
    fresh.push_back(std::make_unique<Running>(one, process_, *chance_));
    fresh.back()->begin(partitions_);
  }
  const MutexLock lock(mutex_);
  sinks_ = std::move(fresh);
}

void SinksPart::tick() {
  const MutexLock lock(mutex_);
  for (const auto& one : sinks_) {
    if (one->is_to_begin()) one->begin(partitions_);
    one->count();
  }
}

std::string SinksPart::note() const {
  const MutexLock lock(mutex_);
  std::string out;
  for (const auto& one : sinks_) {
    const std::string note = one->note();
    if (!note.empty()) out += (out.empty() ? "" : "; ") + note;
  }
  return out;
}

void SinksPart::stop(Ending&) { end(); }

void SinksPart::end() {
  Sinks ended;
  {
    const MutexLock lock(mutex_);
    ended.swap(sinks_);
  }
  for (const auto& one : ended) one->cancel();
  for (const auto& one : ended) {
    one->end();
    one->retire();
  }
}

}  // namespace waybill::app
