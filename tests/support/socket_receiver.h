// SocketReceiver: a receiver of syslog records on loopback, over TCP or TLS, in octet counting or
// in RELP, with the habits that real ones have on bad days. Its reading of both protocols is its
// own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace waybill::tests {

// What a receiver does with a connection.
enum class Habit {
  well,
  refuses,      // nobody listens
  mute,         // accepts, and neither reads nor answers
  cuts,         // closes in the middle of a record, without a farewell
  resets,       // the same by RST
  ends,         // after some records it ends the connection cleanly, in the midst of others
  late,         // takes all and answers after kLate
  dies_silent,  // takes all, answers nothing and closes
};
inline constexpr std::chrono::milliseconds kLate{400};

struct ReceiverSettings {
  enum class Speaks { octet_counting, relp };
  Speaks speaks = Speaks::octet_counting;
  std::string chain_file{};  // empty: in clear
  std::string key_file{};
  std::string client_ca_file{};  // empty: clients show no certificate
  // As GnuTLS behind rsyslog does: it answers close_notify by FIN alone.
  bool answers_close_notify = true;
  // Nothing is kept, and of octet counting only the octets are counted.
  bool counts_alone = false;
  // Of RELP: what the record with these octets in it is answered with.
  std::string refused_record{};
};

class SocketReceiver {
 public:
  explicit SocketReceiver(ReceiverSettings settings);
  ~SocketReceiver();
  SocketReceiver(const SocketReceiver&) = delete;
  SocketReceiver& operator=(const SocketReceiver&) = delete;

  std::uint16_t port() const { return port_; }
  // For the next `connections` ones; `refuses` until the next call.
  void behave(Habit habit, int connections = 1);
  // Every connection that is open is ended, as by a receiver that restarts.
  void end_all();
  // Messages in their order, without frames.
  std::vector<std::string> received() const;
  std::size_t count() const { return count_; }
  int connections() const { return connections_; }

 private:
  struct Peer {
    int socket = -1;
    ssl_st* tls = nullptr;
    Habit habit = Habit::well;
    std::size_t records = 0;  // on this connection
    std::size_t octets = 0;
    std::string unread{};
  };

  void listen();
  void accept_all();
  void serve(int socket, Habit habit);
  bool secure(Peer& peer);
  void talk(Peer& peer);
  // False: the connection is over.
  bool read_some(Peer& peer, std::string& into);
  void write(Peer& peer, const std::string& octets);
  bool take_records(Peer& peer);
  bool take_counted(Peer& peer);
  bool take_relp(Peer& peer);
  bool keep(Peer& peer, std::string message);
  void end(Peer& peer);
  void pause(std::chrono::milliseconds time);

  const ReceiverSettings settings_;
  std::shared_ptr<ssl_ctx_st> context_;
  std::uint16_t port_ = 0;
  std::atomic<int> listener_{-1};
  std::atomic<std::size_t> count_{0};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  Habit habit_ = Habit::well;
  int habit_left_ = 0;
  std::vector<std::string> received_;
  std::vector<int> open_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace waybill::tests
