// What reading reports and judging senders costs, on one core.
//
//   report_bench MAIL-DIRECTORY [SECONDS]
//
// Reads every file of the directory again and again: reports/s. Then judges a small signed message
// with its DNS answers in memory: microseconds for SPF, DKIM and DMARC together, and with the
// signature left out; and a return path: microseconds to issue one, to read a good one, to refuse a
// forged one.
#include <time.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "relay/returnpath/report/read_report.h"
#include "relay/returnpath/token.h"
#include "relay/trust/judge.h"
#include "runtime/asio_clock.h"
#include "runtime/clock.h"
#include "runtime/permits.h"
#include "runtime/workers.h"
#include "tests/support/dkim_signer.h"
#include "tests/support/run_task.h"
#include "tests/support/zone_resolver.h"

namespace waybill {
namespace {

double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Calls `one` for about that long; processor microseconds a call.
template <class One>
double cost(double seconds, One one) {
  std::size_t calls = 0;
  const double began = now();
  double spent = 0;
  while (spent < seconds) {
    for (int i = 0; i < 16; ++i, ++calls) one();
    spent = now() - began;
  }
  return 1e6 * spent / static_cast<double>(calls);
}

std::vector<std::string> mails_in(const std::string& directory) {
  std::vector<std::string> mails;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    mails.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return mails;
}

void measure_reports(const std::string& directory, double seconds) {
  const std::vector<std::string> mails = mails_in(directory);
  if (mails.empty()) {
    std::fprintf(stderr, "report_bench: no mail in %s\n", directory.c_str());
    std::exit(2);
  }
  std::size_t next = 0;
  std::size_t octets = 0;
  std::size_t recipients = 0;
  for (const std::string& mail : mails) octets += mail.size();
  const double each = cost(seconds, [&] {
    const auto facts = relay::returnpath::report::read_report(mails[next++ % mails.size()]);
    recipients += facts.recipients.size();
  });
  std::printf("reports read, %zu mails of %zu octets on average   %8.0f a second, %.0f us each\n",
              mails.size(), octets / mails.size(), 1e6 / each, each);
  if (recipients == 0) std::exit(1);
}

class Judging {
 public:
  double cost_of(const std::string& mail, double seconds, bool& verified) {
    return cost(seconds, [&] {
      message_.emplace(relay::message::SpoolSettings{"", 1 << 20, workers_.get(), &permits_});
      tests::run_task(io_, message_->append(mail)).value();
      relay::trust::JudgeRequest request;
      request.client = boost::asio::ip::make_address("192.0.2.7");
      request.helo = "client.origin.test";
      request.sender = *schemas::Address::parse("ann@origin.test");
      request.host_name = "mx.us.test";
      request.now = runtime::WallTime(std::chrono::seconds(1'700'000'100));
      const auto judged =
          tests::run_task(io_, relay::trust::judge(zone_, request, message_->head(), *message_,
                                                   {clock_.now() + std::chrono::seconds(5),
                                                    clock_.now() + std::chrono::seconds(10)}));
      verified = judged.voucher == relay::trust::Voucher::spf;
    });
  }

 private:
  boost::asio::io_context io_;
  runtime::AsioClock clock_;
  tests::ZoneResolver zone_{clock_,
                            "origin.test. TXT \"v=spf1 ip4:192.0.2.7 -all\"\n"
                            "_dmarc.origin.test. TXT \"v=DMARC1; p=reject\"\n" +
                                tests::dkim_key_zone({})};
  std::unique_ptr<runtime::Workers> workers_ = runtime::inline_workers();
  runtime::Permits permits_{0};
  std::optional<relay::message::Spool> message_;
};

void measure_judging(double seconds) {
  std::string mail = "From: Ann <ann@origin.test>\r\nTo: b@x.test\r\nSubject: x\r\n\r\n";
  while (mail.size() < 2048) mail += "Fifty octets of text, more or less, and a line end.\r\n";
  bool verified = false;
  Judging judging;
  const double plain = judging.cost_of(mail, seconds, verified);
  if (!verified) std::exit(1);
  const std::string signed_mail = tests::dkim_signature({}, mail) + mail;
  const double with_signature = judging.cost_of(signed_mail, seconds, verified);
  std::printf("SPF and DMARC of a message of 2 KiB                  %8.0f us\n", plain);
  std::printf("SPF, DKIM (RSA 2048) and DMARC of it                 %8.0f us\n", with_signature);
}

void measure_tokens(double seconds) {
  const auto keys = *relay::returnpath::KeyRing::parse("1 " + std::string(64, 'a'));
  const relay::returnpath::TokenFacts facts{};
  std::string token = relay::returnpath::issue_token(keys.current(), "example.org", facts);
  const double issued = cost(seconds, [&] {
    if (issue_token(keys.current(), "example.org", facts) != token) std::exit(1);
  });
  const double read = cost(seconds, [&] {
    if (!read_token(keys, "example.org", token)) std::exit(1);
  });
  token[20] = token[20] == 'a' ? 'b' : 'a';
  const double refused = cost(seconds, [&] {
    if (read_token(keys, "example.org", token)) std::exit(1);
  });
  std::printf("return path issued, read, refused when forged        %8.2f %.2f %.2f us\n", issued,
              read, refused);
}

}  // namespace
}  // namespace waybill

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: report_bench MAIL-DIRECTORY [SECONDS]\n");
    return 2;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 3;
  waybill::measure_reports(argv[1], seconds);
  waybill::measure_judging(seconds);
  waybill::measure_tokens(seconds / 3);
}
