// Published reports (../shared/cases/ndr-open): who, what and why are read as their senders meant.
// Prints the score of each kind.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/read_report.h"
#include "relay/returnpath/report/redact.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(WAYBILL_SOURCE_DIR) / "../shared/cases";
const fs::path kReports = kCases / "ndr-open";
constexpr std::string_view kPlaceholder = "undisclosed-recipient-in-headers@libsisimai.org.invalid";

std::string octets_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

// Their blocks stand in a report inside the returned message, and speak of another delivery.
const std::set<std::string> kInReturnedMessage = {"lhost-sendmail-38.eml/2",
                                                  "rhost-yahooinc-03.eml/2"};

using Row = std::map<std::string, std::string>;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == '\t') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::vector<Row> table(const std::string& name) {
  std::ifstream file(kReports / name);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> names = cells_of(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = cells_of(line);
    Row row;
    for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) row[names[i]] = cells[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

ReportFacts read_case(const std::string& file) {
  return read_report(octets_of(kReports / "mail" / file));
}

const RecipientFacts* find_recipient(const ReportFacts& facts, const std::string& address) {
  for (const RecipientFacts& recipient : facts.recipients) {
    if (same_address(recipient.final_recipient, address)) return &recipient;
  }
  return nullptr;
}

bool is_bounce(ReportClass kind) {
  return kind == ReportClass::hard || kind == ReportClass::soft || kind == ReportClass::delayed;
}

std::string told(const ReportFacts& facts) {
  std::string out = std::string(name_of(facts.kind)) + ":";
  for (const RecipientFacts& one : facts.recipients) {
    out += " [" + one.final_recipient + " " + one.action + " " + one.status + " " +
           std::string(name_of(one.kind)) + " | " + one.diagnostic_code.substr(0, 90) + "]";
  }
  return out;
}

struct Score {
  int right = 0;
  int all = 0;
  void count(bool good) {
    ++all;
    right += good ? 1 : 0;
  }
  double share() const { return all == 0 ? 0 : 100.0 * right / all; }
};

void print(const char* kind, const Score& score) {
  std::cout << "    " << kind << ": " << score.right << " of " << score.all << "\n";
}

class PublishedReports : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kReports)) GTEST_SKIP() << "no published cases at ../shared/cases/ndr-open";
    for (const Row& row : table("structure.tsv")) structure_[row.at("file")] = row;
  }
  bool has_status_part(const std::string& file) const {
    return structure_.at(file).at("has_dsn_part") == "1";
  }
  std::map<std::string, Row> structure_;
};

TEST_F(PublishedReports, StatusPartsAreReadAsTheyStand) {
  Score score;
  for (const Row& row : table("dsn-fields.tsv")) {
    const std::string& file = row.at("file");
    if (kInReturnedMessage.contains(file + "/" + row.at("block"))) continue;
    const ReportFacts facts = read_case(file);
    std::string address = typed_address(row.at("final_recipient"));
    if (address.empty()) address = typed_address(row.at("original_recipient"));
    const RecipientFacts* found = find_recipient(facts, address);
    std::string status = read_status(row.at("status"));
    if (status.empty()) status = found == nullptr ? "" : found->status;
    const bool good =
        found != nullptr && found->action == lower(row.at("action")) && found->status == status;
    score.count(good);
    EXPECT_TRUE(good) << file << " wants " << address << " " << row.at("action") << " " << status
                      << "\n  has " << told(facts);
  }
  print("recipients of delivery-status parts", score);
  EXPECT_GE(score.all, 160);
}

