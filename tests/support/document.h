// A document of the project as one line, each run of blanks and line ends one space: a list is then
// found in it however it is broken into lines.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace waybill::tests {

// `path` from the root of the tree: "schemas/openapi.yaml".
inline std::string document(const std::string& path) {
  std::ifstream file(WAYBILL_SOURCE_DIR "/" + path);
  EXPECT_TRUE(file) << path;
  std::string text;
  for (std::string word; file >> word;) text += word + ' ';
  return text;
}

}  // namespace waybill::tests
