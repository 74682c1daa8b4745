#include "http/choice.h"

#include <gtest/gtest.h>

namespace waybill::http {
namespace {

TEST(ChoiceTest, KnowsWhatTheClientHas) {
  struct Case {
    std::string_view said;
    bool has;
  };
  for (const Case& one : {
           Case{"", false}, Case{R"("a")", true}, Case{R"("b")", false},
           Case{R"(W/"a")", true},  // RFC 9110 13.1.2: the weak comparison
           Case{R"("b", "a")", true}, Case{R"(,"b" ,	W/"a",)", true}, Case{"*", true},
           Case{" * ", true}, Case{R"("a)", false}, Case{"a", false},
           Case{R"(w/"a")", false},  // RFC 9110 8.8.3: W is a capital
       }) {
    EXPECT_EQ(has_already(one.said, R"("a")"), one.has) << one.said;
  }
}

TEST(ChoiceTest, KnowsWhatTheClientReads) {
  struct Case {
    std::string_view said;
    bool reads;
  };
  for (const Case& one : {
           Case{"", false},
           Case{"gzip", true},
           Case{"GZIP", true},
           Case{"x-gzip", true},
           Case{"br, gzip;q=0.5", true},
           Case{"deflate, gzip;q=1.0, *;q=0.5", true},
           Case{"gzip;q=0", false},
           Case{"gzip; q=0.000", false},
           Case{"gzip;Q=0.001", true},
           Case{"*", true},
           Case{"*;q=0", false},
           Case{"*, gzip;q=0", false},
           Case{"*;q=0, gzip", true},
           Case{"identity", false},
           Case{"br;q=1, deflate", false},
           Case{"gzipped", false},
           Case{",,;,", false},
       }) {
    EXPECT_EQ(reads_gzip(one.said), one.reads) << one.said;
  }
}

TEST(ChoiceTest, OfWhatTheClientReadsTakesWhatItLikesBest) {
  struct Case {
    std::string_view said;
    Coding coding;
  };
  for (const Case& one : {
           Case{"", Coding::identity},
           Case{"gzip", Coding::gzip},
           Case{"zstd", Coding::zstd},
           Case{"gzip, deflate, br, zstd", Coding::zstd},
           Case{"ZSTD;q=0.5, gzip;q=0.5", Coding::zstd},
           Case{"zstd;q=0.4, gzip;q=0.5", Coding::gzip},
           Case{"zstd;q=0.499, gzip;q=0.5", Coding::gzip},
           Case{"zstd;q=0.05, gzip;q=0.1", Coding::gzip},
           Case{"zstd;q=0, gzip;q=0.001", Coding::gzip},
           Case{"zstd;q=0.000", Coding::identity},
           Case{"identity, zstd;q=0.9", Coding::identity},
           Case{"identity;q=0.9, zstd;q=0.9", Coding::zstd},
           Case{"identity;q=0.5, gzip;q=0.2", Coding::identity},
           Case{"gzip;q=0.2, *;q=1", Coding::gzip},
           Case{"*", Coding::gzip},
           Case{"*;q=0", Coding::identity},
           Case{"*;q=0, zstd", Coding::zstd},
           Case{"zstd;q=1.000, gzip;q=1", Coding::zstd},
           Case{"zstd;q=no, gzip", Coding::zstd},
           Case{"zstd;q=0.x, gzip", Coding::zstd},
           Case{"zstd;q=0, zstd", Coding::identity},
           Case{"zstandard", Coding::identity},
       }) {
    EXPECT_EQ(coding_of(one.said), one.coding) << one.said;
  }
}

}  // namespace
}  // namespace waybill::http
