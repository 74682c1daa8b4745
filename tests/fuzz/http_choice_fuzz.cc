// If-None-Match and Accept-Encoding: whatever comes, nothing breaks; a tag that is in the list is
// found, whatever stands around it, and a list without one finds none.

#include <cstdint>
#include <string>
#include <string_view>

#include "http/choice.h"
#include "runtime/check.h"

using namespace waybill;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kTag = "\"0123456789abcdef\"";
  const std::string with = std::string(text) + "," + std::string(kTag) + "," + std::string(text);
  runtime::check(http::has_already(with, kTag), "a tag in a list is found");
  const bool named = text.find(kTag) != std::string_view::npos;
  const bool any = text.find('*') != std::string_view::npos;
  runtime::check(named || any || !http::has_already(text, kTag), "nothing is found that is not in");

  const bool letters = text.find_first_of("*gG") != std::string_view::npos;
  runtime::check(letters || !http::reads_gzip(text), "a coding that is not named is not read");
  const bool of_zstd = text.find_first_of("zZ") != std::string_view::npos;
  const http::Coding coding = http::coding_of(text);
  runtime::check(of_zstd || coding != http::Coding::zstd, "nor is it sent");
  runtime::check(coding != http::Coding::gzip || http::reads_gzip(text), "what is sent is read");
  runtime::check(http::coding_of("zstd," + std::string(text)) == http::Coding::zstd,
                 "of the best the first word counts");
  runtime::check(http::reads_gzip("gzip," + std::string(text)), "the first word counts");
  return 0;
}
