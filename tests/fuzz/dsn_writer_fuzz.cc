// A notification out of any octets is one of ours: the lines that we write and no others, and it
// reads back as what was meant.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "relay/returnpath/report/dsn_writer.h"
#include "relay/returnpath/report/read_report.h"
#include "runtime/check.h"

using namespace waybill;                             // NOLINT: a program of one function
using namespace waybill::relay::returnpath::report;  // NOLINT

namespace {

// Pieces of the input up to a 0xff octet, which no text has.
class Pieces {
 public:
  explicit Pieces(std::string_view octets) : rest_(octets) {}
  bool empty() const { return rest_.empty(); }
  std::string next() {
    const std::size_t end = rest_.find('\xff');
    const std::string piece(rest_.substr(0, end));
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return piece;
  }

 private:
  std::string_view rest_;
};

DsnMessage message_of(std::string_view octets) {
  Pieces pieces(octets);
  DsnMessage message;
  const std::string choice = pieces.next();
  const bool utf8 = !choice.empty() && choice.front() % 2 != 0;
  message.transport = utf8 ? Transport::smtputf8 : Transport::seven_bit;
  message.from = pieces.next();
  message.to = pieces.next();
  message.message_id = pieces.next();
  message.reporting_mta = pieces.next();
  message.original_envelope_id = pieces.next();
  message.arrival_date = std::chrono::sys_seconds{
      std::chrono::seconds{std::strtoll(pieces.next().c_str(), nullptr, 10)}};
  message.returned_header = pieces.next();
  while (!pieces.empty()) {
    RecipientFacts recipient;
    recipient.final_recipient = pieces.next();
    recipient.original_recipient = pieces.next();
    recipient.action = pieces.next();
    recipient.status = pieces.next();
    recipient.diagnostic_code = pieces.next();
    recipient.remote_mta = pieces.next();
    message.recipients.push_back(std::move(recipient));
  }
  return message;
}

void hold_lines(std::string_view written, Transport transport) {
  std::size_t delimiters = 0;
  while (!written.empty()) {
    const std::size_t end = written.find("\r\n");
    runtime::check(end != std::string_view::npos, "every line ends in CRLF");
    const std::string_view line = written.substr(0, end);
    runtime::check(line.size() <= 998, "no line is too long");
    runtime::check(line.find_first_of("\r\n") == std::string_view::npos, "no bare CR or LF");
    if (line.starts_with("-")) ++delimiters;
    for (const char c : line) {
      const bool ascii = static_cast<unsigned char>(c) < 0x80;
      runtime::check(ascii || transport == Transport::smtputf8, "seven bits unless agreed");
    }
    written.remove_prefix(end + 2);
  }
  runtime::check(delimiters == 3 || delimiters == 4, "two parts or three, and the end");
}

// What was written is read back. What was not may be read from the words beside it, in which a
// stranger's name may say that it "is down"; so may whether all is over.
void hold_recipients(const std::vector<RecipientFacts>& read,
                     const std::vector<RecipientFacts>& written) {
  runtime::check(read.size() == written.size(), "as many recipients are read back");
  for (std::size_t i = 0; i < read.size(); ++i) {
    RecipientFacts told = read[i];
    told.kind = written[i].kind;
    if (written[i].diagnostic_code.empty()) {
      told.diagnostic_code.clear();
      if (written[i].status.empty()) told.status.clear();
    }
    if (written[i].final_recipient.empty()) told.final_recipient.clear();
    runtime::check(told == written[i], "recipients are read back");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DsnMessage message = message_of({reinterpret_cast<const char*>(data), size});
  const std::string written = write_dsn(message);
  hold_lines(written, message.transport);
  const DsnMessage clean = cleaned(message);
  runtime::check(write_dsn(clean) == written, "clean is clean");
  if (clean.recipients.empty()) return 0;
  const ReportFacts facts = read_report(written);
  hold_recipients(facts.recipients, clean.recipients);
  runtime::check(facts.reporting_mta == clean.reporting_mta, "the reporter is read back");
  runtime::check(facts.original_envelope_id == clean.original_envelope_id, "so is the envelope id");
  runtime::check(facts.arrival_date == clean.arrival_date, "and the time");
  const std::string header = facts.returned ? facts.returned->header : "";
  runtime::check(header == clean.returned_header, "and the returned header");
  return 0;
}
