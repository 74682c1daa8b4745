#include "tests/support/transcript.h"

#include <cctype>
#include <fstream>
#include <stdexcept>

#include "tests/support/smtp_script.h"
#include "tests/support/transcript_world.h"

namespace waybill::tests {

namespace {

constexpr std::string_view kTitle = "== ";

bool begins(const std::string& line, std::string_view mark) { return line.starts_with(mark); }

// What stands behind the mark and its space.
std::string text_of(const std::string& line) { return line.size() < 3 ? "" : line.substr(3); }

// "C: *51 Received: x" is that line 51 times.
std::string octets_of(std::string text) {
  std::size_t times = 1;
  if (begins(text, "*")) {
    const std::size_t space = text.find(' ');
    times = std::stoul(text.substr(1, space - 1));
    text.erase(0, space + 1);
  }
  std::string out;
  for (; times > 0; --times) out += unescape(text);
  return out;
}

std::vector<Transcript> read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<Transcript> out;
  for (std::string line; std::getline(file, line);) {
    if (begins(line, kTitle)) {
      out.push_back({line.substr(kTitle.size()), {}});
    } else if (!out.empty() && !line.empty()) {
      out.back().lines.push_back(line);
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace

std::vector<Transcript> read_transcripts(std::initializer_list<const char*> names) {
  std::vector<Transcript> out;
  for (const std::string name : names) {
    const auto some = read_file(WAYBILL_SOURCE_DIR "/tests/transcripts/" + name + ".txt");
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

std::vector<std::string> play(const Transcript& transcript) {
  std::vector<std::string> out;
  TranscriptWorld world([&](std::string line) { out.push_back(std::move(line)); });
  const auto& lines = transcript.lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    const bool outcome = begins(line, "S:") || begins(line, "E:") || begins(line, "H:");
    if (outcome) continue;
    out.push_back(line);
    if (begins(line, "#")) continue;
    if (begins(line, "G:")) {
      world.give(text_of(line));
      continue;
    }
    if (!world.begun()) world.begin();
    if (begins(line, "W:")) {
      world.wait(std::chrono::seconds(std::stoi(text_of(line))));
      continue;
    }
    if (!begins(line, "C:")) throw std::invalid_argument("no line of a transcript: " + line);
    std::string octets = octets_of(world.with_paths(text_of(line)));
    // A client that pipelines waits for the answer to DATA (RFC 2920 3.1).
    while (lines[i] != "C: DATA" && i + 1 < lines.size() && begins(lines[i + 1], "C:")) {
      ++i;
      out.push_back(lines[i]);
      octets += octets_of(world.with_paths(text_of(lines[i])));
    }
    world.say(std::move(octets));
  }
  if (world.begun()) world.end();
  return out;
}

void expect_as_written(const Transcript& transcript) {
  EXPECT_EQ(joined(play(transcript)), joined(transcript.lines)) << transcript.title;
}

std::string test_name(const testing::TestParamInfo<Transcript>& one) {
  std::string out;
  bool word_begins = true;
  for (const char letter : one.param.title) {
    const auto octet = static_cast<unsigned char>(letter);
    if (std::isalnum(octet)) {
      out += word_begins ? static_cast<char>(std::toupper(octet)) : letter;
    }
    word_begins = !std::isalnum(octet) && letter != '\'';
  }
  return out;
}

}  // namespace waybill::tests
