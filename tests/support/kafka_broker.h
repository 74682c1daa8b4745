// KafkaBroker: a real Apache Kafka broker on 127.0.0.1, in KRaft mode, with topics made in the
// test.
//
// of_this_program() starts it at the first call, which takes some seconds, and ends it with the
// program: tests share it and take topics of their own. It keeps its data and its port through
// kill(), stop() and restart(). A function that cannot do what it says throws std::runtime_error;
// the broker's log is in the message where it says why. Where Java or the jars are missing (./dev
// fetches them to build/kafka; WAYBILL_KAFKA_JARS names another folder), installed() is false and
// the test has to GTEST_SKIP. One thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace waybill::tests {

class KafkaBroker {
 public:
  static bool installed();
  static KafkaBroker& of_this_program();

  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  // For "bootstrap.servers".
  std::string bootstrap() const { return "127.0.0.1:" + std::to_string(port_); }
  bool running() const { return pid_ > 0; }

  // Returns once every partition is led. `config`: {"retention.ms", "-1"}.
  void create_topic(const std::string& name, int partitions,
                    const std::map<std::string, std::string>& config = {});
  void delete_topic(const std::string& name);
  // Those below `before`, as retention does.
  void delete_records(const std::string& name, std::uint32_t partition, std::uint64_t before);

  void kill();     // as a crash
  void stop();     // in good order
  void restart();  // after either; returns once it answers
  void freeze();   // it keeps its connections and answers nothing
  void thaw();

 private:
  KafkaBroker();
  void format();
  void start();
  void wait_until_ready();
  bool knows_topic(const std::string& name, int partitions) const;
  pid_t spawn(const char* main_class, const std::vector<std::string>& arguments) const;
  std::string log() const;

  const TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  std::uint16_t controller_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace waybill::tests