TEST_F(PublishedReports, ProseNamesItsRecipientAndWhetherToTryAgain) {
  Score recipients;
  Score permanence;
  for (const Row& row : table("expected.tsv")) {
    const std::string& file = row.at("file");
    if (structure_.at(file).at("class") != "bounce" || has_status_part(file)) continue;
    if (row.at("recipient").empty() || row.at("recipient") == kPlaceholder) continue;
    if (row.at("status").empty() || row.at("status").front() == '2') continue;
    const ReportFacts facts = read_case(file);
    const RecipientFacts* found = find_recipient(facts, row.at("recipient"));
    const ReportClass kind = found == nullptr ? facts.kind : found->kind;
    const bool temporary = row.at("status").front() == '4' || row.at("action") == "delayed";
    const bool right = temporary ? kind == ReportClass::soft || kind == ReportClass::delayed
                                 : kind == ReportClass::hard;
    recipients.count(found != nullptr);
    permanence.count(right);
    if (found == nullptr || !right) {
      std::cout << "    not as published: " << file << " " << row.at("recipient") << " "
                << row.at("action") << " " << row.at("status") << "\n      " << told(facts) << "\n";
    }
  }
  print("recipients in prose", recipients);
  print("permanent or temporary", permanence);
  EXPECT_GE(recipients.share(), 95);
  EXPECT_GE(permanence.share(), 97);
}

// The kinds of ../shared/cases/field: the first words of the right value name class and status.
TEST_F(PublishedReports, FieldReportsAreToldAsTheyShould) {
  const fs::path field = kCases / "field";
  std::ifstream table_of(field / "EXPECTED.tsv");
  Score classes;
  Score named;
  Score delays;
  std::string line;
  while (std::getline(table_of, line)) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() < 4 || !cells[2].ends_with(".eml")) continue;
    const ReportFacts facts = read_report("Return-Path: <>\n" + octets_of(field / cells[2]));
    const std::string& wanted = cells[3];
    const std::string kind(name_of(facts.kind));
    // A message that was not collected for 30 days is given up, and not refused: faults/bounces M4.
    const bool failed = kind == "hard" || (kind == "soft" && cells[0] == "R5");
    const bool right = wanted.starts_with("hard")      ? failed
                       : wanted.starts_with("delayed") ? kind == "delayed"
                                                       : kind == "auto_reply";
    classes.count(right);
    if (wanted.starts_with("delayed")) delays.count(right);
    if (wanted.find("rob@target.example") != std::string::npos) {
      named.count(find_recipient(facts, "rob@target.example") != nullptr);
    }
    if (!right) std::cout << "    not as it should: " << cells[2] << " " << told(facts) << "\n";
  }
  print("field: classes", classes);
  print("field: recipients", named);
  print("field: delays", delays);
  EXPECT_GE(classes.share(), 97);
  EXPECT_GE(named.share(), 95);
  EXPECT_GE(delays.share(), 90);
}

TEST_F(PublishedReports, StatusCodesInProseAreFound) {
  Score score;
  for (const Row& row : table("expected.tsv")) {
    const std::string& file = row.at("file");
    if (structure_.at(file).at("class") != "bounce" || has_status_part(file)) continue;
    if (row.at("status_is_sisimai_pseudo") == "1" || row.at("status").empty()) continue;
    const ReportFacts facts = read_case(file);
    const RecipientFacts* found = find_recipient(facts, row.at("recipient"));
    const bool right = found != nullptr && found->status == row.at("status");
    score.count(right);
    if (!right) {
      std::cout << "    not as published: " << file << " " << row.at("status") << "\n      "
                << told(facts) << "\n";
    }
  }
  print("status codes in prose", score);
  EXPECT_GE(score.share(), 90);
}

TEST_F(PublishedReports, NothingElseIsTakenForABounce) {
  Score score;
  for (const auto& [file, row] : structure_) {
    if (row.at("class") == "bounce") continue;
    const ReportFacts facts = read_case(file);
    const ReportClass wanted =
        row.at("class") == "arf" ? ReportClass::complaint : ReportClass::auto_reply;
    score.count(facts.kind == wanted);
    EXPECT_EQ(name_of(facts.kind), name_of(wanted)) << file << " " << told(facts);
  }
  print("complaints and automatic replies", score);
  for (const char* name : {"is-not-bounce-01.eml", "is-not-bounce-02.eml"}) {
    const ReportFacts facts = read_report(octets_of(kReports / "not-bounce" / name));
    EXPECT_EQ(name_of(facts.kind), "unrecognised") << name << told(facts);
  }
}

