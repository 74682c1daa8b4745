// docs/sinks.md has the tables of the code: between their marks they are what the code makes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "stream/mapping/fields.h"
#include "stream/mapping/kind_words.h"

namespace waybill::stream {
namespace {

constexpr char kPage[] = WAYBILL_SOURCE_DIR "/docs/sinks.md";

std::string quoted_code(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string form_word(Form form) {
  switch (form) {
    case Form::milliseconds: return " (ms)";
    case Form::in_list:
    case Form::email_in_list:
    case Form::email_list:
    case Form::ip_in_list: return " (list)";
    case Form::int32: return " (31 bits)";
    case Form::ip4: return " (IPv4)";
    case Form::ip6: return " (IPv6)";
    case Form::plain:
    case Form::email:
    case Form::ip:
    case Form::unbracketed:
    case Form::tls_number:
    case Form::flag:
    case Form::port: break;
  }
  return {};
}

std::string cell(const FieldRow& row, Format format) {
  std::string out;
  const Places& places = places_of(row, format);
  for (const Place& place : {places.first, places.second, places.third}) {
    if (!is_somewhere(place)) continue;
    if (!out.empty()) out += ", ";
    if (place.path.empty()) {
      out += "own";
      continue;
    }
    out += quoted_code(place.path) + form_word(place.form);
    if (!place.label.empty()) out += " labelled " + quoted_code(place.label);
  }
  return out.empty() ? "–" : out;
}

std::string source(const FieldRow& row) {
  if (row.of) return "part of `" + std::string(row_of(*row.of).name) + '`';
  if (row.event.empty()) return "";
  std::string out = quoted_code(row.event);
  for (std::size_t at = 0; (at = out.find('|', at)) != out.npos; at += 1) out[at] = '/';
  return out;
}

std::string field_table() {
  std::string out =
      "| field | in the event | OCSF | ECS | CEF | LEEF | CIM |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const FieldRow& row : field_rows()) {
    out += "| " + quoted_code(row.name) + " | " + source(row) + " |";
    for (const Format format :
         {Format::ocsf, Format::ecs, Format::cef, Format::leef, Format::cim}) {
      out += ' ' + cell(row, format) + " |";
    }
    out += '\n';
  }
  return out;
}

std::string kind_table() {
  std::string out =
      "| kind | OCSF class | `status_id`, `status` | `severity_id` | our own verdict: `action_id`, "
      "`disposition_id` | ECS category, type | `event.action` | `event.outcome` | CEF name, "
      "severity | CIM `action` |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const KindWords& row : kind_words()) {
    const Standing& standing = row.standing;
    const auto& control = row.control;
    out += "| `" + std::string(schemas::find_kind(static_cast<int>(row.kind))->word) + "` | " +
           std::to_string(row.ocsf_class) + " | " + std::to_string(standing.ocsf_status) + ' ' +
           std::string(standing.ocsf_status_name) + " | " + std::to_string(standing.ocsf_severity) +
           " | " +
           (control ? std::to_string(control->action) + ", " + std::to_string(control->disposition)
                    : "–") +
           " | " + std::string(row.ecs_category) + ", " + std::string(row.ecs_type) + " | " +
           (row.ecs_action.empty() ? "of its fields" : quoted_code(row.ecs_action)) + " | " +
           std::string(standing.outcome) + " | " + std::string(row.cef_name) + ", " +
           std::to_string(standing.severity) + " | " +
           (standing.cim_action.empty() ? "–" : quoted_code(standing.cim_action)) + " |\n";
  }
  return out;
}

std::string cut_list() {
  std::string out;
  std::string line;
  for (const Field field : cut_order()) {
    const std::string word =
        quoted_code(row_of(field).name) + (field == cut_order().back() ? "." : ",");
    if (!line.empty() && line.size() + 1 + word.size() > 100) {
      out += line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line + '\n';
}

// The page with that text between the marks of that name.
std::string with_part(const std::string& page, const std::string& name, const std::string& text) {
  const std::string begin = "<!-- " + name + " -->\n\n";
  const std::string end = "\n<!-- end of " + name + " -->";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  EXPECT_TRUE(from != page.npos && to != page.npos) << name << " has no marks in " << kPage;
  if (from == page.npos || to == page.npos) return page;
  return page.substr(0, from + begin.size()) + text + page.substr(to);
}

TEST(PageTest, ThePageHasTheTablesOfTheCode) {
  std::ostringstream read;
  read << std::ifstream(kPage).rdbuf();
  std::string page = with_part(read.str(), "kinds", kind_table());
  page = with_part(page, "fields", field_table());
  page = with_part(page, "cuts", cut_list());
  if (std::getenv("WAYBILL_RENEW_GOLDEN") != nullptr) {
    std::ofstream(kPage) << page;
    return;
  }
  EXPECT_EQ(page, read.str()) << "WAYBILL_RENEW_GOLDEN=1 ./dev unit stream_mapping";
}

}  // namespace
}  // namespace waybill::stream
