#include "tests/support/kafka_broker.h"

#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

#include "runtime/clock.h"

namespace waybill::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kJava = "/usr/bin/java";
constexpr const char* kSetpriv = "/usr/bin/setpriv";
// It is up within 5 s on an idle machine.
constexpr auto kStartTimeout = 90s;
constexpr auto kStopTimeout = 30s;
constexpr auto kPollInterval = 50ms;
constexpr int kRequestTimeoutMs = 10'000;
// 16 octets in base64.
constexpr const char* kClusterId = "d2F5YmlsbC10ZXN0cy1rYQ";

// The folder of the version that tests/kafka/pom.xml names. Absolute, because the archive of
// classes beside the jars holds for the path that it was made for.
fs::path jars() {
  if (const char* given = std::getenv("WAYBILL_KAFKA_JARS")) return fs::absolute(given);
  const fs::path source = fs::canonical(WAYBILL_SOURCE_DIR);
  std::ifstream pom(source / "tests/kafka/pom.xml");
  const std::string text{std::istreambuf_iterator<char>(pom), std::istreambuf_iterator<char>()};
  const std::string tag = "<kafka.version>";
  const std::size_t begin = text.find(tag) + tag.size();
  return source / "build/kafka" / text.substr(begin, text.find('<', begin) - begin);
}

std::string class_path() {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(jars())) {
    if (entry.path().extension() == ".jar") found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  std::string out;
  for (const std::string& jar : found) out += (out.empty() ? "" : ":") + jar;
  return out;
}

// A free port that stays so while the broker is away: below those that the kernel gives to clients,
// one of which could else meet itself there.
std::uint16_t lasting_port() {
  int below = 0;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> below;
  std::random_device chance;
  std::uniform_int_distribution<int> any(below * 2 / 3, below - 1);
  boost::asio::io_context io;
  for (;;) {
    const auto port = static_cast<std::uint16_t>(any(chance));
    boost::asio::ip::tcp::acceptor acceptor(io, boost::asio::ip::tcp::v4());
    boost::system::error_code taken;
    acceptor.bind({boost::asio::ip::address_v4::loopback(), port}, taken);
    if (!taken) return port;
  }
}

bool wait_until(const std::function<bool()>& condition, std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

void swallow(const rd_kafka_t*, int, const char*, const char*) {}

// A client to ask through; nothing is said of connections refused while the broker starts.
std::unique_ptr<rd_kafka_t, void (*)(rd_kafka_t*)> client(const std::string& bootstrap) {
  char error[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), error, sizeof error);
  rd_kafka_conf_set(conf, "reconnect.backoff.max.ms", "200", error, sizeof error);
  rd_kafka_conf_set_log_cb(conf, swallow);
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (handle == nullptr) throw std::runtime_error(error);
  return {handle, rd_kafka_destroy};
}

// What the admin API's answer says went wrong; empty for nothing.
std::string failure_of(rd_kafka_event_t* answer) {
  if (answer == nullptr) return "no answer";
  if (rd_kafka_event_error(answer)) return rd_kafka_event_error_string(answer);
  if (const auto* records = rd_kafka_event_DeleteRecords_result(answer)) {
    const auto* const places = rd_kafka_DeleteRecords_result_offsets(records);
    if (places->cnt != 1) return "an answer about something else";
    const auto error = places->elems[0].err;
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(error);
  }
  const rd_kafka_topic_result_t** topics = nullptr;
  std::size_t count = 0;
  if (const auto* created = rd_kafka_event_CreateTopics_result(answer)) {
    topics = rd_kafka_CreateTopics_result_topics(created, &count);
  } else if (const auto* deleted = rd_kafka_event_DeleteTopics_result(answer)) {
    topics = rd_kafka_DeleteTopics_result_topics(deleted, &count);
  }
  if (count != 1) return "an answer about something else";
  if (rd_kafka_topic_result_error(topics[0]) == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return rd_kafka_topic_result_error_string(topics[0]);
}

// Gives `request` a queue for its answer and throws what the answer complains about.
void administer(rd_kafka_t* handle, const std::string& what,
                const std::function<void(rd_kafka_queue_t*)>& request) {
  const std::unique_ptr<rd_kafka_queue_t, void (*)(rd_kafka_queue_t*)> queue(
      rd_kafka_queue_new(handle), rd_kafka_queue_destroy);
  request(queue.get());
  rd_kafka_event_t* answer = rd_kafka_queue_poll(queue.get(), kRequestTimeoutMs);
  const std::string failure = failure_of(answer);
  if (answer != nullptr) rd_kafka_event_destroy(answer);
  if (!failure.empty()) throw std::runtime_error(what + ": " + failure);
}

}  // namespace

