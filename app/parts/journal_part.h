// The parts around the journal of this process: the journal itself, recovery, and the publisher.
//
// The journal is the first part of a process that records events, and so the last one to end. A
// journal that fails ends the process, once the sessions in flight have had time to answer 451.
#pragma once

#include <functional>
#include <memory>

#include "app/process/process.h"
#include "app/roles/local_log.h"
#include "app/roles/state_metrics.h"

namespace waybill::app {

// How long after the journal has failed the sessions in flight may still answer 451.
inline constexpr std::chrono::seconds kFenceGrace{3};

class JournalPart final : public Part {
 public:
  explicit JournalPart(Process& process) : process_(process) {}

  // Valid from start() on.
  LocalLog& log() { return *log_; }
  ingest::Journal& journal() { return log_->journal(); }

  // Something was put on record here before.
  bool used() const { return log_->journal().end_seq() > schemas::SequenceNumber(1); }

  // Why this process cannot put mail on record; empty: it can. Any thread.
  std::string why_not() const;

  // What is not as it should be though mail is taken; empty: nothing. Once the process is ready,
  // any thread.
  std::string note() const { return log_->clock_note(); }

  std::string_view name() const override { return "journal"; }
  runtime::Explained<void> start() override;
  void ready() override;
  void tick() override;
  void stop(Ending& ending) override;
  void stopped() override;

 private:
  void look_at_the_disk();

  Process& process_;
  std::unique_ptr<LocalLog> log_;
  std::unique_ptr<JournalMetrics> metrics_;
};

// Recovery: records as in doubt each delivery that a crash left open, before any mail is taken.
class RecoveryPart final : public Part {
 public:
  // `elsewhere` is asked for at start(); empty: nowhere.
  RecoveryPart(Process& process, JournalPart& journal,
               std::function<ingest::KeptElsewhere()> elsewhere = {})
      : process_(process), journal_(journal), elsewhere_(std::move(elsewhere)) {}

  std::string_view name() const override { return "recovery"; }
  runtime::Explained<void> start() override;

 private:
  Process& process_;
  JournalPart& journal_;
  const std::function<ingest::KeptElsewhere()> elsewhere_;
};

// The publisher: sends the journal's records to Kafka.
class PublisherPart final : public Part {
 public:
  PublisherPart(Process& process, JournalPart& journal) : process_(process), journal_(journal) {}

  ingest::Publisher& publisher() const { return *journal_.log().publisher(); }

  std::string_view name() const override { return "publisher"; }
  runtime::Explained<void> start() override;
  void tick() override { journal_.log().tick(); }

 private:
  Process& process_;
  JournalPart& journal_;
};

}  // namespace waybill::app
