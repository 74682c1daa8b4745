#include <fstream>

#include "runtime/asio_clock.h"
#include "stream/transport/line_file.h"
#include "stream/transport/relp.h"
#include "stream/transport/syslog_stream.h"
#include "tests/contracts/transport_contract.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_authority.h"

namespace waybill::tests {
namespace {

using Speaks = ReceiverSettings::Speaks;

const std::vector<Habit> kOfSockets = {Habit::refuses,    Habit::mute, Habit::cuts,
                                       Habit::resets,     Habit::ends, Habit::late,
                                       Habit::dies_silent};

enum class Way { clear, tls, tls_fin };

class SocketWorld final : public TransportWorld {
 public:
  SocketWorld(Speaks speaks, Way way) : receiver_(settings(speaks, way)) {
    runtime::WireTo to{.host = "127.0.0.1", .port = receiver_.port()};
    if (way != Way::clear) {
      const auto shown = authority_.issue("DNS:relay.test");
      to.tls = runtime::TlsContext::client(authority_.ca_file(), {shown.chain_file, shown.key_file})
                   .value();
      to.tls_name = "siem.test";
    }
    stream::SyslogSettings syslog;
    syslog.host_name = "relay.test";
    if (speaks == Speaks::relp) {
      transport_ = std::make_unique<stream::Relp>(to, syslog);
    } else {
      transport_ = std::make_unique<stream::SyslogStream>(to, syslog);
    }
  }

  stream::Transport& transport() override { return *transport_; }
  void behave(Habit habit, int times) override { receiver_.behave(habit, times); }
  void end_all() override { receiver_.end_all(); }
  std::vector<ArrivedRecord> arrived() override {
    std::vector<ArrivedRecord> out;
    for (std::string& message : receiver_.received()) {
      out.push_back({id_in(message), std::move(message)});
    }
    return out;
  }

 private:
  ReceiverSettings settings(Speaks speaks, Way way) {
    ReceiverSettings out;
    out.speaks = speaks;
    if (way == Way::clear) return out;
    const auto shown = authority_.issue("DNS:siem.test");
    out.chain_file = shown.chain_file;
    out.key_file = shown.key_file;
    out.client_ca_file = authority_.ca_file();
    out.answers_close_notify = way != Way::tls_fin;
    return out;
  }

  TestAuthority authority_{"ours"};
  SocketReceiver receiver_;
  std::unique_ptr<stream::Transport> transport_;
};

class FileWorld final : public TransportWorld {
 public:
  stream::Transport& transport() override { return file_; }
  void behave(Habit /*habit*/, int /*times*/) override {}
  // A collector's rotation.
  void end_all() override {
    const std::string gone = path() + ".gone" + std::to_string(gone_.size());
    std::filesystem::rename(path(), gone);
    gone_.push_back(gone);
  }
  std::vector<ArrivedRecord> arrived() override {
    std::vector<ArrivedRecord> out;
    std::vector<std::string> paths = gone_;
    paths.push_back(path());
    for (const std::string& one : paths) {
      std::ifstream lines(one);
      for (std::string line; std::getline(lines, line);) out.push_back({id_in(line), line});
    }
    return out;
  }

 private:
  std::string path() const { return directory_.path("events.ndjson"); }

  const TemporaryDirectory directory_;
  runtime::AsioClock clock_;
  std::vector<std::string> gone_;
  stream::LineFile file_{{.path = path()}, clock_};
};

template <Speaks kSpeaks, Way kWay>
std::unique_ptr<TransportWorld> make_sockets() {
  return std::make_unique<SocketWorld>(kSpeaks, kWay);
}

std::unique_ptr<TransportWorld> make_file() { return std::make_unique<FileWorld>(); }

}  // namespace

stream::Record contract_record(std::size_t number) {
  stream::Record out;
  out.id = "id-" + std::to_string(number);
  out.kind = "accepted";
  out.time = runtime::WallTime(std::chrono::seconds(1'764'000'000) +
                               std::chrono::nanoseconds(number * 1'001'001));
  out.body = "{\"id\":\"" + out.id + "\",\"said\":\"" + std::string(300, 'x') + "\"}";
  return out;
}

std::string id_in(const std::string& body) {
  const std::string key = "\"id\":\"";
  const auto at = body.find(key);
  if (at == std::string::npos) return {};
  const auto begin = at + key.size();
  return body.substr(begin, body.find('"', begin) - begin);
}

TransportAdapter syslog_tls_adapter() {
  return {"SyslogTls", make_sockets<Speaks::octet_counting, Way::tls>, kOfSockets};
}

TransportAdapter syslog_tls_fin_adapter() {
  return {"SyslogTlsFin", make_sockets<Speaks::octet_counting, Way::tls_fin>, kOfSockets};
}

TransportAdapter syslog_tcp_adapter() {
  return {"SyslogTcp", make_sockets<Speaks::octet_counting, Way::clear>, kOfSockets};
}

TransportAdapter relp_adapter() {
  return {"Relp", make_sockets<Speaks::relp, Way::clear>, kOfSockets};
}

TransportAdapter relp_tls_adapter() {
  return {"RelpTls", make_sockets<Speaks::relp, Way::tls>, kOfSockets};
}

TransportAdapter line_file_adapter() {
  return {"LineFile", make_file, {}, TransportAdapter::Newlines::refused};
}

}  // namespace waybill::tests
