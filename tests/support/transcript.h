// Transcript: a session with the relay as text that is test and expectation at once
// (tests/transcripts/README.md has the form). play() does what the G:, C: and W: lines say and
// gives the transcript as it then was; a test holds the two against each other.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace waybill::tests {

struct Transcript {
  std::string title;
  std::vector<std::string> lines;
};

// Every transcript of a file.
std::vector<Transcript> read_transcripts(const std::string& path);

std::vector<std::string> play(const Transcript& transcript);

// The title as the name of a test: its letters and digits, each word with a capital.
std::string test_name(const Transcript& transcript);
std::string joined(const std::vector<std::string>& lines);
inline void PrintTo(const Transcript& transcript, std::ostream* out) { *out << transcript.title; }

}  // namespace waybill::tests
