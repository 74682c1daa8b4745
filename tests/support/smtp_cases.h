// Published SMTP dialogues ("../shared/cases", read in place), and the score of a run over them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::tests {

inline const char* const kSmtpCases = WAYBILL_SOURCE_DIR "/../shared/cases/smtp/dialogues.jsonl";

inline std::vector<boost::json::object> smtp_cases(std::string_view level) {
  std::vector<boost::json::object> found;
  std::ifstream file(kSmtpCases);
  for (std::string line; std::getline(file, line);) {
    boost::json::object one = boost::json::parse(line).as_object();
    if (one.at("level").as_string() == level) found.push_back(std::move(one));
  }
  return found;
}

// Empty if the field is absent or null.
inline std::string text_of(const boost::json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

inline bool flag_of(const boost::json::object& one, std::string_view field, bool absent = false) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_bool() ? value->as_bool() : absent;
}

// The octets of one step; empty if it only reads.
inline std::string sent_by(const boost::json::object& step) {
  std::string octets = text_of(step, "send");
  const auto* repeats = step.if_contains("send_repeat");
  if (repeats == nullptr) return octets;
  for (const auto& repeat : repeats->as_array()) {
    const auto times = repeat.at("times").to_number<int>();
    for (int i = 0; i < times; ++i) octets += repeat.at("unit").as_string();
  }
  return octets;
}

// "MAIL FROM: a@b X" becomes "MAIL FROM:<a@b> X": some published dialogues leave out the brackets
// that we insist on, and go on to something else.
inline std::string with_brackets(const std::string& line) {
  const std::size_t colon = line.find(':');
  const std::string verb = line.substr(0, 4);
  if ((verb != "MAIL" && verb != "RCPT") || colon == std::string::npos) return line;
  const std::size_t first = line.find_first_not_of(' ', colon + 1);
  if (line[first] == '<' || line[first] == '\r') return line;
  const std::size_t end = line.find_first_of(" \r", first);
  return line.substr(0, colon + 1) + '<' + line.substr(first, end - first) + '>' + line.substr(end);
}

// Any answer is right; only a crash, a hang or a second message is not.
inline bool is_lenient(const boost::json::object& one) {
  return text_of(one, "match") == "lenient";
}

// Cases that are not answered as they say, by name, each with its reason. A case listed here that
// passes, or does not exist, fails the test just as one that fails and is not listed.
using SmtpExceptions = std::map<std::string, std::string>;

class SmtpScore {
 public:
  SmtpScore(std::string title, SmtpExceptions exceptions)
      : title_(std::move(title)), exceptions_(std::move(exceptions)) {}

  void count(const boost::json::object& one, const std::string& complaint) {
    const std::string name = text_of(one, "name");
    if (is_lenient(one)) {
      EXPECT_EQ(complaint, "") << name;
      ++lenient_;
      return;
    }
    ++all_;
    const auto exception = exceptions_.find(name);
    if (exception == exceptions_.end()) {
      EXPECT_EQ(complaint, "") << name;
      passed_ += complaint.empty() ? 1 : 0;
      return;
    }
    EXPECT_NE(complaint, "") << name << " passes and need not be listed";
    ++reasons_[exception->second];
    exceptions_.erase(exception);
  }

  // Prints the score, once all are counted.
  void finish() const {
    for (const auto& [name, reason] : exceptions_) ADD_FAILURE() << "no such case: " << name;
    std::printf("[  SCORE   ] %s: %d of %d as published, %d more survived\n", title_.c_str(),
                passed_, all_, lenient_);
    for (const auto& [reason, times] : reasons_) {
      std::printf("[  SCORE   ]   %d otherwise: %s\n", times, reason.c_str());
    }
  }

 private:
  const std::string title_;
  SmtpExceptions exceptions_;
  std::map<std::string, int> reasons_;
  int all_ = 0;
  int passed_ = 0;
  int lenient_ = 0;
};

class SmtpCaseTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kSmtpCases)) {
      GTEST_SKIP() << "no published cases at " << kSmtpCases;
    }
  }
};

}  // namespace waybill::tests
