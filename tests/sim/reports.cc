#include "tests/sim/reports.h"

#include "relay/returnpath/report/dsn_writer.h"
#include "relay/returnpath/token.h"
#include "tests/sim/domain.h"

namespace waybill::tests {

namespace report = relay::returnpath::report;

namespace {

struct Words {
  const char* action;
  const char* status;
};

Words words_of(ReportKind kind) {
  switch (kind) {
    case ReportKind::given_up: return {"failed", "4.4.7"};
    case ReportKind::delayed: return {"delayed", "4.4.1"};
    case ReportKind::delivered: return {"delivered", "2.1.5"};
    default: return {"failed", "5.1.1"};
  }
}

// Names what a sender must not learn, in all places.
std::string dsn_text(const SentReport& about, SeededChance& chance) {
  report::DsnMessage dsn;
  dsn.from = "postmaster@hop.test";
  dsn.to = about.return_path;
  dsn.message_id = about.id;
  dsn.date = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  dsn.reporting_mta = "mx.hop.test";
  for (const std::string& recipient : about.recipients) {
    report::RecipientFacts facts;
    facts.final_recipient = recipient;
    facts.action = words_of(about.kind).action;
    facts.status = words_of(about.kind).status;
    facts.diagnostic_code = "smtp; " + std::string(1, facts.status[0]) + "50 " + facts.status +
                            " <" + recipient + "> is not known at mx.hop.test [192.0.2.10]";
    facts.remote_mta = "mx.hop.test";
    dsn.recipients.push_back(std::move(facts));
  }
  if (!chance.one_in(4)) dsn.returned_header = about.mail_header;
  return report::write_dsn(dsn);
}

std::string prose_text(const SentReport& about) {
  return "Message-ID: " + about.id + "\r\nSubject: your letter\r\n\r\n" +
         "It went wrong at mx.hop.test [192.0.2.10].\r\n";
}

std::string with_another_letter(std::string address, SeededChance& chance) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  const std::size_t at = 2 + chance.below(address.find('@') - 2);
  const char before = address[at];
  while (address[at] == before) address[at] = kLetters[chance.below(kLetters.size())];
  return address;
}

std::string in_other_case(std::string address, SeededChance& chance) {
  for (char& c : address) {
    if (c >= 'a' && c <= 'z' && chance.one_in(2)) c = static_cast<char>(c - 'a' + 'A');
  }
  return address;
}

std::string address_for(const std::string& return_path, Trick trick, SeededChance& chance) {
  const std::string local = return_path.substr(0, return_path.find('@'));
  switch (trick) {
    case Trick::cased: return in_other_case(return_path, chance);
    case Trick::forged: return with_another_letter(return_path, chance);
    case Trick::foreign: return local + "@" + kOtherDomain;
    case Trick::stray: return local + "@elsewhere.test";
    default: return return_path;
  }
}

// All that follows from the mail, the kind and the trick.
void write_report(SentReport& out, std::size_t number, SeededChance& chance) {
  out.id = "<report." + std::to_string(number) + "@hop.test>";
  out.to = address_for(out.return_path, out.trick, chance);
  if (out.trick == Trick::named_sender) out.mail_from = "postmaster@hop.test";
  out.recipients.clear();
  if (out.kind == ReportKind::prose) {
    out.recipients.emplace_back();
    out.octets = prose_text(out);
    return;
  }
  const std::uint64_t count = chance.one_in(4) ? 3 : 1;
  for (std::uint64_t i = 0; i < count; ++i) {
    out.recipients.push_back("member" + std::to_string(i) + "-hidden@hop.test");
  }
  out.octets = dsn_text(out, chance);
}

}  // namespace

std::string message_id_of(const std::string& octets) {
  constexpr std::string_view kField = "Message-ID: ";
  const std::size_t at = octets.find(kField);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + kField.size();
  return octets.substr(begin, octets.find("\r\n", begin) - begin);
}

SentReport make_report(const TakenMail& mail, ReportKind kind, Trick trick, std::size_t number,
                       SeededChance& chance) {
  SentReport out;
  out.mail_id = message_id_of(mail.octets);
  out.mailbox = mail.recipient;
  out.return_path = mail.sender;
  out.mail_header = mail.octets.substr(0, mail.octets.find("\r\n\r\n") + 2);
  out.kind = kind;
  out.trick = trick;
  const std::string_view path = out.return_path;
  const std::size_t at = path.find('@');
  const auto token =
      relay::returnpath::read_token(sim_keys(), path.substr(at + 1), path.substr(0, at));
  if (token) out.delivery = token->delivery;
  write_report(out, number, chance);
  return out;
}

SentReport another_report(const SentReport& report, std::size_t number, SeededChance& chance) {
  SentReport out = report;
  out.kind = ReportKind::failed;
  out.attempts.clear();
  write_report(out, number, chance);
  return out;
}

}  // namespace waybill::tests
