#include "query/access_record.h"

#include <atomic>
#include <set>

#include "ingest/recorder.h"
#include "query/access_subject.h"
#include "runtime/clock.h"
#include "runtime/leaky_bucket.h"
#include "runtime/log.h"
#include "runtime/mutex.h"
#include "schemas/principal.h"
#include "schemas/utf8.h"

namespace waybill::query {
namespace {

using schemas::Principal;

// What the request names: a part of its path, or the parameter that stands for it.
std::string subject_of(const http::Access& access) {
  if (!access.shown.subject.empty()) return access_subject(access.shown.subject);
  const http::Request& request = access.request;
  if (!request.captured.empty()) return access_subject(request.captured.front());
  for (const std::string_view name : {"message_id", "address", "domain", "subject", "q"}) {
    for (const http::Parameter& one : request.parameters) {
      if (one.name == name) return access_subject(one.value);
    }
  }
  return {};
}

// What an event may hold, whatever a client or a provider wrote.
std::string clean(std::string_view text, std::size_t most) {
  return std::string(schemas::cut_utf8(schemas::printable(text), most));
}

schemas::Event event_of(const http::Access& access) {
  const http::Request& request = access.request;
  schemas::Event out;
  out.set_trace(request.trace);
  out.set_domain(access.shown.domain);
  out.set_client_ip(request.client.from.address.to_string());
  schemas::pb::Accessed& body = *out.mutable_access();
  body.set_principal(request.asker ? clean(request.asker->text(), kMostSubject) : "nobody");
  if (request.asker) body.set_principal_name(clean(request.asker->name, kMostSubject));
  body.set_method(request.method);
  body.set_route(std::string(access.route));
  body.set_query(clean(request.target, kMostQuery));
  body.set_reason(request.reason);
  body.set_subject(clean(subject_of(access), kMostSubject));
  body.set_status(access.status);
  body.set_rows(access.shown.rows);
  body.set_as_of_index(access.shown.as_of_index);
  body.set_as_of(schemas::nanoseconds(access.shown.as_of));
  return out;
}

class Record final : public http::AccessLog {
 public:
  explicit Record(AccessParts parts)
      : clock_(*parts.clock),
        recorder_(*parts.log, *parts.clock, *parts.chance, parts.node),
        of_local_(unrecorded(*parts.metrics, "local")),
        of_strangers_(unrecorded(*parts.metrics, "strangers")) {}

  runtime::Task<runtime::Result<void>> record(http::Access access) override {
    if (!access.request.asker && !has_room_for_stranger()) {
      of_strangers_.add();
      co_return runtime::Result<void>();
    }
    const bool is_local =
        access.request.asker && access.request.asker->kind == Principal::Kind::local;
    std::vector<schemas::Event> events;
    events.push_back(event_of(access));
    // Of each thing that was looked at, so that it is found by each.
    std::set<std::string> named{events.front().access().subject()};
    for (const std::string& subject : access.shown.more_subjects) {
      const std::string one = clean(access_subject(subject), kMostSubject);
      if (!named.insert(one).second) continue;
      events.push_back(events.front());
      events.back().mutable_access()->set_subject(one);
    }
    const auto recorded = co_await recorder_.record(std::move(events));
    if (!recorded && is_local) {
      of_local_.add();
      say(recorded.error().message());
      co_return runtime::Result<void>();
    }
    if (recorded) said_ = false;
    co_return recorded;
  }

 private:
  static runtime::Counter& unrecorded(runtime::Metrics& metrics, const char* of) {
    return metrics.counter("waybill_access_unrecorded_total",
                           "Answers that left without a record of who asked.", {{"of", of}});
  }

  bool has_room_for_stranger() {
    const runtime::MutexLock lock(mutex_);
    strangers_.drain(clock_.now(), kStrangersPerHour);
    if (strangers_.level >= kStrangers) return false;
    strangers_.level += 1;
    return true;
  }

  // Once, until it goes again.
  void say(const std::string& why) {
    if (said_.exchange(true)) return;
    runtime::log(runtime::Level::warn, "http",
                 "who asks for history cannot be put on record: only this machine is answered",
                 {{"why", why}});
  }

  runtime::Clock& clock_;
  ingest::Recorder recorder_;
  runtime::Counter& of_local_;
  runtime::Counter& of_strangers_;
  runtime::Mutex mutex_;
  runtime::LeakyBucket strangers_ WAYBILL_GUARDED_BY(mutex_);
  std::atomic<bool> said_{false};
};

}  // namespace

std::unique_ptr<http::AccessLog> record_accesses(AccessParts parts) {
  return std::make_unique<Record>(std::move(parts));
}

}  // namespace waybill::query
