// Transcript: a session with the relay as text that is test and expectation at once
// (tests/transcripts/README.md has the form). play() does what the G:, C: and W: lines say and
// gives the transcript as it then was; a test holds the two against each other.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

namespace waybill::tests {

struct Transcript {
  std::string title;
  std::vector<std::string> lines;
};

// Every transcript of the files tests/transcripts/NAME.txt.
std::vector<Transcript> read_transcripts(std::initializer_list<const char*> names);

std::vector<std::string> play(const Transcript& transcript);
// Fails the test where play() gives another transcript.
void expect_as_written(const Transcript& transcript);

// The title as the name of a test: its letters and digits, each word with a capital.
std::string test_name(const testing::TestParamInfo<Transcript>& one);
inline void PrintTo(const Transcript& transcript, std::ostream* out) { *out << transcript.title; }

}  // namespace waybill::tests