bool KafkaBroker::installed() {
  std::error_code absent;
  return ::access(kJava, X_OK) == 0 && ::access(kSetpriv, X_OK) == 0 &&
         fs::exists(jars() / "pom.xml", absent);
}

KafkaBroker& KafkaBroker::of_this_program() {
  static KafkaBroker broker;
  return broker;
}

KafkaBroker::KafkaBroker() : port_(lasting_port()), controller_port_(lasting_port()) {
  try {
    format();
    start();
  } catch (...) {
    kill();
    throw;
  }
}

KafkaBroker::~KafkaBroker() { kill(); }

void KafkaBroker::create_topic(const std::string& name, int partitions,
                               const std::map<std::string, std::string>& config) {
  const auto handle = client(bootstrap());
  char error[256];
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name.c_str(), partitions, 1, error, sizeof error);
  if (topic == nullptr) throw std::runtime_error(error);
  for (const auto& [key, value] : config) {
    rd_kafka_NewTopic_set_config(topic, key.c_str(), value.c_str());
  }
  const std::unique_ptr<rd_kafka_NewTopic_t, void (*)(rd_kafka_NewTopic_t*)> owned(
      topic, rd_kafka_NewTopic_destroy);
  administer(handle.get(), "topic " + name, [&](rd_kafka_queue_t* queue) {
    rd_kafka_CreateTopics(handle.get(), &topic, 1, nullptr, queue);
  });
  if (!wait_until([&] { return knows_topic(name, partitions); }, kStartTimeout)) {
    throw std::runtime_error("topic " + name + " has no leader: " + log());
  }
}

void KafkaBroker::delete_topic(const std::string& name) {
  const auto handle = client(bootstrap());
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(name.c_str());
  const std::unique_ptr<rd_kafka_DeleteTopic_t, void (*)(rd_kafka_DeleteTopic_t*)> owned(
      topic, rd_kafka_DeleteTopic_destroy);
  administer(handle.get(), "topic " + name, [&](rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopics(handle.get(), &topic, 1, nullptr, queue);
  });
}

void KafkaBroker::delete_records(const std::string& name, std::uint32_t partition,
                                 std::uint64_t before) {
  const auto handle = client(bootstrap());
  const std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)>
      places(rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(places.get(), name.c_str(),
                                    static_cast<std::int32_t>(partition))
      ->offset = static_cast<std::int64_t>(before);
  rd_kafka_DeleteRecords_t* records = rd_kafka_DeleteRecords_new(places.get());
  const std::unique_ptr<rd_kafka_DeleteRecords_t, void (*)(rd_kafka_DeleteRecords_t*)> owned(
      records, rd_kafka_DeleteRecords_destroy);
  administer(handle.get(), "records of " + name, [&](rd_kafka_queue_t* queue) {
    rd_kafka_DeleteRecords(handle.get(), &records, 1, nullptr, queue);
  });
}