TEST_F(PublishedReports, ReportsAboutAuthenticationAreNoBounces) {
  int seen = 0;
  for (const char* folder : {"dmarc/mail-auth-aggregate-reports", "dmarc/mail-auth-arf"}) {
    for (const auto& entry : fs::directory_iterator(kCases / folder)) {
      if (entry.path().extension() != ".eml") continue;
      const ReportFacts facts = read_report(octets_of(entry.path()));
      EXPECT_FALSE(is_bounce(facts.kind)) << entry.path() << " " << told(facts);
      ++seen;
    }
  }
  EXPECT_EQ(seen, 10);
}

TEST_F(PublishedReports, OrdinaryMailIsNoReport) {
  // Reports among the others, by name; two have none.
  const std::set<std::string> reports = {"mime4j-mimetools-testmsgs-badbound.eml",
                                         "mail-multipart-wo-boundary.raw"};
  int seen = 0;
  for (const char* folder : {"load", "mime"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kCases / folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string name = entry.path().filename();
      const ReportFacts facts = read_report(octets_of(entry.path()));
      const bool named = reports.contains(name) || name.find("bounce") != name.npos ||
                         name.find("dsn") != name.npos || name.find("delivery") != name.npos;
      EXPECT_TRUE(named || !is_bounce(facts.kind)) << entry.path() << " " << told(facts);
      ++seen;
    }
  }
  EXPECT_GE(seen, 700);
}

TEST_F(PublishedReports, LineEndsChangeNothing) {
  for (const char* folder : {"mail-crlf", "mail-cr"}) {
    for (const auto& entry : fs::directory_iterator(kReports / folder)) {
      const fs::path plain = kReports / "mail" / entry.path().filename();
      if (!fs::exists(plain)) continue;
      const ReportFacts facts = read_report(octets_of(entry.path()));
      const ReportFacts wanted = read_report(octets_of(plain));
      EXPECT_EQ(told(facts), told(wanted)) << entry.path();
    }
  }
}

std::string domain_of(const std::string& address) {
  return address.substr(std::min(address.rfind('@'), address.size() - 1) + 1);
}

TEST_F(PublishedReports, RedactedDiagnosticsNameNobody) {
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(kReports / "mail")) {
    const ReportFacts facts = read_report(octets_of(entry.path()));
    for (const RecipientFacts& recipient : facts.recipients) {
      const std::string& address = recipient.final_recipient;
      if (recipient.diagnostic_code.empty() || address.empty()) continue;
      const Hidden hidden = {
          "alias@forwarder.invalid",
          {address, recipient.original_recipient, recipient.remote_mta, facts.reporting_mta}};
      const std::string shown = redact(recipient.diagnostic_code, hidden);
      const std::string low = lower(shown);
      const auto names = [&low](std::string_view name) {
        return name.size() > 1 && low.find(lower(name)) != std::string::npos;
      };
      EXPECT_FALSE(names("@")) << entry.path() << " " << shown;
      EXPECT_FALSE(names(domain_of(address))) << entry.path() << " " << shown;
      EXPECT_FALSE(names(recipient.remote_mta)) << entry.path() << " " << shown;
      EXPECT_FALSE(names(facts.reporting_mta)) << entry.path() << " " << shown;
      EXPECT_EQ(find_reply(shown).code, find_reply(recipient.diagnostic_code).code) << shown;
      ++seen;
    }
  }
  EXPECT_GE(seen, 250);
}

TEST_F(PublishedReports, AnyPieceOfAReportIsRead) {
  int seen = 0;
  for (const char* folder : {"mail", "mbox-pieces", "not-bounce"}) {
    for (const auto& entry : fs::directory_iterator(kReports / folder)) {
      const std::string octets = octets_of(entry.path());
      for (std::size_t length = 0; length < octets.size(); length += 1 + octets.size() / 8) {
        read_report(std::string_view(octets).substr(0, length));
        read_report(std::string_view(octets).substr(length));
      }
      ++seen;
    }
  }
  EXPECT_GE(seen, 330);
}

}  // namespace
}  // namespace waybill::relay::returnpath::report
