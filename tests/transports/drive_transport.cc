// drive_transport: records of standard input through one transport to a real receiver, for tests.
//
//   drive_transport kind=tls host=127.0.0.1 port=6514 ca=F cert=F key=F name=siem.test < records
//
// kind: tls, tcp, udp, relp, relps, file (path=F, rotate=OCTETS, kept=N). A record is a line,
// {"id":...,"body":...}. Each line of standard output is "confirmed ID" or "refused ID"; troubles
// go to standard error, a line each. It ends when all have been settled (0), or after `seconds`
// (1). batch=N records a batch; barrier=N batches between two barriers.
#include <boost/json.hpp>
#include <cstdio>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "stream/transport/line_file.h"
#include "stream/transport/relp.h"
#include "stream/transport/syslog_datagrams.h"
#include "stream/transport/syslog_stream.h"

namespace {

using namespace waybill;  // NOLINT: a program
using stream::Fate;
using stream::Record;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kPause = std::chrono::milliseconds(50);

class Options {
 public:
  Options(int count, char** words) {
    for (int i = 1; i < count; ++i) {
      const std::string word = words[i];
      const auto at = word.find('=');
      values_[word.substr(0, at)] = word.substr(at + 1);
    }
  }
  std::string text(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? "" : found->second;
  }
  std::size_t number(const std::string& key, std::size_t otherwise) const {
    return text(key).empty() ? otherwise : std::stoul(text(key));
  }

 private:
  std::map<std::string, std::string> values_;
};

runtime::WireTo wire_to(const Options& options, bool tls) {
  runtime::WireTo to;
  to.host = options.text("host");
  to.port = static_cast<std::uint16_t>(options.number("port", 0));
  to.tls_name = options.text("name");
  if (!tls) return to;
  const std::string shown = options.text("cert");
  to.tls =
      shown.empty()
          ? runtime::TlsContext::client(options.text("ca")).value()
          : runtime::TlsContext::client(options.text("ca"), {shown, options.text("key")}).value();
  return to;
}

std::unique_ptr<stream::Transport> make(const Options& options, const runtime::Clock& clock) {
  const std::string kind = options.text("kind");
  stream::SyslogSettings syslog;
  syslog.host_name = "relay.test";
  const auto enterprise = options.number("enterprise", 0);
  if (enterprise > 0) syslog.enterprise_number = static_cast<std::uint32_t>(enterprise);
  if (kind == "file") {
    stream::LineFileSettings file;
    file.path = options.text("path");
    file.rotate_octets = options.number("rotate", 0);
    file.kept = static_cast<unsigned>(options.number("kept", 7));
    return std::make_unique<stream::LineFile>(file, clock);
  }
  if (kind == "udp") {
    const auto to = wire_to(options, false);
    return std::make_unique<stream::SyslogDatagrams>(to.host, to.port, syslog);
  }
  const bool tls = kind == "tls" || kind == "relps";
  if (kind.starts_with("relp")) {
    return std::make_unique<stream::Relp>(wire_to(options, tls), syslog);
  }
  return std::make_unique<stream::SyslogStream>(wire_to(options, tls), syslog);
}

std::deque<Record> read_records() {
  std::deque<Record> out;
  for (std::string line; std::getline(std::cin, line);) {
    const auto json = boost::json::parse(line);
    Record record;
    record.id = json.at("id").as_string();
    record.kind = "accepted";
    record.time = runtime::WallTime(std::chrono::seconds(1'764'000'000));
    record.body = json.at("body").as_string();
    out.push_back(std::move(record));
  }
  return out;
}

void say(const char* what, const Record& record) {
  std::printf("%s %s\n", what, record.id.c_str());
}

// The sink's part in little: what is not confirmed is sent again, for ever.
class Driver {
 public:
  Driver(const Options& options, stream::Transport& transport)
      : transport_(transport),
        batch_(options.number("batch", 100)),
        barrier_(options.number("barrier", 10)),
        waiting_(read_records()) {}

  bool done() const { return waiting_.empty() && open_.empty(); }

  // False: there was trouble.
  bool step(const runtime::Clock& clock) {
    std::vector<Record> batch;
    while (batch.size() < batch_ && !waiting_.empty()) {
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    if (batch.empty()) return confirm(clock);
    const auto out = transport_.send(batch, clock.now() + kPatience);
    const bool trouble = out.trouble != stream::Trouble::none;
    if (trouble) report(out.trouble == stream::Trouble::setup ? "setup" : "weather", out.why.why);
    std::vector<Record> again;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      switch (out.records[i].fate) {
        case Fate::confirmed:
        case Fate::repeat: say("confirmed", batch[i]); break;
        case Fate::refused: say("refused", batch[i]); break;
        case Fate::open: open_.push_back(std::move(batch[i])); break;
        case Fate::again: again.push_back(std::move(batch[i])); break;
      }
    }
    waiting_.insert(waiting_.begin(), again.begin(), again.end());
    if (trouble) reopen();
    std::fflush(stdout);
    return trouble ? false : ++sent_ % barrier_ != 0 || confirm(clock);
  }

 private:
  bool confirm(const runtime::Clock& clock) {
    const auto read = transport_.confirm(clock.now() + kPatience);
    if (!read) {
      report("barrier", read.error().why);
      reopen();
      return false;
    }
    if (!*read) return true;
    for (const Record& record : open_) say("confirmed", record);
    open_.clear();
    std::fflush(stdout);
    return true;
  }

  void reopen() {
    waiting_.insert(waiting_.begin(), open_.begin(), open_.end());
    open_.clear();
  }

  static void report(const char* kind, const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", kind, why.c_str());
  }

  stream::Transport& transport_;
  const std::size_t batch_;
  const std::size_t barrier_;
  std::size_t sent_ = 0;
  std::deque<Record> waiting_;
  std::vector<Record> open_;
};

}  // namespace

int main(int count, char** words) {
  const Options options(count, words);
  runtime::AsioClock clock;
  const auto transport = make(options, clock);
  Driver driver(options, *transport);
  const auto end = clock.now() + std::chrono::seconds(options.number("seconds", 60));
  while (!driver.done() && clock.now() < end) {
    if (!driver.step(clock)) std::this_thread::sleep_for(kPause);
  }
  return driver.done() ? 0 : 1;
}