void KafkaBroker::kill() {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void KafkaBroker::stop() {
  if (!running()) return;
  ::kill(pid_, SIGTERM);
  if (wait_until([&] { return ::waitpid(pid_, nullptr, WNOHANG) == pid_; }, kStopTimeout)) {
    pid_ = -1;
    return;
  }
  kill();
  throw std::runtime_error("Kafka does not stop: " + log());
}

void KafkaBroker::restart() { start(); }

void KafkaBroker::freeze() { ::kill(pid_, SIGSTOP); }

void KafkaBroker::thaw() { ::kill(pid_, SIGCONT); }

void KafkaBroker::format() {
  std::ofstream(directory_.path("server.properties"))
      << "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:"
      << controller_port_ << "\ncontroller.listener.names=CONTROLLER\n"
      << "listeners=PLAINTEXT://127.0.0.1:" << port_
      << ",CONTROLLER://127.0.0.1:" << controller_port_
      << "\nadvertised.listeners=PLAINTEXT://127.0.0.1:" << port_
      << "\nlog.dirs=" << directory_.path("data")
      << "\nauto.create.topics.enable=false\noffsets.topic.replication.factor=1\n"
      << "offsets.topic.num.partitions=1\ntransaction.state.log.replication.factor=1\n"
      << "transaction.state.log.min.isr=1\ntransaction.state.log.num.partitions=1\n"
      << "group.initial.rebalance.delay.ms=0\nbroker.session.timeout.ms=3000\n"
      << "broker.heartbeat.interval.ms=500\nlog.cleaner.dedupe.buffer.size=8388608\n";
  const pid_t tool = spawn("kafka.tools.StorageTool", {"format", "-t", kClusterId, "-c"});
  int status = -1;
  if (::waitpid(tool, &status, 0) != tool || status != 0) {
    throw std::runtime_error("Kafka's directory cannot be formatted: " + log());
  }
}

void KafkaBroker::start() {
  pid_ = spawn("kafka.Kafka", {});
  wait_until_ready();
}

// In service, and not only listening: a broker that is not yet names none in its metadata.
void KafkaBroker::wait_until_ready() {
  const auto handle = client(bootstrap());
  const bool ready = wait_until(
      [&] {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
          pid_ = -1;
          throw std::runtime_error("Kafka ended at once: " + log());
        }
        const rd_kafka_metadata_t* found = nullptr;
        constexpr int kTryMs = 500;
        if (rd_kafka_metadata(handle.get(), 0, nullptr, &found, kTryMs)) return false;
        const bool named = found->broker_cnt == 1;
        rd_kafka_metadata_destroy(found);
        return named;
      },
      kStartTimeout);
  if (!ready) throw std::runtime_error("Kafka does not answer: " + log());
}

bool KafkaBroker::knows_topic(const std::string& name, int partitions) const {
  const auto handle = client(bootstrap());
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(handle.get(), 1, nullptr, &found, kRequestTimeoutMs)) return false;
  int led = 0;
  for (int t = 0; t < found->topic_cnt; ++t) {
    if (found->topics[t].topic != name) continue;
    for (int p = 0; p < found->topics[t].partition_cnt; ++p) {
      led += found->topics[t].partitions[p].leader >= 0 ? 1 : 0;
    }
  }
  rd_kafka_metadata_destroy(found);
  return led == partitions;
}

// One of Kafka's programs, for this broker's configuration; it dies with this program.
pid_t KafkaBroker::spawn(const char* main_class, const std::vector<std::string>& arguments) const {
  std::vector<std::string> words = {kSetpriv,
                                    "--pdeathsig",
                                    "KILL",
                                    kJava,
                                    "-Xmx512m",
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-Xshare:auto",
                                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"};
  if (fs::exists(jars() / "broker.jsa")) {
    words.push_back("-XX:SharedArchiveFile=" + (jars() / "broker.jsa").string());
  }
  words.insert(words.end(), {"-cp", class_path(), main_class});
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(directory_.path("server.properties"));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  const std::string output = directory_.path("log");
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  char* environment[] = {nullptr};
  const int failed = ::posix_spawn(&pid, kSetpriv, &files, nullptr, argv.data(), environment);
  ::posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error("java cannot be started");
  return pid;
}

std::string KafkaBroker::log() const {
  std::ifstream file(directory_.path("log"));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace waybill::tests
