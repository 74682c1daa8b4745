#include "ingest/kafka_handle.h"

#include <array>

#include "runtime/log.h"

namespace waybill::ingest {

using runtime::Errc;
using runtime::Explained;
using runtime::Failure;
using runtime::Level;

namespace {

// What the promises of publisher and reader stand on, and why.
constexpr std::pair<const char*, const char*> kReserved[] = {
    {"bootstrap.servers", "it is kafka.bootstrap"},
    {"metadata.broker.list", "it is kafka.bootstrap"},
    {"delivery.report.only.error", "without reports nothing is ever acknowledged"},
    {"transactional.id", "there are no transactions here"},
    {"enable.idempotence", "without it a retry may write a record twice or out of order"},
    {"enable.gapless.guarantee", "without it a record may be left out"},
    {"acks", "an event counts as kept once all in-sync replicas have it"},
    {"request.required.acks", "an event counts as kept once all in-sync replicas have it"},
    {"max.in.flight", "more than one request at a time may leave out a record"},
    {"max.in.flight.requests.per.connection",
     "more than one request at a time may leave out a record"},
    {"message.timeout.ms", "a message that is given up leaves a gap in the log"},
    {"delivery.timeout.ms", "a message that is given up leaves a gap in the log"},
    {"partitioner", "the partition is always given"},
    {"group.id", "positions are kept with the views, never by a group"},
    {"enable.auto.commit", "positions are kept with the views, never by a group"},
    {"enable.auto.offset.store", "positions are kept with the views, never by a group"},
    {"auto.offset.reset", "a reader must never skip silently"},
    {"isolation.level", "what was aborted was never said"},
    {"enable.partition.eof", "it says when a reader has caught up"},
};

struct Conf {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  ~Conf() {
    if (conf != nullptr) rd_kafka_conf_destroy(conf);
  }
  Explained<void> set(const std::string& name, const std::string& value) {
    std::array<char, kKafkaErrorText> text{};
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size()) ==
        RD_KAFKA_CONF_OK) {
      return {};
    }
    return Failure{Errc::invalid, "librdkafka does not take " + name + ": " + text.data()};
  }
};

}  // namespace

std::string reserved_property(const std::string& name) {
  for (const auto& [reserved, reason] : kReserved) {
    if (name == reserved) return reason;
  }
  return {};
}

Explained<std::unique_ptr<KafkaHandle>> KafkaHandle::make(
    rd_kafka_type_t type, const KafkaSettings& settings, const std::vector<Property>& own,
    void (*report)(rd_kafka_t*, const rd_kafka_message_t*, void*), void* opaque) {
  std::unique_ptr<KafkaHandle> handle(new KafkaHandle());
  Conf conf;
  std::vector<std::pair<std::string, std::string>> all = {{"bootstrap.servers", settings.bootstrap},
                                                          {"client.id", settings.client_id}};
  all.insert(all.end(), own.begin(), own.end());
  all.insert(all.end(), settings.properties.begin(), settings.properties.end());
  for (const auto& [name, value] : all) {
    if (const auto taken = conf.set(name, value); !taken) return taken.error();
  }
  handle->report_ = report;
  handle->opaque_ = opaque;
  rd_kafka_conf_set_opaque(conf.conf, handle.get());
  rd_kafka_conf_set_error_cb(conf.conf, &KafkaHandle::on_error);
  rd_kafka_conf_set_log_cb(conf.conf, &KafkaHandle::on_log);
  if (report != nullptr) {
    rd_kafka_conf_interceptor_add_on_new(conf.conf, "waybill", &KafkaHandle::on_new, handle.get());
    rd_kafka_conf_set_dr_msg_cb(
        conf.conf, [](rd_kafka_t* kafka, const rd_kafka_message_t* message, void* self) {
          auto& owner = *static_cast<KafkaHandle*>(self);
          owner.report_(kafka, message, owner.opaque_);
        });
  }
  std::array<char, kKafkaErrorText> text{};
  handle->kafka_ = rd_kafka_new(type, conf.conf, text.data(), text.size());
  if (handle->kafka_ == nullptr) {
    return Failure{Errc::invalid, std::string("cannot make a Kafka client: ") + text.data()};
  }
  conf.conf = nullptr;  // the handle's now
  return handle;
}

KafkaHandle::~KafkaHandle() {
  if (kafka_ == nullptr) return;
  // Nothing is waited for: what was not acknowledged is sent again by another handle.
  if (rd_kafka_type(kafka_) == RD_KAFKA_PRODUCER) {
    rd_kafka_purge(kafka_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  rd_kafka_destroy_flags(kafka_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

rd_kafka_resp_err_t KafkaHandle::on_new(rd_kafka_t* kafka, const rd_kafka_conf_t*, void* self,
                                        char*, std::size_t) {
  return rd_kafka_interceptor_add_on_acknowledgement(kafka, "waybill",
                                                     &KafkaHandle::on_acknowledgement, self);
}

// On librdkafka's own thread, before the report waits to be polled: a topic that was gone for a
// moment fails what was queued for it, and may be there again for what is sent next.
rd_kafka_resp_err_t KafkaHandle::on_acknowledgement(rd_kafka_t*, rd_kafka_message_t* message,
                                                    void* self) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<KafkaHandle*>(self)->message_failed_.store(true, std::memory_order_release);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::string KafkaHandle::fatal() const {
  const runtime::MutexLock lock(mutex_);
  return fatal_;
}

void KafkaHandle::seen_alive() {
  if (!down_.exchange(false, std::memory_order_relaxed)) return;
  const runtime::MutexLock lock(mutex_);
  said_.clear();
}

void KafkaHandle::on_error(rd_kafka_t* kafka, int code, const char* reason, void* opaque) {
  auto& self = *static_cast<KafkaHandle*>(opaque);
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  const std::string name = rd_kafka_err2name(error);
  {
    const runtime::MutexLock lock(self.mutex_);
    if (self.said_.insert(name).second) {
      runtime::log(Level::warn, "ingest/kafka", "trouble with Kafka; it is tried again",
                   {{"client", rd_kafka_name(kafka)}, {"error", name}, {"why", reason}});
    }
  }
  self.down_.store(true, std::memory_order_relaxed);
  if (errc_of_kafka(error) == Errc::unreachable) self.losses_.fetch_add(1);
  if (error != RD_KAFKA_RESP_ERR__FATAL) return;
  std::array<char, kKafkaErrorText> text{};
  const auto original = rd_kafka_fatal_error(kafka, text.data(), text.size());
  const runtime::MutexLock lock(self.mutex_);
  self.fatal_ = std::string(rd_kafka_err2name(original)) + ": " + text.data();
}

// What matters of it comes through on_error as well, once and not at every try.
void KafkaHandle::on_log(const rd_kafka_t*, int, const char* facility, const char* text) {
  runtime::log(Level::debug, "ingest/kafka", "librdkafka says",
               {{"facility", facility}, {"text", text}});
}

Errc errc_of_kafka(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT: return Errc::timeout;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE: return Errc::unreachable;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return Errc::not_found;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: return Errc::refused;
    default: return Errc::temporary;
  }
}

}  // namespace waybill::ingest
