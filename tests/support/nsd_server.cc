#include "tests/support/nsd_server.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "runtime/clock.h"

namespace waybill::tests {
namespace {

namespace fs = std::filesystem;
using boost::asio::ip::udp;
using namespace std::chrono_literals;

// Unpacked by scripts/unpack.py; absolute, because the server leaves the working directory.
fs::path program_of(const char* name) {
  return fs::absolute(WAYBILL_SOURCE_DIR) / "build/peers/bin" / name;
}
fs::path nsd() { return program_of("nsd"); }

// It is up within 100 ms on an idle machine.
constexpr auto kNsdStartTimeout = 20s;
constexpr auto kNsdStopTimeout = 5s;
constexpr auto kNsdPollInterval = 20ms;

// A port free for UDP and TCP. Between here and nsd's bind another process may take it: wait until
// ready says so.
std::uint16_t free_port() {
  boost::asio::io_context io;
  const auto loopback = boost::asio::ip::address_v4::loopback();
  for (;;) {
    const boost::asio::ip::tcp::acceptor tcp(io, {loopback, 0});
    const std::uint16_t port = tcp.local_endpoint().port();
    udp::socket socket(io, udp::v4());
    boost::system::error_code taken;
    socket.bind({loopback, port}, taken);
    if (!taken) return port;
  }
}

// "Who is SOA of this name?" (RFC 1035 4.1).
std::string soa_question(const std::string& origin) {
  std::string out("\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  for (std::size_t begin = 0; begin < origin.size();) {
    const std::size_t end = std::min(origin.find('.', begin), origin.size());
    out += static_cast<char>(end - begin);
    out += origin.substr(begin, end - begin);
    begin = end + 1;
  }
  out += std::string("\x00\x00\x06\x00\x01", 5);
  return out;
}

}  // namespace

bool NsdServer::installed() { return ::access(nsd().c_str(), X_OK) == 0; }

bool NsdServer::can_sign() { return ::access(program_of("ldns-signzone").c_str(), X_OK) == 0; }

NsdServer::NsdServer(const std::vector<Zone>& zones) : port_(free_port()) {
  try {
    write_files(zones);
    start();
    wait_until_ready(zones.at(0).origin);
  } catch (...) {
    stop();
    throw;
  }
}

NsdServer::~NsdServer() { stop(); }

void NsdServer::write_files(const std::vector<Zone>& zones) const {
  const std::string& directory = directory_.path();
  std::ofstream conf(directory_.path("nsd.conf"));
  conf << "server:\n  ip-address: 127.0.0.1\n  port: " << port_
       << "\n  server-count: 1\n  username: \"\"\n  database: \"\"\n  pidfile: \"\"\n"
       << "  logfile: \"" << directory << "/log\"\n  zonesdir: \"" << directory << "\"\n"
       << "  xfrdir: \"" << directory << "\"\n  xfrdfile: \"\"\n  zonelistfile: \"" << directory
       << "/zone.list\"\nremote-control:\n  control-enable: no\n";
  for (const Zone& zone : zones) {
    conf << "zone:\n  name: \"" << zone.origin << "\"\n  zonefile: \"" << zone.origin << "\"\n";
    std::ofstream(directory_.path(zone.origin))
        << "$TTL 300\n"
        << zone.origin << ". SOA ns." << zone.origin << ". hostmaster." << zone.origin
        << ". 1 3600 600 86400 60\n"
        << zone.origin << ". NS ns." << zone.origin << ".\n"
        << zone.records << "\n";
    if (zone.is_signed) sign(zone.origin);
  }
}

// Over the zone file stands the signed one; the key is ECDSA P-256 (RFC 6605), of both kinds.
void NsdServer::sign(const std::string& origin) const {
  const std::string bin = program_of("").string();
  std::string script =
      "cd '" + directory_.path() + "' && key=$('" + bin + "ldns-keygen' -k -a ECDSAP256SHA256 " +
      origin + ") && '" + bin + "ldns-signzone' -o " + origin + " -f signed " + origin +
      " $key 2>log && mv signed " + origin + " && mv $key.key " + origin + ".anchor";
  std::string shell = "/bin/sh";
  std::string option = "-c";
  char* argv[] = {shell.data(), option.data(), script.data(), nullptr};
  pid_t child = -1;
  int status = -1;
  const bool ran = ::posix_spawn(&child, shell.c_str(), nullptr, nullptr, argv, environ) == 0 &&
                   ::waitpid(child, &status, 0) == child && status == 0;
  if (!ran) throw std::runtime_error("cannot sign " + origin + ": " + log());
}

void NsdServer::start() {
  std::string program = nsd();
  std::string foreground = "-d";
  std::string config_flag = "-c";
  std::string config = directory_.path("nsd.conf");
  char* argv[] = {program.data(), foreground.data(), config_flag.data(), config.data(), nullptr};
  char* environment[] = {nullptr};
  if (::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, argv, environment) != 0) {
    pid_ = -1;
    throw std::runtime_error("nsd cannot be started");
  }
}

void NsdServer::wait_until_ready(const std::string& origin) {
  boost::asio::io_context io;
  udp::socket socket(io, udp::v4());
  socket.connect({boost::asio::ip::address_v4::loopback(), port_});
  socket.non_blocking(true);
  const std::string question = soa_question(origin);
  const auto deadline = std::chrono::steady_clock::now() + kNsdStartTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      throw std::runtime_error("nsd ended at once: " + log());
    }
    boost::system::error_code error;
    socket.send(boost::asio::buffer(question), 0, error);
    std::this_thread::sleep_for(kNsdPollInterval);
    char answer[512];
    const std::size_t size = socket.receive(boost::asio::buffer(answer), 0, error);
    constexpr char kRcodeBits = 0x0f;
    if (!error && size > 12 && (answer[3] & kRcodeBits) == 0) return;
  }
  throw std::runtime_error("nsd does not answer: " + log());
}

void NsdServer::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kNsdStopTimeout;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(kNsdPollInterval);
  }
  pid_ = -1;
}

std::string NsdServer::log() const {
  std::ifstream file(directory_.path("log"));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace waybill::tests
