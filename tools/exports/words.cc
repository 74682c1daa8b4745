#include "tools/exports/words.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "schemas/json_members.h"

namespace waybill::tools {

using schemas::number_member;
using schemas::text_member;

namespace {

std::string number(const boost::json::object& job, const char* name) {
  return std::to_string(number_member(job, name).value_or(0));
}

std::string size_words(std::uint64_t octets) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(octets);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), unit == 0 ? "%.0f %s" : "%.1f %s", size, kUnits[unit]);
  return out.data();
}

}  // namespace

std::string progress_words(const boost::json::object& job) {
  std::string out(text_member(job, "state"));
  if (const auto why = text_member(job, "why"); !why.empty()) out += " (" + std::string(why) + ")";
  return out + ": " + number(job, "looked_at") + " of " + number(job, "of") +
         " events looked at, " + number(job, "count") + " in it";
}

std::string download_words(std::uint64_t done, std::uint64_t all) {
  const std::uint64_t share = all == 0 ? 100 : done * 100 / all;
  return size_words(done) + " of " + size_words(all) + " (" + std::to_string(share) + " %)";
}

std::string done_words(const boost::json::object& job, const std::string& path) {
  const std::string where = path == "-" ? std::string() : " in " + path;
  return number(job, "count") + " events" + where + ", sha256 " +
         std::string(text_member(job, "sha256"));
}

std::string export_line(const boost::json::object& job) {
  std::string out(text_member(job, "id"));
  out += "  " + std::string(text_member(job, "created_at").substr(0, 19)) + "Z";
  const auto* const query = schemas::object_member(job, "query");
  out += "  " + progress_words(job) + ", " + size_words(number_member(job, "octets").value_or(0));
  if (const auto until = text_member(job, "expires_at"); !until.empty()) {
    out += ", kept until " + std::string(until.substr(0, 10));
  }
  if (query != nullptr && !query->empty()) out += "  " + boost::json::serialize(*query);
  return out;
}

}  // namespace waybill::tools
