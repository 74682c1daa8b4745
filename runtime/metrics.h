// Metrics: counters, gauges and histograms in Prometheus' text format. Never an address in a label.
// Handles are stable and may be kept; adding is lock-free and may happen on any thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waybill::runtime {

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double n = 1) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  // For what several count together: each adds and takes away its own.
  virtual void add(double n) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

using Labels = std::initializer_list<std::pair<const char*, std::string>>;

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // The same name and labels give the same handle. Names: waybill_..._total for counters,
  // base units (_seconds, _bytes) for the rest.
  Counter& counter(const std::string& name, const std::string& help, Labels labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, Labels labels = {});
  // `bounds` are the upper bounds of the buckets, ascending.
  Histogram& histogram(const std::string& name, const std::string& help,
                       const std::vector<double>& bounds, Labels labels = {});

  // Text exposition format 0.0.4.
  std::string render() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

// Bucket bounds in seconds from 100 us to 5 min, for latencies.
const std::vector<double>& latency_bounds();

}  // namespace waybill::runtime
