#include "app/parts/sinks_part.h"

#include <filesystem>
#include <thread>

#include "runtime/log.h"
#include "stream/archive_source.h"
#include "stream/sink.h"

namespace waybill::app {

using runtime::Explained;
using runtime::Failure;
using runtime::MutexLock;

// One of them, from its making to its end. Its source is opened as it begins, when whoever had the
// cursor before has let go of it.
class SinksPart::Running {
 public:
  // `way`: why there is none is why the sink does not run.
  Running(const SinkConfig& config, Explained<SinkWay> way, Process& process,
          runtime::Chance& chance)
      : name_(config.name),
        from_start_(config.from_start),
        filter_(config.filter),
        way_(std::move(way)),
        cursor_(sink_file(process.config(), name_, kCursorSuffix)),
        dead_letters_(sink_file(process.config(), name_, kDeadSuffix), process.clock()),
        clock_(process.clock()),
        chance_(chance),
        metrics_(process.metrics()) {}
  ~Running() { end(); }

  Explained<void> begin(const std::vector<query::LocalPartition>& partitions) {
    if (!way_) return broken(way_.error());
    std::vector<stream::ArchivePartition> archive;
    for (const query::LocalPartition& one : partitions) {
      archive.push_back({one.partition, one.archive, one.archive_end,
                         [freshness = one.freshness] { return freshness().lag; }});
    }
    auto source = stream::ArchiveSource::open(
        std::move(archive), cursor_, from_start_ ? stream::Begin::start : stream::Begin::end,
        clock_);
    if (!source) return broken(source.error());
    source_ = std::move(*source);
    sink_ = std::make_unique<stream::Sink>(
        name_, filter_,
        stream::SinkParts{source_.get(), way_->mapping.get(), way_->transport.get(), &dead_letters_,
                          &clock_, &chance_});
    thread_ = std::thread([this] { sink_->run(); });
    return {};
  }

  const std::string& name() const { return name_; }
  std::optional<Failure> why_no_way() const {
    if (way_) return std::nullopt;
    return way_.error();
  }
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
  Failure broken(const Failure& why) {
    broken_ = "sink " + name_ + " does not run: " + why.why;
    return why;
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

  const std::string name_;
  const bool from_start_;
  const stream::Filter filter_;
  const Explained<SinkWay> way_;
  const std::string cursor_;
  stream::DeadLetters dead_letters_;
  runtime::Clock& clock_;
  runtime::Chance& chance_;
  runtime::Metrics& metrics_;
  stream::SinkStatus told_;
  std::string broken_;  // why it does not run
  std::unique_ptr<stream::ArchiveSource> source_;
  std::unique_ptr<stream::Sink> sink_;
  std::thread thread_;
};

SinksPart::SinksPart(Process& process, Partitions partitions)
    : process_(process), partitions_(std::move(partitions)), chance_(runtime::system_chance()) {}

SinksPart::~SinksPart() = default;

SinksPart::Sinks SinksPart::make(const Config& config) {
  Sinks out;
  for (const SinkConfig& one : config.sinks) {
    auto way = make_sink_way(one, process_.config(), process_.clock(), *chance_);
    if (way) {
      runtime::log(runtime::Level::info, "sink", "a sink",
                   {{"sink", one.name},
                    {"transport", word_of(one.transport)},
                    {"format", word(one.format)},
                    {"grade", word(way->transport->grade())},
                    {"to", shown_target(one)}});
    }
    out.push_back(std::make_unique<Running>(one, std::move(way), process_, *chance_));
  }
  return out;
}

Explained<void> SinksPart::start() {
  run(make(process_.config()));
  return {};
}

// A file that is missing or wrong now is a mistake of whoever reloads: what runs goes on.
Explained<Change> SinksPart::reload(const Config& config) {
  auto made = make(config);
  for (const auto& one : made) {
    if (const auto why = one->why_no_way()) return *why;
  }
  const auto fresh = std::make_shared<Sinks>(std::move(made));
  return Change([this, fresh] { run(std::move(*fresh)); });
}

// In place of those that run. One that cannot run is said, and costs no mail.
void SinksPart::run(Sinks sinks) {
  end();
  if (sinks.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(sinks_directory(process_.config()), error);
  for (const auto& one : sinks) {
    const auto begun = one->begin(partitions_());
    if (begun) continue;
    runtime::log(runtime::Level::error, "sink", "the sink does not run",
                 {{"sink", one->name()}, {"why", begun.error().why}});
  }
  const MutexLock lock(mutex_);
  sinks_ = std::move(sinks);
}

void SinksPart::tick() {
  const MutexLock lock(mutex_);
  for (const auto& one : sinks_) one->count();
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
