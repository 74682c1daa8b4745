// KafkaHandle: one rd_kafka_t with its owner's settings, its log lines in ours, and its errors
// remembered. The only place where a handle is made.
//
// Callbacks run on the thread that polls the handle. Destruction waits for librdkafka's threads;
// messages not yet sent are thrown away, not flushed.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ingest/kafka_settings.h"
#include "runtime/failure.h"
#include "runtime/mutex.h"

namespace waybill::ingest {

// Where librdkafka writes a sentence of its own.
inline constexpr std::size_t kKafkaErrorText = 512;

// The pause before the next try where a broker said no for now.
inline constexpr char kRetryMs[] = "50";
// The longest pause between two tries to reach a broker; librdkafka's own grow up to it.
inline constexpr char kReconnectMostMs[] = "2000";

class KafkaHandle {
 public:
  using Property = std::pair<const char*, std::string>;

  // `own` goes before the operator's properties. `opaque` comes back in delivery reports; `report`
  // may be null. Errc::invalid: a property is not accepted; the words name it.
  static runtime::Explained<std::unique_ptr<KafkaHandle>> make(
      rd_kafka_type_t type, const KafkaSettings& settings, const std::vector<Property>& own,
      void (*report)(rd_kafka_t*, const rd_kafka_message_t*, void*), void* opaque);
  ~KafkaHandle();
  KafkaHandle(const KafkaHandle&) = delete;
  KafkaHandle& operator=(const KafkaHandle&) = delete;

  rd_kafka_t* get() const { return kafka_; }

  // Set once librdkafka says that the handle is of no more use; empty before.
  std::string fatal() const;
  // A message was given up, although its report may not have been polled yet: nothing may be sent
  // after it. Producers alone.
  bool message_failed() const { return message_failed_.load(std::memory_order_acquire); }
  // How often a broker went away.
  std::uint64_t losses() const { return losses_.load(std::memory_order_acquire); }
  // Something worked: the next trouble is worth a line again.
  void seen_alive();

 private:
  KafkaHandle() = default;
  static rd_kafka_resp_err_t on_new(rd_kafka_t* kafka, const rd_kafka_conf_t* conf, void* self,
                                    char* text, std::size_t size);
  static rd_kafka_resp_err_t on_acknowledgement(rd_kafka_t* kafka, rd_kafka_message_t* message,
                                                void* self);
  static void on_error(rd_kafka_t* kafka, int code, const char* reason, void* opaque);
  static void on_log(const rd_kafka_t* kafka, int level, const char* facility, const char* text);

  rd_kafka_t* kafka_ = nullptr;
  void (*report_)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;
  void* opaque_ = nullptr;
  mutable runtime::Mutex mutex_;
  std::string fatal_ WAYBILL_GUARDED_BY(mutex_);
  // Errors: each is logged once, until something works again.
  std::set<std::string> said_ WAYBILL_GUARDED_BY(mutex_);
  std::atomic<bool> down_{false};
  std::atomic<bool> message_failed_{false};
  std::atomic<std::uint64_t> losses_{0};
};

// The Errc of librdkafka's code.
runtime::Errc errc_of_kafka(rd_kafka_resp_err_t error);

}  // namespace waybill::ingest
