#include "runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "runtime/mutex.h"

namespace waybill::runtime {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& c) : counter_(c) {}
  void add(double n) override { counter_.Increment(n); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& g) : gauge_(g) {}
  void set(double value) override { gauge_.Set(value); }
  void add(double n) override { gauge_.Increment(n); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& h) : histogram_(h) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

prometheus::Labels to_labels(Labels labels) {
  prometheus::Labels out;
  for (const auto& [name, value] : labels) out.emplace(name, value);
  return out;
}

// One handle for each family member: the library gives the same member for the same labels.
template <class Handle, class Adapter, class Member>
Handle& handle_for(std::map<const void*, std::unique_ptr<Handle>>& handles, Member& member) {
  auto& handle = handles[&member];
  if (handle == nullptr) handle = std::make_unique<Adapter>(member);
  return *handle;
}

}  // namespace

struct Metrics::Registry {
  prometheus::Registry families{prometheus::Registry::InsertBehavior::Merge};
  Mutex mutex;
  std::map<const void*, std::unique_ptr<Counter>> counters WAYBILL_GUARDED_BY(mutex);
  std::map<const void*, std::unique_ptr<Gauge>> gauges WAYBILL_GUARDED_BY(mutex);
  std::map<const void*, std::unique_ptr<Histogram>> histograms WAYBILL_GUARDED_BY(mutex);
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help, Labels labels) {
  const MutexLock lock(registry_->mutex);
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_->families);
  return handle_for<Counter, PrometheusCounter>(registry_->counters, family.Add(to_labels(labels)));
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, Labels labels) {
  const MutexLock lock(registry_->mutex);
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_->families);
  return handle_for<Gauge, PrometheusGauge>(registry_->gauges, family.Add(to_labels(labels)));
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& bounds, Labels labels) {
  const MutexLock lock(registry_->mutex);
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->families);
  return handle_for<Histogram, PrometheusHistogram>(registry_->histograms,
                                                    family.Add(to_labels(labels), bounds));
}

std::string Metrics::render() const {
  return prometheus::TextSerializer().Serialize(registry_->families.Collect());
}

const std::vector<double>& latency_bounds() {
  static const std::vector<double> bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                             0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5,
                                             5,      10,      30,     60,    120,    300};
  return bounds;
}

}  // namespace waybill::runtime
