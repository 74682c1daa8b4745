#include "tools/doctor/report.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "schemas/utf8.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace json = boost::json;
using schemas::printable;

namespace {

constexpr std::size_t kUsualWidth = 100;
constexpr std::size_t kWordColumns = 9;  // "warning" and two spaces
constexpr std::size_t kMostSubjectColumns = 28;
constexpr std::size_t kIndent = 2;
constexpr std::string_view kArrow = "-> ";
constexpr std::string_view kPlain = "\033[0m";

constexpr std::size_t kSeverities = 5;
using Counts = std::array<std::size_t, kSeverities>;

Counts count(const std::vector<Group>& groups) {
  Counts out{};
  for (const Group& group : groups) {
    for (const Finding& finding : group.findings) ++out[static_cast<std::size_t>(finding.severity)];
  }
  return out;
}

std::size_t of(const Counts& counts, Severity severity) {
  return counts[static_cast<std::size_t>(severity)];
}

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::fine: return "\033[32m";
    case Severity::note: return "\033[36m";
    case Severity::warning: return "\033[33m";
    case Severity::unseen: return "\033[35m";
    case Severity::wrong: return "\033[31m";
  }
  return kPlain;
}

std::size_t columns_of(std::string_view text) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
}

// Words of `text` behind what stands in `out` already; further lines begin at column `indent`.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent,
                    std::size_t width) {
  std::size_t column = indent;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    const std::size_t columns = columns_of(one);
    if (!first && column + 1 + columns > width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += one;
    column += columns;
    first = false;
  }
  out += '\n';
}

void append_finding(std::string& out, const Finding& finding, std::size_t subject_columns,
                    const app::Look& look) {
  const std::size_t width = look.width == 0 ? kUsualWidth : look.width;
  out.append(kIndent, ' ');
  if (look.colour) out += colour_of(finding.severity);
  out += word(finding.severity);
  if (look.colour) out += kPlain;
  out.append(kWordColumns - word(finding.severity).size(), ' ');
  const std::string subject = printable(finding.subject);
  out += subject;
  const std::size_t indent = kIndent + kWordColumns + subject_columns + 2;
  const std::size_t columns = columns_of(subject);
  if (columns > subject_columns) {
    out.append("\n").append(indent, ' ');
  } else {
    out.append(subject_columns + 2 - columns, ' ');
  }
  append_wrapped(out, printable(finding.sentence), indent, width);
  if (finding.advice.empty()) return;
  out.append(indent, ' ');
  append_wrapped(out.append(kArrow), printable(finding.advice), indent + kArrow.size(), width);
}

std::string summary(const Counts& counts) {
  std::string out;
  const auto add = [&](Severity severity, std::string_view one, std::string_view many) {
    if (of(counts, severity) == 0) return;
    out += (out.empty() ? "" : ", ") + plural(of(counts, severity), one, many);
  };
  add(Severity::wrong, "wrong", "wrong");
  add(Severity::warning, "warning", "warnings");
  add(Severity::unseen, "could not be looked at", "could not be looked at");
  if (out.empty()) out = "all well";
  add(Severity::note, "note", "notes");
  return out + "\n";
}

}  // namespace

std::string page(const std::vector<Group>& groups, const app::Look& look) {
  std::size_t subject_columns = 0;
  for (const Group& group : groups) {
    for (const Finding& finding : group.findings) {
      const std::size_t columns = columns_of(printable(finding.subject));
      if (columns <= kMostSubjectColumns) subject_columns = std::max(subject_columns, columns);
    }
  }
  std::string out;
  for (const Group& group : groups) {
    if (group.findings.empty()) continue;
    out += group.check + "\n";
    for (const Finding& finding : group.findings) {
      append_finding(out, finding, subject_columns, look);
    }
  }
  return out + "\n" + summary(count(groups));
}

std::string json_text(const std::vector<Group>& groups) {
  std::string out = "[";
  for (const Group& group : groups) {
    for (const Finding& finding : group.findings) {
      json::object one;
      one["check"] = group.check;
      one["severity"] = word(finding.severity);
      one["subject"] = printable(finding.subject);
      one["sentence"] = printable(finding.sentence);
      one["advice"] = printable(finding.advice);
      out += out.size() == 1 ? "\n" : ",\n";
      out += json::serialize(one);
    }
  }
  return out + "\n]\n";
}

int exit_code(const std::vector<Group>& groups) {
  const Counts counts = count(groups);
  if (of(counts, Severity::wrong) + of(counts, Severity::warning) > 0) return 1;
  return of(counts, Severity::unseen) > 0 ? 3 : 0;
}

}  // namespace waybill::tools::doctor
